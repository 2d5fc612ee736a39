"""Packages tied to one torch or one CUDA (rules/facts/companions.yaml)."""

from __future__ import annotations

import re
from typing import Any

from cudamig.facts import store, wheels
from cudamig.facts.suffixes import dotted
from cudamig.facts.targets import Target
from cudamig.facts.versions import key, major

_WHEEL_CUDA = re.compile(r"(?:\+|%2B|\.|pt\d+)cu(\d{2,3})(?!\d)")
_WHEEL_TORCH = re.compile(r"torch[-_]?(\d\.\d+)|(?:\+|%2B|\.)pt(\d\.?\d{1,2})(?!\d)")


def _table() -> Any:
    return store.load("facts-companions")


def tied(name: str, pinned: bool, target: Target) -> str:
    """Why a project holds torch back, or ``""``. ``pinned``: the requirement has an exact version."""
    row = _table()["tied"].get(name)
    if not row:
        return ""
    ended = "unpinned" in row and key(target.torch) > key(row["unpinned"])
    return str(row["why"]) if pinned or ended else ""


def system(name: str) -> str:
    """Why an exact pin of a project holds the base image back, or ``""``: it uses the image's own CUDA."""
    row = _table()["system"].get(name)
    return str(row["why"]) if row else ""


def neutral(image: str) -> bool:
    """Whether a base image brings no CUDA stack but one that is judged by its tag."""
    name = image.partition("@")[0].rpartition(":")[0] or image
    parts = name.split("/")
    return parts[-1] in _table()["neutral"] or "/".join(parts[-2:]) in _table()["neutral"]


def built_for(wheel: str, target: Target) -> str | None:
    """Which other CUDA or torch the name of a wheel file says it is for; ``""``: the target's, None: it says neither.

    ``flash_attn-2.5.6+cu122torch2.1...whl``, ``spam-1.0+pt21cu12-...whl``
    """
    cuda, torch = _WHEEL_CUDA.search(wheel), _WHEEL_TORCH.search(wheel)
    if not cuda and not torch:
        return None
    if torch:
        digits = (torch.group(1) or torch.group(2)).replace(".", "")
        if digits != "".join(target.torch.split(".")[:2]):
            return f"torch {digits[0]}.{digits[1:]}"
    if cuda:
        digits = cuda.group(1)
        whole = target.wheels.removeprefix("cu")
        if digits != (whole if len(digits) > 2 else major(target.cuda)):
            return f"CUDA {dotted(digits)}"
    return ""


def torch_asks(name: str, target: Target) -> str:
    """The one release of triton or xformers that goes with the target's torch, or ``""``."""
    release = wheels.releases().get(target.torch)
    if not release:
        return ""
    if name == "triton":
        return release.triton
    if name != "xformers" or release.pypi[:4] != target.wheels[:4]:  # PyPI's xformers has the CUDA of PyPI's torch
        return ""
    return next((x for x, torch in reversed(_table()["xformers"].items()) if torch == target.torch), "")


def made_for(name: str, version: str) -> list[str]:
    """The torch releases that a release of triton or xformers goes with; empty when it is not known."""
    if name == "triton":
        return [r.torch for r in wheels.releases().values() if version and r.triton == version]
    return [torch for x, torch in _table()["xformers"].items() if name == "xformers" and x == version]


def asks_for_torch(name: str, target: Target) -> str:
    """Why an open requirement beside a pinned torch cannot follow it to the target, or ``""``."""
    if name != "vllm" or target.torch in _table()["vllm"]:
        return ""
    return f"each release asks for one torch exactly, and none is known for torch {target.torch}"


def torch_library(name: str) -> bool:
    """Whether a project is one of the CUDA libraries that a torch wheel asks for exactly."""
    match = re.fullmatch(r"nvidia-(.+)-cu\d{2}", name)
    return match is not None and match.group(1) in _table()["torch_libraries"]


def uses_libraries(name: str) -> bool:
    """Whether a project beside torch may need pinned CUDA libraries for itself."""
    return name in _table()["library_users"] or name.startswith(("cupy", "tensorflow", "jax-"))


def compiled(name: str) -> bool:
    """Whether a project is compiled against the torch and the CUDA at hand, so that it is built again after a move."""
    return name in _table()["compiled"]


def cupy_fits(package: str, version: str) -> bool:
    """Whether a cupy wheel project has a release (source C1)."""
    row = _table()["cupy"].get(package)
    return bool(row) and key(row["first"]) <= key(version) <= key(row["last"])


def conda_pin(spec: str, target: Target) -> str:
    """A conda spec (``nvidia::cudatoolkit=11.7``), when it holds a stack that the target left; else ``""``."""
    plain = spec.rpartition("::")[2]
    name, _, version = plain.partition("=")
    number = re.match(r"=?\s*(\d+(?:\.\d+)*)", version)
    if name.strip() in ("cudatoolkit", "pytorch-cuda"):
        return spec
    behind = number and key(number.group(1)) < key(target.torch)
    return spec if name.strip() in ("pytorch", "pytorch-gpu") and behind else ""


def conda_stack(words: list[str]) -> str:
    """The first word of a conda command that names a CUDA or torch package or channel, or ``""``."""
    table = _table()["conda"]
    for previous, word in zip(["", *words], words, strict=False):
        name = re.split(r"[=<>!~ ]", word.rpartition("::")[2], maxsplit=1)[0].lower()
        if name in table["packages"] or word.lower().startswith("nvidia/label/"):
            return word
        if previous in ("-c", "--channel") and word.lower() in table["channels"]:
            return word
    return ""
