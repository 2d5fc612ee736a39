"""Packages tied to one torch or one CUDA (rules/facts/companions.yaml)."""

from __future__ import annotations

import functools
import re
from typing import Any

from cudamig.facts import store
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


@functools.cache
def _patterns() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    return [(re.compile(row["pattern"]), row) for row in _table()["suffixed"]]


def misfit(name: str, pinned: bool, target: Target) -> str:
    """Why a project whose name carries a CUDA version does not fit the target, or ``""``.

    ``pinned``: the requirement has an exact version.
    """
    for pattern, row in _patterns():
        match = pattern.fullmatch(name)
        if not match:
            continue
        digits = match.group(1)
        if row["level"] == "pinned":
            return str(row["why"]) if pinned else ""
        if row["level"] == "major":
            fits = digits[:2] == major(target.cuda)
        else:
            fits = f"cu{digits}" == target.wheels
        return "" if fits else f"is built for CUDA {_dotted(digits)}, the target has {target.cuda_minor}"
    return ""


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
            return f"CUDA {_dotted(digits)}"
    return ""


def _dotted(digits: str) -> str:
    return digits if len(digits) < 3 else f"{digits[:-1]}.{digits[-1]}"


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
