"""CMake: architectures, C++ standards and ways to find CUDA that do not go with the target."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from cudamig.engine import FileResult
from cudamig.facts.targets import Target
from cudamig.facts.versions import key, minor
from cudamig.model import Severity, Span
from cudamig.nodes import Copy, ImageRef, Include, Install, Node, Setting
from cudamig.project import architectures, libtorch, links, packages
from cudamig.project.builds import CUDA_PATH
from cudamig.project.place import Place, kept, obstacle
from cudamig.text import Text

_PROGRAMS = frozenset(("cmake", "cmake3", "colcon", "catkin", "catkin_make"))
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
    places += named(result, target)
    for place in places:
        if any(guard.start <= place.span.start < guard.end for guard in guards):
            yield kept(result.path, place.span, "stands in a branch for one CUDA version")
        else:
            yield place._replace(alone=True)


def named(result: FileResult, target: Target) -> list[Place]:
    """Folders of one CUDA and archives of libtorch: they hold the build that runs CMake on the file."""
    texts = [word for node in result.nodes if isinstance(node, Install) and node.tool == "cmake" for word in node.words]
    seen: dict[Span, Place] = {}
    for text in texts:
        for match in CUDA_PATH.finditer(text.value):
            version, span = match.group(1) or match.group(2), text[slice(*match.span())].stretch()
            if span and version != target.cuda_minor:
                message = f"{match.group()} is a folder of another CUDA than the target's {target.cuda_minor}"
                why = f"change it with what brings {match.group()}"
                seen.setdefault(span, Place("cuda-path", result.path, span, message, blocks=why))
    return [*seen.values(), *libtorch.find(result.path, texts, target)]


def built(build: FileResult, files: Mapping[str, FileResult], target: Target) -> Iterator[Place]:
    """Obstacles of a build that runs CMake: what files of CMake in its context name, where the image brings that."""
    copies = any(isinstance(node, Copy) and not node.from_stage for node in build.nodes)
    if not copies or not any(map(_runs, build.nodes)):
        return
    found = [result for result in files.values() if result.kind == "cmake"]
    root = next((top for top in links.above(build.path) if any(_below(result.path, top) for result in found)), "")
    images = [node for node in build.nodes if isinstance(node, ImageRef)]
    for result in found:
        for place in named(result, target) if _below(result.path, root) else ():
            version = CUDA_PATH.match(place.message)
            if place.blocks and (not version or packages.brings(images, version.group(1))):
                words = place.message.partition(" is ")[0]
                why = f"{result.path}, which the build runs, names {words}: {place.blocks}"
                yield obstacle(build.path, Span(0, 0), why)


def _below(path: str, folder: str) -> bool:
    return not folder or path.startswith(folder + "/")


def _runs(node: Node) -> bool:
    """Whether a build runs CMake, or installs the project that the files of CMake belong to."""
    if isinstance(node, Include):
        return node.option == "-e"
    return isinstance(node, Install) and node.tool == "other" and node.words[0].value.rpartition("/")[2] in _PROGRAMS


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
