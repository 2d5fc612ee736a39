"""Which stack a command in a document names."""

from __future__ import annotations

import re

from cudamig.facts import companions, images, wheels
from cudamig.nodes import ImageRef, IndexOption, Install, Node, Requirement
from cudamig.project import images as image_places


def stack(node: Node) -> set[str]:
    """The CUDA (``cu118``) or the torch (``torch 2.0.1``) that a node names."""
    if isinstance(node, Requirement):
        pins = [clause.version.value for clause in node.clauses if clause.operator in ("==", "===", "~=", "<=")]
        if node.name not in wheels.FAMILY:
            wheel = re.search(r"-cu(\d{2,3})x?$", node.name)
            return {f"cu{wheel.group(1)}"} if wheel and len(wheel.group(1)) == 3 else set()
        local = next((local for pin in pins if (local := pin.partition("+")[2])), "")
        if local:
            return {local} if wheels.cuda_number(local) else set()
        return {f"{node.name} {pin}" for pin in pins}
    if isinstance(node, IndexOption):
        index = wheels.index(node.url.value)
        name = index.variant if index else wheels.foreign_cuda(node.url.value)
        return {name} if wheels.cuda_number(name) else set()
    if isinstance(node, ImageRef):
        match = image_places.REFERENCE.fullmatch(node.text.value)
        tag = (match.group("tag") or "") if match else ""
        parts = images.parse_cuda_tag(tag) or images.parse_torch_tag(tag)
        version = (parts.groupdict().get("version") or parts.group("cuda")) if parts else ""
        return {_cu(version)} if version else {"latest"} if match else set()
    if isinstance(node, Install) and node.tool == "conda":
        return _conda([word.value for word in node.words])
    return set()


def release(node: Node) -> set[str]:
    """The torch release that a node pins."""
    clauses = node.clauses if isinstance(node, Requirement) and node.name == "torch" else ()
    return {"torch " + clause.version.value.partition("+")[0] for clause in clauses}


def _conda(words: list[str]) -> set[str]:
    text = " ".join(words)
    if free(words) or not companions.conda_stack(words):
        return set()
    found = re.findall(r"(?:cudatoolkit|pytorch-cuda|cuda-version|label/cuda|\bcuda)[=-]+(\d+(?:\.\d+)?)", text)
    return (
        {_cu(version) for version in found}
        or {f"torch {v}" for v in re.findall(r"\bpytorch=+(\d[\d.]*)", text)}
        or {"conda"}
    )


def free(words: list[str]) -> bool:
    """Whether a conda command is for hosts without CUDA, or leaves its versions to the reader (``cudatoolkit=x.x``)."""
    return "cpuonly" in words or any(re.search(r"=[xX.<{]", word) for word in words)


def _cu(version: str) -> str:
    """``"11.8.0"`` -> ``"cu118"``."""
    return "cu" + "".join(version.split(".")[:2])
