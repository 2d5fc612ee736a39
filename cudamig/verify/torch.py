"""The headers of torch, found by their folder: torch is never imported.

The Python that has torch is asked where its folders are (isolated from the working directory and its environment).
"""

from __future__ import annotations

import glob
import json
import os
import re
import shutil
import sys
from typing import NamedTuple

from cudamig.facts import store
from cudamig.facts.versions import key
from cudamig.verify import Missing
from cudamig.verify.process import output

_ASK = (
    "import json, site, sys, sysconfig; "
    "print(json.dumps([[sysconfig.get_paths()['include'], sysconfig.get_paths()['platinclude']], "
    "[*sys.path, site.getusersitepackages()]]))"
)
_MARK = os.path.join("c10", "cuda", "impl", "cuda_cmake_macros.h")  # only in wheels that are built for CUDA
_NUMBERS = re.compile(r"#\s*define\s+TORCH_VERSION_(MAJOR|MINOR|PATCH)\s+(\d+)")
_VERSION_HEADERS = ("torch/headeronly/version.h", "torch/csrc/api/include/torch/version.h")


class Torch(NamedTuple):
    """An installed torch, as far as compiling against it goes."""

    include: str  # its include folder
    version: str  # "2.13.0+cu130", "" when it does not tell
    cuda: bool  # headers of a CUDA build
    python: tuple[str, ...]  # folders of Python.h
    wheels: tuple[str, ...]  # include folders of the CUDA libraries that pip installed beside it

    @property
    def folders(self) -> tuple[str, ...]:
        """Include folders, as torch.utils.cpp_extension gives them."""
        api = os.path.join(self.include, "torch", "csrc", "api", "include")
        return tuple(
            folder for folder in (self.include, api, os.path.join(self.include, "TH")) if os.path.isdir(folder)
        )


class _Python(NamedTuple):
    path: str
    include: tuple[str, ...]
    site: tuple[str, ...]  # where its packages lie


def find(include: str | None, python: str | None) -> Torch:
    """The torch of ``include`` (``--torch-include``), of ``python``, or of the first Python around that has one.

    Raises Missing.
    """
    pythons = _pythons(python)
    if include:
        return _torch(_given(include), pythons)
    for candidate in pythons:
        for folder in candidate.site:
            found = os.path.join(folder, "torch", "include")
            if os.path.isdir(found):
                return _torch(found, [candidate, *pythons])
    asked = ", ".join(candidate.path for candidate in pythons) or "no Python"
    raise Missing(
        f"no torch found (looked into {asked}): activate the environment that has it, or name that Python with "
        "--python or the folder with torch's headers with --torch-include"
    )


def _given(include: str) -> str:
    """The include folder that a user means: itself, or that of the package."""
    for folder in (include, os.path.join(include, "include"), os.path.join(include, "torch", "include")):
        if any(
            os.path.isfile(os.path.join(folder, *header.split("/"))) for header in ("torch/extension.h", "ATen/ATen.h")
        ):
            return os.path.abspath(folder)
    raise Missing(f"no headers of torch in {include}: neither torch/extension.h nor ATen/ATen.h is there")


def _torch(include: str, pythons: list[_Python]) -> Torch:
    header = next(
        (p.include for p in pythons if any(os.path.isfile(os.path.join(f, "Python.h")) for f in p.include)), ()
    )
    packages = os.path.dirname(os.path.dirname(include))
    wheels = glob.glob(os.path.join(glob.escape(packages), "nvidia", "*", "include"))
    return Torch(
        include, _version(include), os.path.isfile(os.path.join(include, _MARK)), header, tuple(sorted(wheels))
    )


def _version(include: str) -> str:
    """What torch/version.py says, or the numbers in the headers."""
    text = _text(os.path.join(os.path.dirname(include), "version.py"))
    said = re.search(r"^__version__\s*(?::[^=]*)?=\s*['\"]([^'\"]+)['\"]", text, re.M)
    if said:
        return said.group(1)
    for header in _VERSION_HEADERS:
        numbers = dict(_NUMBERS.findall(_text(os.path.join(include, *header.split("/")))))
        if len(numbers) == 3:
            return "{MAJOR}.{MINOR}.{PATCH}".format(**numbers)
    return ""


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as handle:
            return handle.read()
    except OSError:
        return ""


def _pythons(named: str | None) -> list[_Python]:
    """The Python that is named, or those of the active environment, on the PATH and our own."""
    if named:
        found = _ask(shutil.which(named) or named)
        if not found:
            raise Missing(f"--python {named}: it cannot be run, or it is no Python 3")
        return [found]
    environment = os.environ.get("VIRTUAL_ENV") or os.environ.get("CONDA_PREFIX")
    active = os.path.join(environment, "bin", "python") if environment else None
    paths = dict.fromkeys(
        path for path in (active, shutil.which("python3"), shutil.which("python"), sys.executable) if path
    )
    return [found for path in paths if (found := _ask(path))]


def _ask(python: str) -> _Python | None:
    said = output([python, "-I", "-c", _ASK])
    try:
        include, site = json.loads((said or "").splitlines()[-1])
        return _Python(python, tuple(dict.fromkeys(include)), tuple(folder for folder in site if folder))
    except (ValueError, TypeError, IndexError):
        return None


def standard(version: str) -> int:
    """The C++ standard that the extensions of a torch release are built with, where a build names none."""
    table: dict[str, int] = store.load("facts-torch")["extension_cxx"]
    try:
        reached = [year for first, year in table.items() if key(first) <= key(version)]
    except ValueError:
        reached = []
    return reached[-1] if reached else next(iter(table.values()))
