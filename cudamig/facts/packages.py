"""System packages and installers of CUDA and cuDNN (rules/facts/packages.yaml)."""

from __future__ import annotations

from typing import Any

from cudamig.facts import images, store
from cudamig.facts.targets import Target
from cudamig.facts.versions import major


def _table() -> Any:
    return store.load("facts-packages")


def known(name: str, cuda: str) -> bool:
    """Whether NVIDIA's repository for Ubuntu has ``NAME-X-Y`` for CUDA ``X.Y`` (sources N4, A1)."""
    return name in _table()["apt"].get(cuda, ())


def cudnn(package: str, target: Target) -> str:
    """What ``libcudnn8`` or ``libcudnn8-dev`` is at the target, ``""`` when not known (source N4)."""
    row = _table()["cudnn"].get(f"{major(target.cudnn)}-{major(target.cuda)}", {})
    return str(row.get(package, ""))


def cudnn_stays(package: str, target: Target) -> bool:
    """Whether the target's own images have the cuDNN of an unpinned package."""
    tag = images.cuda_tag(target.cuda, True, "devel", "ubuntu22.04")
    infix = tag.name.split("-")[1] if tag else ""
    if package.rpartition("-cuda-")[1]:
        return package.endswith(f"-cuda-{major(target.cuda)}")
    return package.removesuffix("-dev") == f"lib{infix}"


def runfile(release: str) -> str:
    """The name of a CUDA release's installer for Linux, ``""`` when not known (source A2)."""
    return str(_table()["runfiles"].get(release, ""))
