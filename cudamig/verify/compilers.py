"""Compilers: which are there, and what each can do."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from typing import NamedTuple

from cudamig.verify import Missing
from cudamig.verify.process import output
from cudamig.verify.toolkit import Toolkit

_FAMILIES = (
    ("nvcc", re.compile(r"nvcc: NVIDIA.*?release (\d+\.\d+)", re.S)),
    ("clang++", re.compile(r"clang version (\d+(?:\.\d+)*)")),
    ("g++", re.compile(r"(?:g\+\+|gcc|GCC|c\+\+)[^\n]*?(\d+\.\d+(?:\.\d+)?)[^\n]*\n.*Free Software Foundation", re.S)),
)
_VERSIONED = re.compile(r"clang\+\+-(\d+)")


class Compiler(NamedTuple):
    """A compiler that was found."""

    path: str
    family: str  # "g++", "clang++" or "nvcc"
    version: str

    def __str__(self) -> str:
        return f"{self.family} {self.version} ({self.path})"


class Compilers(NamedTuple):
    """What compiles which units; why not, where nothing does."""

    cxx: Compiler | None
    cuda: Compiler | None
    no_cxx: str = ""
    no_cuda: str = ""


def find(named: Sequence[str], toolkit: Toolkit | None) -> Compilers:
    """Those that are named, and only those; else those that build extensions here. Raises Missing when there is none.

    Without names: ``$CXX``, g++ or clang++ for C++, nvcc or else clang++ for CUDA.
    """
    found = [_named(name, toolkit) for name in named] if named else _around(toolkit)
    if not found:
        raise Missing("no compiler found: install g++, clang++ or nvcc, or name one with --compiler")
    cxx = next((one for one in found if one.family != "nvcc"), None)
    cuda = next((one for one in found if one.family == "nvcc"), None)
    if not cuda and toolkit:
        cuda = next((one for one in found if one.family == "clang++"), None)
    which = " or ".join(dict.fromkeys(one.family for one in found))
    needed = "--cuda-home" if any(one.family == "clang++" for one in found) else "nvcc, or clang++ and a CUDA toolkit"
    return Compilers(
        cxx,
        cuda,
        "" if cxx else f"{which} compiles no C++ units here (name g++ or clang++ too)",
        "" if cuda else f"{which} compiles no CUDA units here (it takes {needed})",
    )


def _named(name: str, toolkit: Toolkit | None) -> Compiler:
    path = shutil.which(name) or (_nvcc(toolkit) if name == "nvcc" else _clang() if name == "clang++" else None)
    if not path:
        raise Missing(f"--compiler {name}: no such program")
    compiler = identify(path)
    if not compiler:
        raise Missing(f"--compiler {name}: it does not say that it is g++, clang++ or nvcc (asked with --version)")
    return compiler


def _around(toolkit: Toolkit | None) -> list[Compiler]:
    """What is here, the compilers that build extensions first."""
    paths = [os.environ.get("CXX"), "g++", "clang++", _clang(), "c++", _nvcc(toolkit)]
    found = (shutil.which(path) for path in paths if path)
    return [compiler for path in dict.fromkeys(filter(None, found)) if (compiler := identify(path))]


def _nvcc(toolkit: Toolkit | None) -> str | None:
    """nvcc of the toolkit, or on the PATH."""
    inside = os.path.join(toolkit.home, "bin", "nvcc") if toolkit else "nvcc"
    return shutil.which(inside) or shutil.which("nvcc")


def _clang() -> str | None:
    """The newest ``clang++-NN`` on the PATH."""
    names: dict[int, str] = {}
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        if os.path.isdir(folder):
            for name in os.listdir(folder):
                match = _VERSIONED.fullmatch(name)
                if match:
                    names.setdefault(int(match.group(1)), os.path.join(folder, name))
    return names[max(names)] if names else None


def identify(path: str) -> Compiler | None:
    """What a program says it is, or None when it is no compiler that we know."""
    said = output([path, "--version"])
    for family, pattern in _FAMILIES if said else ():
        match = pattern.search(said or "")
        if match:
            return Compiler(os.path.abspath(path), family, match.group(1))
    return None
