"""Projects whose names carry a CUDA version: cupy-cuda12x, cudf-cu12, nvidia-cublas-cu12, jax[cuda12]."""

from __future__ import annotations

import functools
import re
from typing import Any

from cudamig.facts import store
from cudamig.facts.targets import Target
from cudamig.facts.versions import major

_STEM = re.compile(r"(.+)-cu(?:da)?(\d{2,3})")
_CUPY = re.compile(r"cupy-cuda(\d{2,3})x?")
_JAX = re.compile(r"cuda(\d{2})")


def _table() -> Any:
    return store.load("facts-companions")


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
        fits = digits[:2] == major(target.cuda) if row["level"] == "major" else f"cu{digits}" == target.wheels
        return "" if fits else f"is built for CUDA {dotted(digits)}, the target has {target.cuda_minor}"
    return ""


def newer(name: str, extras: tuple[str, ...], version: str, target: Target) -> bool:
    """Whether a requirement is for a newer CUDA major than the target's."""
    match = next((m for pattern, _ in _patterns() if (m := pattern.fullmatch(name))), None)
    digits = match.group(1)[:2] if match else jax_cuda(name, extras, version)
    return bool(digits) and int(digits) > int(major(target.cuda))


def dotted(digits: str) -> str:
    """``"118"`` -> ``"11.8"``; a major alone stays as it is."""
    return digits if len(digits) < 3 else f"{digits[:-1]}.{digits[-1]}"


def renamed(name: str, target: Target) -> str:
    """The name of a project's wheels for the target's CUDA, ``""`` where the tables know none."""
    old = _STEM.fullmatch(name)
    if not old or name not in _table()["releases"]:
        return ""
    found = {}
    for other in _table()["releases"]:
        match = _STEM.fullmatch(other)
        if match and match.group(1) == old.group(1) and match.group(2)[:2] == major(target.cuda):
            found[match.group(2)] = str(other)
    digits = target.wheels.removeprefix("cu")
    whole = [number for number in found if len(number) == 2 or number.endswith("0")]  # -cu12, -cuda120: any minor
    return found.get(digits, found[whole[0]] if whole else "")


def sibling(name: str, cuda: str) -> str:
    """The name of a project's wheels for a CUDA major ("13"), ``""`` where the tables know none."""
    if _CUPY.fullmatch(name):
        return next((str(other) for other, row in _table()["cupy"].items() if row["cuda"] == cuda), "")
    old = _STEM.fullmatch(name)
    for other in _table()["releases"] if old else ():
        match = _STEM.fullmatch(other)
        if match and old and match.group(1) == old.group(1) and match.group(2)[:2] == cuda:
            return str(other)
    return ""


def releases(name: str) -> list[str]:
    """Known releases under such a name."""
    return list(_table()["releases"].get(name, ()))


def jax_cuda(name: str, extras: tuple[str, ...], version: str) -> str:
    """The CUDA major of a jax requirement: ``jax[cuda12_pip]``, ``jaxlib==0.4.7+cuda11.cudnn86``; else ``""``."""
    words = (*extras, version.partition("+")[2]) if name in ("jax", "jaxlib") else ()
    return next((match.group(1) for word in words if (match := _JAX.match(word))), "")


def cuda_major(name: str, extras: tuple[str, ...], version: str) -> str:
    """The CUDA major that a requirement brings along and that torch beside it must share, or ``""``."""
    cupy = _CUPY.fullmatch(name)
    if cupy:
        return cupy.group(1)[:2]
    for pattern, row in _patterns():
        match = pattern.fullmatch(name)
        if match:
            return "" if row["mixes"] else match.group(1)[:2]
    return jax_cuda(name, extras, version)
