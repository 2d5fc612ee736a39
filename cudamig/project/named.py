"""What single nodes say of a stack: the torch release, the CUDA build, the CUDA of an image."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudamig.facts import images, wheels
from cudamig.facts.demands import Stack
from cudamig.facts.versions import key
from cudamig.model import Span
from cudamig.nodes import ImageRef, IndexOption, Node, Requirement
from cudamig.project.images import REFERENCE
from cudamig.text import Text

_CUPY = re.compile(r"cupy-cuda(\d{2})x")


def of(node: Node) -> Stack:
    """What one node names; empty for one that names no stack."""
    if isinstance(node, ImageRef):
        return _image(node)
    if isinstance(node, IndexOption):
        index = wheels.index(node.url.value)
        return Stack(build=index.variant) if index and wheels.cuda_number(index.variant) else Stack()
    return _requirement(node) if isinstance(node, Requirement) else Stack()


def _image(node: ImageRef) -> Stack:
    match = REFERENCE.fullmatch(node.text.value)
    tag = (match.group("tag") if match else "") or ""
    cuda, torch = images.parse_cuda_tag(tag), images.parse_torch_tag(tag)
    if match and match.group("name") == "nvidia/cuda" and cuda:
        return Stack(cuda=cuda.group("version"))
    if match and torch:
        release, version = torch.group("torch", "cuda")
        return Stack(release, f"cu{version.replace('.', '')}", version)
    return Stack()


def _requirement(node: Requirement) -> Stack:
    cupy = _CUPY.fullmatch(node.name)
    if cupy:
        return Stack(cuda=cupy.group(1))
    if node.name not in wheels.FAMILY or not node.clauses:
        return Stack()
    exact = [clause for clause in node.clauses if clause.operator in ("==", "===")]
    lower = [clause for clause in node.clauses if clause.operator in (">=", ">")]
    for clause in exact or lower:
        public, _, local = clause.version.value.partition("+")
        if re.match(r"\d", public):
            release = wheels.torch_of(node.name, public)
            torch = release.torch if release else public if node.name == "torch" else ""
            return Stack(torch, local if wheels.cuda_number(local) else "")
    return Stack()


def at(nodes: Iterable[Node], span: Span) -> Stack:
    """What the node that ``span`` is a part of names."""
    for node in nodes:
        text = _text(node)
        if text is not None and not {span.start, span.end - 1}.isdisjoint(text.at):
            return of(node)
    return Stack()


def _text(node: Node) -> Text | None:
    if isinstance(node, ImageRef | Requirement):
        return node.text
    return node.url if isinstance(node, IndexOption) else None


def oldest(nodes: Iterable[Node]) -> Stack:
    """What several nodes name together, the oldest of each; the build is PyPI's where only a release is named."""
    found = [of(node) for node in nodes]
    torch = min((stack.torch for stack in found if stack.torch), key=key, default="")
    builds = {stack.build: wheels.cuda_number(stack.build) or (0, 0) for stack in found if stack.build}
    cuda = min((stack.cuda for stack in found if stack.cuda), key=key, default="")
    release = wheels.releases().get(torch)
    build = min(builds, key=lambda name: builds[name], default=release.pypi if release else "")
    return Stack(torch, build, cuda)
