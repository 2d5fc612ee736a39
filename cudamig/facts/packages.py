"""System packages and installers of CUDA and cuDNN (rules/facts/packages.yaml)."""

from __future__ import annotations

import re
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


def oldest_gcc(standard: int) -> int:
    """The oldest gcc major that torch's headers of a C++ standard accept (source G1)."""
    table = {int(name): int(gcc) for name, gcc in _table()["gcc_min"].items()}
    return table.get(standard, max(table.values()))


def newest_gcc(cuda: str) -> int | None:
    """The newest gcc major that nvcc of CUDA ``X.Y`` accepts (facts/cuda.yaml, source M)."""
    row = store.load("facts-cuda")["toolkits"].get(cuda)
    return int(row["gcc_max"]) if row else None


def extension(address: str) -> str:
    """The project whose repository an address names, where installing it compiles CUDA kernels (source E1)."""
    name = re.split(r"(?:\.git)?(?:@|#|$)", address.rpartition("github.com")[2].strip("/:"), maxsplit=1)[0]
    project = name.rpartition("/")[2].lower()
    return next((known for known in _table()["extensions"] if known.lower() == project), "")
