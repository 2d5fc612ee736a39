"""CMake: architectures, C++ standards and ways to find CUDA that do not go with the target."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cudamig.engine import FileResult
from cudamig.facts.targets import Target
from cudamig.facts.versions import key, minor
from cudamig.model import Severity, Span
from cudamig.nodes import Install, Setting
from cudamig.project import architectures
from cudamig.project.place import Place, kept
from cudamig.text import Text

_STANDARDS = frozenset(("CMAKE_CXX_STANDARD", "CMAKE_CUDA_STANDARD", "CXX_STANDARD", "CUDA_STANDARD"))
STANDARD = re.compile(r"(?:-std=(?:c|gnu)\+\+|(?:cxx|cuda)_std_)(98|03|0x|11|1y|14|1z|17|20)(?!\w)")
_ORDER = {"98": 98, "03": 103, "0x": 111, "11": 111, "1y": 114, "14": 114, "1z": 117, "17": 117, "20": 120, "23": 123}
_VERSION_TEST = re.compile(r"(?:CUDA|NVCC)\w*VERSION|CMAKE_CUDA_COMPILER_VERSION")


def judge(result: FileResult, target: Target) -> Iterator[Place]:
    """The places of one file; each moves by itself."""
    commands = [node for node in result.nodes if isinstance(node, Install) and node.tool == "cmake"]
    guards = [
        node.span
        for node in result.nodes
        if isinstance(node, Install) and node.tool == "guard" and any(_VERSION_TEST.search(w.value) for w in node.words)
    ]
    places = list(_architectures(result, commands, target))
    for command in commands:
        if command.words[0].value.lower() == "find_package":
            places += _package(result.path, command, target)
    if any(_finds(command, "Torch") for command in commands):
        places += _standards(result, commands, target)
    for place in places:
        if any(guard.start <= place.span.start < guard.end for guard in guards):
            yield kept(result.path, place.span, "stands in a branch for one CUDA version")
        else:
            yield place._replace(alone=True)


def _finds(command: Install, name: str) -> bool:
    words = [word.value for word in command.words[:2]]
    return words[0].lower() == "find_package" and words[1:] == [name]


def _architectures(result: FileResult, commands: list[Install], target: Target) -> Iterator[Place]:
    seen: set[int] = set()
    for node in result.nodes:
        if isinstance(node, Setting):
            seen.update(node.value.at)
            yield from architectures.judge(result.path, node.value, target, node.name)
    for command in commands:
        for word in command.words[1:]:
            if seen.isdisjoint(word.at):
                yield from architectures.judge(result.path, word, target)


def _package(path: str, command: Install, target: Target) -> Iterator[Place]:
    """``find_package(CUDA ...)``, and an exact version of it or of CUDAToolkit."""
    words = [word.value for word in command.words[1:]]
    if not words or words[0] not in ("CUDA", "CUDAToolkit"):
        return
    exact = "EXACT" in words and len(words) > 1 and re.match(r"\d", words[1])
    if exact and key(minor(words[1])) != key(target.cuda_minor):
        message = f"CMake accepts CUDA {words[1]} only, the target has {target.cuda_minor}"
        why = "which versions the project supports is for its maintainers to say"
        yield Place("cmake-cuda-exact", path, command.span, message, Severity.ERROR, blocks=why)
    if words[0] == "CUDA":
        message = "find_package(CUDA) uses the module FindCUDA, which CMake has dropped"
        why = "targets and variables have other names: enable_language(CUDA), find_package(CUDAToolkit)"
        yield Place("cmake-find-cuda", path, command.span, message, blocks=why)


def _standards(result: FileResult, commands: list[Install], target: Target) -> Iterator[Place]:
    """C++ standards older than torch's headers need."""
    for node in result.nodes:
        if isinstance(node, Setting) and node.name in _STANDARDS:
            yield from standard(result.path, node.value, 0, len(node.value), target)
    for command in commands:
        for word in command.words[1:]:
            for found in STANDARD.finditer(word.value):
                yield from standard(result.path, word, *found.span(1), target)


def standard(path: str, text: Text, start: int, end: int, target: Target) -> Iterator[Place]:
    """A standard that is written at a place, where it is too old."""
    written = text.value[start:end].strip()
    if written not in _ORDER or _ORDER[written] >= 100 + target.cxx:
        return
    change = text.replace(start, end, str(target.cxx))
    span = text[start:end].stretch() or Span(0, 0)
    message = f"C++{written} is too old for the headers of torch {target.torch}, which need C++{target.cxx}"
    blocks = "" if change else "it is put together from several places"
    yield Place("cxx-standard", path, span, message, Severity.ERROR, (change,) if change else (), blocks)
