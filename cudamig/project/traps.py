"""What goes wrong in a container build around a move, although it names no stack: told, and holding nothing back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cudamig.facts import packages
from cudamig.facts.targets import Target
from cudamig.model import Severity, Span
from cudamig.nodes import Install, Requirement
from cudamig.project.builds import Build
from cudamig.project.place import Place
from cudamig.text import Text

_COMPILER = re.compile(r"(?:.*/)?(?:gcc|g\+\+)-(\d{1,2})")
_COMPILER_VARIABLES = ("CC", "CXX", "CUDAHOSTCXX", "NVCC_CCBIN")
_ASKS_FOR_GPU = re.compile(
    r"assert\b[^;\n]*torch\.cuda\.(?:is_available|device_count)\(|torch\.cuda\.(?:current_device|get_device_\w+)\("
)
_PATCHED = re.compile(r"AT_CHECK|AT_ASSERTM?\b|THC/THC|THCState|THCudaCheck|THCCeilDiv|\.type\(\)\.is_cuda|THC\.h")
_BUILDS = frozenset(("install", "develop", "build", "build_ext", "bdist_wheel"))


def judge(build: Build, requirements: Sequence[Requirement], target: Target) -> Iterator[Place]:
    """The traps of a build that is on a CUDA image."""
    if not any("cuda" in ref.text.value for ref in build.images):
        return
    yield from _compilers(build, target)
    runs = [install for install in build.installs if install.tool == "other" and install.words]
    for install in runs:
        yield from _gpu(build.path, install)
        yield from _patches(build.path, install)
    if not {"TORCH_CUDA_ARCH_LIST", "FORCE_CUDA"} & {setting.name for setting in build.settings}:
        yield from _extensions(build, runs, requirements)


def _compilers(build: Build, target: Target) -> Iterator[Place]:
    """Compilers that torch's headers, or nvcc, refuse at the target; each once."""
    oldest, newest = packages.oldest_gcc(target.cxx), packages.newest_gcc(target.cuda_minor)
    words = [word for install in build.installs if install.tool in ("apt", "other") for word in install.words]
    words += [setting.value for setting in build.settings if setting.name in _COMPILER_VARIABLES]
    seen = set()
    for word in words:
        found = _COMPILER.fullmatch(word.value)
        number = int(found.group(1)) if found else 0
        if not number or number in seen or oldest <= number <= (newest or number):
            continue
        seen.add(number)
        if number < oldest:
            why = f"the headers of torch {target.torch} need C++{target.cxx} and gcc {oldest} or newer"
        else:
            why = f"nvcc of CUDA {target.cuda_minor} takes gcc up to {newest}"
        told = f"{word.value} cannot build extensions at the target"
        todo = f"use gcc {oldest}" + (f" to {newest}" if newest else " or newer")
        yield _told("unfit-compiler", build.path, word, Severity.WARNING, told, todo, why)


def _gpu(path: str, install: Install) -> Iterator[Place]:
    """Commands that need a GPU while the image is built, where there is none."""
    asks = [word for word in install.words if _ASKS_FOR_GPU.search(word.value)]
    if install.words[0].value.rpartition("/")[2] == "nvidia-smi":
        asks = [install.words[0]]
    for word in asks[:1]:
        why = "builds see no GPU and no driver unless the builder's default runtime is nvidia's"
        told = "this command asks for a GPU while the image is built"
        yield _told("gpu-in-build", path, word, Severity.INFO, told, "check for a GPU when the container starts", why)


def _patches(path: str, install: Install) -> Iterator[Place]:
    """``sed`` lines that patch what the rules on C++ mend in the source."""
    if install.words[0].value.rpartition("/")[2] != "sed":
        return
    for word in install.words[1:]:
        found = _PATCHED.search(word.value)
        if found:
            why = "once the source is mended the line finds nothing, or patches what is right"
            told = f"this line patches {found.group()} in sources while the image is built"
            yield _told("source-patch", path, word, Severity.INFO, told, "mend the source, and drop the line", why)
            return


def _extensions(build: Build, runs: Sequence[Install], requirements: Sequence[Requirement]) -> Iterator[Place]:
    """Extensions compiled without a word on which GPUs they are for."""
    why = "a build sees no GPU, so that the extension is built without CUDA, for every architecture, or not at all"
    todo = "set TORCH_CUDA_ARCH_LIST (and FORCE_CUDA=1 where the project asks for it)"
    compiler = any("-devel" in ref.text.value for ref in build.images)  # the other images have no nvcc
    scripts = [install.words for install in runs if compiler and _builds(install)]
    for words in scripts[:1]:
        told = "an extension may be compiled here, with no list of GPUs to compile it for"
        yield _told("blind-extension", build.path, words[1], Severity.INFO, told, todo, why)
    for item in requirements:
        name = packages.extension(item.text.value) if item.url else ""
        if name:
            told = f"{name} compiles CUDA kernels here, with no list of GPUs to compile them for"
            yield _told("blind-extension", build.path, item.text, Severity.INFO, told, todo, why)


def _builds(install: Install) -> bool:
    """``python setup.py build_ext`` and its likes."""
    values = [word.value for word in install.words]
    return len(values) > 2 and values[1].endswith("setup.py") and bool(_BUILDS & set(values[2:]))


def _told(role: str, path: str, text: Text, severity: Severity, told: str, todo: str, why: str) -> Place:
    return Place(role, path, text.stretch() or Span(0, 0), told, severity, todo=todo, reason=why)
