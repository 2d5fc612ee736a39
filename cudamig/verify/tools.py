"""Everything that compiling needs, found or named, and what is told of it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import NamedTuple

from cudamig.facts.targets import Target
from cudamig.facts.versions import key, minor
from cudamig.verify import Missing, compilers, toolkit, torch
from cudamig.verify.compilers import Compilers
from cudamig.verify.toolkit import Toolkit
from cudamig.verify.torch import Torch

_SYSTEM = ("/usr/include", "/usr/local/include")
_MEMORY = {"nvcc": 3_000_000_000, "g++": 1_500_000_000, "clang++": 1_000_000_000}  # of one compiler, bytes, measured


class Asked(NamedTuple):
    """What the command line says of compiling."""

    compilers: tuple[str, ...] = ()
    torch_include: str | None = None
    python: str | None = None
    cuda_home: str | None = None
    include: tuple[str, ...] = ()
    define: tuple[str, ...] = ()
    std: str | None = None
    arch: str | None = None
    timeout: float = 600.0
    jobs: int | None = None


class Tools(NamedTuple):
    """What units are compiled with."""

    torch: Torch
    toolkit: Toolkit | None
    compilers: Compilers
    std: str  # "c++20"
    arch: str  # "sm_75", for nvcc
    include: tuple[str, ...]  # folders that the user names, absolute
    defines: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def system(self) -> tuple[str, ...]:
        """Include folders that are not the repository's."""
        cuda = self.toolkit.folders if self.toolkit else ()
        return (*self.torch.folders, *self.torch.python, *cuda, *self.torch.wheels)

    def outside(self) -> tuple[str, ...]:
        """Folders whose headers are not looked for in the repository."""
        return (*self.system, *_SYSTEM)

    def no_cuda(self) -> str:
        """Why units that need CUDA and torch cannot be checked, or ``""``."""
        return "" if self.torch.cuda else "this torch is a build without CUDA: its headers compile no CUDA code"


def find(asked: Asked, target: Target) -> Tools:
    """What is there. Raises Missing with what to do about it."""
    for folder in asked.include:
        if not os.path.isdir(folder):
            raise Missing(f"-I {folder}: no such folder")
    cuda = toolkit.find(asked.cuda_home)
    found = compilers.find(asked.compilers, cuda)
    headers = torch.find(asked.torch_include, asked.python)
    std = asked.std or f"c++{torch.standard(headers.version or target.torch)}"
    version = found.cuda.version if found.cuda and found.cuda.family == "nvcc" else ""
    arch = asked.arch or toolkit.architecture(version, target)
    defines = (
        "TORCH_EXTENSION_NAME=extension",
        "TORCH_API_INCLUDE_EXTENSION_H",
        *(["WITH_CUDA"] if headers.cuda else ()),
    )
    return Tools(
        headers,
        cuda,
        found,
        std,
        _sm(arch),
        tuple(os.path.abspath(folder) for folder in asked.include),
        (*_kept(defines, asked.define), *asked.define),
        tuple(_notes(headers, found, target)),
    )


def _sm(arch: str) -> str:
    """``8.0`` and ``80`` are ``sm_80``."""
    return re.sub(r"^(\d+)\.?(\d[a-z]?)$", r"sm_\1\2", arch)


def _kept(defaults: Iterable[str], given: Iterable[str]) -> list[str]:
    """The defaults whose names the user does not define."""
    names = {define.partition("=")[0] for define in given}
    return [define for define in defaults if define.partition("=")[0] not in names]


def _notes(headers: Torch, found: Compilers, target: Target) -> list[str]:
    """What a reader of the verdicts has to know."""
    notes = []
    if not headers.version:
        notes.append(f"the release of this torch is not known; the C++ standard is that of the target's {target.torch}")
    elif key(minor(headers.version)) != key(minor(target.torch)):
        notes.append(f"torch {headers.version} is here, and the fixes are for torch {target.torch}")
    if not headers.cuda:
        notes.append(
            "this torch is a build without CUDA: units that need CUDA are not checked, WITH_CUDA is not defined"
        )
    if found.cuda and found.cuda.family == "clang++":
        notes.append(
            "clang++ reads CUDA units as the host does: what is wrong on the device alone (__CUDA_ARCH__, __shfl "
            "without _sync) is only seen by nvcc"
        )
    return notes


def jobs(asked: Asked, tools: Tools) -> int:
    """How many compilers run side by side: one a core, but no more than fit the memory, unless the user says."""
    if asked.jobs:
        return asked.jobs
    cores = os.cpu_count() or 1
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return cores
    families = [one.family for one in (tools.compilers.cxx, tools.compilers.cuda) if one]
    return max(1, min(cores, memory // max(_MEMORY[family] for family in families)))
