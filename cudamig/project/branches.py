"""Scripts that serve several stacks: branches on a version, loops over versions, versions that come from outside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cudamig.engine import FileResult
from cudamig.facts.targets import Target
from cudamig.model import Span
from cudamig.nodes import ImageRef, Install, Node, Requirement, Setting
from cudamig.project import alternatives, builds, pythons
from cudamig.project.builds import CUDA_PATH
from cudamig.project.obstacles import names_cuda
from cudamig.project.place import Place, kept, obstacle
from cudamig.text import Text

KINDS = ("shell", "make", "batch")
_MESSAGE = "a message"
_TOLD = ("cuda-installer", "conda-stack", "libtorch-archive")  # each names its version by itself
_TESTS = frozenset("[ [[ test case if elif ifeq ifneq grep egrep switch".split())
_VERSION = re.compile(r"(?<![a-z])cu\d{2,3}(?!\d)|(?<![\d.])(?:9|1[0-3])\.\d(?![\d])|(?<![\d.])(?:9|1[0-3])\.\*")
_CASE = re.compile(r"(?:cu(?:da)?[-_]?)?(?:9|1[0-3])\.?\d(?:\.\d+|\.?\*)?")
_NVIDIA = re.compile(
    r"nvidia|cuda-?toolkit|cudnn|pytorch-cuda|"
    r"(?:^|[-_/+=])cu(?:da)?-?\d|^(?:TORCH_)?CUDA_[A-Z]|[\\/]cuda(?:[-/\\]|$)",
    re.I,
)
_WRITTEN = re.compile(
    r"(?:torch(?:vision|audio)?===?\d|/whl/cu\d|nvidia/cuda:\d|pytorch/pytorch:\d|/usr/local/cuda-\d|cudatoolkit=\d)\S*"
)


def script(
    result: FileResult, places: list[Place], texts: Sequence[Text], family: Sequence[Requirement], target: Target
) -> Iterator[Place]:
    """The places of a script, with what else it does; none of them moves in a script that serves several stacks.

    ``texts``: where its commands name stacks.
    """
    beside = others(result, target)
    yield from messages(result)
    named = [place for place in (*places, *beside) if place.role]
    whole = several(result, family) if named else None
    left = whole or (computed(result.path, texts) if named else None)
    if left:
        yield left
        yield from () if whole else by_itself(beside)
        return
    places += beside
    yield from places
    if named:
        yield from untold(result, target)
        yield from shared(result, places)
        yield from alternatives.find(result)


def others(result: FileResult, target: Target) -> list[Place]:
    """What a script does besides pip: conda, apt, installers, folders. That it runs an image brings it nothing."""
    own = [node for node in result.nodes if not isinstance(node, ImageRef)]
    return list(builds.judge(builds.build(result.path, own), target))


def by_itself(places: Sequence[Place]) -> Iterator[Place]:
    """The places that name a version whatever else a script is told; they are reported only."""
    yield from (place for place in places if place.role in _TOLD and place.blocks)


def computed(path: str, texts: Sequence[Text]) -> Place | None:
    """That a script is told which stack it installs; ``texts``: where its commands name stacks."""
    for text in texts:
        if not text.known and (text.start >= 0 or "torch" in text.value):
            where = text.stretch() or Span(0, 0)
            return kept(path, where, "its versions come from an argument, the environment or a computation")
    return None


def several(result: FileResult, family: Sequence[Requirement]) -> Place | None:
    """Why a script is left alone although it names a stack: it serves several; None: it has one."""
    if names_cuda(result.path):
        return kept(result.path, Span(0, 0), "its path says which CUDA it is for")
    releases = {c.version.value.partition("+")[0] for i in family for c in i.clauses if c.operator in ("==", "===")}
    for node in result.nodes:
        found = _branch(node, releases) if isinstance(node, Install) else None
        if found:
            where = found.stretch() or Span(0, 0)
            return kept(result.path, where, f"branches on a version ({found.value.strip('*')})")
    paths = {version: text for text, version in _paths(result)}
    if len(paths) > 1:
        named = ", ".join(sorted(paths))
        return kept(result.path, next(iter(paths.values())).stretch() or Span(0, 0), f"names several CUDAs: {named}")
    return None


def names_nvidia(result: FileResult) -> bool:
    """Whether anything in a script is of NVIDIA's: a package, a folder, an image, a variable, a tool."""
    for node in result.nodes:
        if isinstance(node, Install) and node.tool != "message":
            words = [word.value for word in node.words]
        elif isinstance(node, Setting):
            words = [node.name, node.value.value]
        else:
            words = [node.text.value] if isinstance(node, Requirement | ImageRef) else []
        if any(map(_NVIDIA.search, words)):
            return True
    return False


def _branch(node: Install, releases: set[str]) -> Text | None:
    """The word by which a command tells versions apart."""
    if node.tool != "other" or not node.words:
        return None
    first = node.words[0]
    if len(node.words) == 1 and _CASE.fullmatch(first.value):
        return first
    loops = first.value == "for" or [word.value for word in node.words[1:2]] == ["in"]  # for NAME in VALUES
    if first.value in _TESTS or loops:
        for word in node.words[1:]:
            if _VERSION.search(word.value) or word.value in releases:
                return word
    return None


def _paths(result: FileResult) -> Iterator[tuple[Text, str]]:
    for node in result.nodes:
        texts = node.words if isinstance(node, Install) else (node.value,) if isinstance(node, Setting) else ()
        for text in texts:
            for found in CUDA_PATH.finditer(text.value):
                yield text[slice(*found.span())], found.group(1) or found.group(2)


def untold(result: FileResult, target: Target) -> Iterator[Place]:
    """Obstacles of a script with one stack: a Python that does not fit, and texts that it writes."""
    for version in pythons.named(builds.build(result.path, result.nodes), {0}):
        if version and not target.has_python(version):
            why = f"the script has Python {version}; {pythons.served(target)}"
            yield obstacle(result.path, Span(0, 0), why)
    for node in result.nodes:
        if not isinstance(node, Install) or node.tool != "other":
            continue
        for word in node.words:
            found = _WRITTEN.search(word.value) if "\n" in word.value else None
            if found:
                where = word[slice(*found.span())].stretch() or node.span
                yield obstacle(result.path, where, f"{found.group()} stands in a text that the script writes")


def messages(result: FileResult) -> Iterator[Place]:
    """What is only printed, where it names a stack."""
    for node in result.nodes:
        if isinstance(node, Install) and node.tool == "message":
            for word in node.words:
                found = _WRITTEN.search(word.value)
                if found:
                    yield kept(result.path, word[slice(*found.span())].stretch() or node.span, _MESSAGE)


def shared(result: FileResult, places: Sequence[Place]) -> Iterator[Place]:
    """Obstacles where the value of a variable would move, and it is used for something else too."""
    values = {at for node in result.nodes if isinstance(node, Setting) for at in node.value.at}
    changes = [change for place in places if place.role != "cuda-architecture" for change in place.changes]
    moved = {offset for span, _ in changes for offset in range(*span)} & values
    own = {place.span.start for place in places}
    pulled = {node.text.at for node in result.nodes if isinstance(node, ImageRef)}
    for node in result.nodes if moved else ():
        for text in _uses(node, own):
            if text.at not in pulled and not moved.isdisjoint(text.at) and " install " not in text.value:
                why = f"{text.value} is made of the same value, and what it means there is not known"
                yield obstacle(result.path, text.stretch() or Span(0, 0), why)


def _uses(node: Node, own: set[int]) -> tuple[Text, ...]:
    """The texts of a node that no place of the file stands for."""
    if isinstance(node, Requirement):
        return (node.text,) if node.text.start not in own else ()
    if isinstance(node, Install) and node.tool not in ("message", "python"):
        return node.words if not (node.words and node.words[0].value in _TESTS) else ()
    return ()


def in_build(places: Sequence[Place]) -> list[Place]:
    """The places of a script that a build runs: what is left alone in it holds the build where it is."""
    out = []
    for place in places:
        if place.kept and place.message != _MESSAGE:
            why = f"a build installs or runs it, and it is left alone: {place.message}"
            place = obstacle(place.path, place.span, why)
        out.append(place)
    return out
