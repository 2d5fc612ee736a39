"""Torch releases, their companions and their CUDA builds (rules/facts/torch.yaml), and index addresses."""

from __future__ import annotations

import functools
import re
from typing import Any, NamedTuple

from cudamig.facts import store
from cudamig.facts.targets import Target
from cudamig.facts.versions import key

FAMILY = ("torch", "torchvision", "torchaudio")
HOSTS = ("download.pytorch.org", "download-r2.pytorch.org")
_CUDA = re.compile(r"cu(\d{2})(\d)(?!\d)|cu(\d)(\d)(?!\d)")
_INDEX = re.compile(
    r"https?://([^/]+)/whl(?:/(nightly|test))?(?:/(cu\d+|cpu|rocm[\d.]+|xpu|torch|lts/[^/]+)\b)?(/?[^?#]*)"
)
_BACKEND = re.compile(r"auto|cpu|cu\d+|rocm[\d.]+|xpu")


class Release(NamedTuple):
    """One torch release."""

    torch: str
    companions: dict[str, str]  # project -> release made for it
    cuda: tuple[str, ...]  # builds on the PyTorch index, "cu126"
    pypi: str  # build on PyPI
    python: tuple[str, ...]
    requires: dict[str, str]  # project -> clause, of pure Python packages; only for releases that targets name
    triton: str = ""  # the one release that it asks for
    also: tuple[str, ...] = ()  # builds that are seen in use, though no build matrix lists them
    unsure: bool = False  # the list of builds may lack some


@functools.cache
def releases() -> dict[str, Release]:
    """All known releases, oldest first."""
    return {name: _release(name, row) for name, row in store.load("facts-torch")["releases"].items()}


def _release(name: str, row: dict[str, Any]) -> Release:
    companions = {"torch": name} | {k: row[k] for k in ("torchvision", "torchaudio", "torchtext") if k in row}
    return Release(
        name,
        companions,
        tuple(row["cuda"]),
        row["pypi"],
        tuple(row["python"]),
        row.get("requires", {}),
        row.get("triton", ""),
        tuple(row.get("also", ())),
        row.get("unsure", False),
    )


def torch_of(project: str, version: str) -> Release | None:
    """The torch release that a version of torch, torchvision or torchaudio was made for; None when unknown."""
    wanted = key(version)
    return next(
        (r for r in releases().values() if project in r.companions and key(r.companions[project]) == wanted), None
    )


def built(torch: str, cuda: str) -> bool:
    """Whether torch wheels of a release exist for a CUDA version ("11.3"), so that an image may too."""
    release = releases().get(torch)
    return release is not None and f"cu{cuda.replace('.', '')}" in release.cuda


def glibc(torch: str, build: str) -> str:
    """The oldest glibc that the wheels of a build run on; ``""`` when not known."""
    special = store.load("facts-cuda")["wheel_glibc"].get(f"{torch}+{build}")
    return str(special or store.load("facts-torch")["releases"].get(torch, {}).get("glibc", ""))


def lacks_wheel(project: str, version: str, python: str) -> bool:
    """Whether an exact pin of a compiled project has no wheel for a CPython version (facts/python_wheels.yaml)."""
    first = store.load("facts-python_wheels")["first"].get(project, {}).get(python)
    return first is not None and key(version) < key(first)


def image_python() -> str:
    """The oldest Python that current pytorch/pytorch images bring."""
    return str(store.load("facts-python_wheels")["image_python"])


def target_version(project: str, target: Target) -> str:
    """The public version of a family project at the target."""
    version = {"torch": target.torch, "torchvision": target.torchvision, "torchaudio": target.torchaudio}
    return version[project]


def target_local(project: str, target: Target) -> str:
    """The local version of a family project's wheel at the target, ``""`` where its wheels carry none that is known.

    torchaudio 2.11.0 goes with later torch releases too and was not built again for them (facts/torch.yaml, notes).
    """
    made_for = torch_of(project, target_version(project, target))
    known = made_for is not None and made_for.torch == target.torch and target.wheels in made_for.cuda
    return target.wheels if known else ""


def cuda_number(label: str) -> tuple[int, int] | None:
    """``"cu118"`` -> (11, 8), ``"cu92"`` -> (9, 2); None for anything else."""
    match = _CUDA.fullmatch(label)
    if not match:
        return None
    return (int(match.group(1)), int(match.group(2))) if match.group(1) else (int(match.group(3)), int(match.group(4)))


def target_number(target: Target) -> tuple[int, int]:
    """CUDA version of the target's wheels, (12, 6)."""
    return cuda_number(target.wheels) or (0, 0)


class Index(NamedTuple):
    """What an index or find-links address says. Offsets are of the address."""

    variant: str  # "cu121", "cpu", "rocm5.6", "torch" (all builds on one page), "" (torch_stable.html and the like)
    span: tuple[int, int]  # of the variant, (0, 0) without one
    channel: str  # "", "nightly" or "test"
    page: bool  # a find-links page of the old style
    root: bool = False  # the index itself: a list of projects, in which --find-links finds no files


def index(url: str) -> Index | None:
    """Read an address of the PyTorch wheel index, or uv's name of one of them; None for anything else."""
    if _BACKEND.fullmatch(url):
        return Index(url, (0, len(url)), "", False)
    match = _INDEX.match(url)
    if not match or match.group(1).lower() not in HOSTS:
        return None
    variant = match.group(3) or ""
    span = match.span(3) if match.group(3) else (0, 0)
    tail = match.group(4)
    return Index(variant, span, match.group(2) or "", tail.endswith(".html"), not tail.strip("/"))


def foreign_cuda(url: str) -> str:
    """The ``cuNNN`` in an address of another host than PyTorch's, or ``""``."""
    found = re.search(r"cu\d{2,3}(?!\d)", url)
    return found.group() if found and not index(url) else ""
