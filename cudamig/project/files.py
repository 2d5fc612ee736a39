"""Judge the places of each file, with what other files say of it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cudamig.engine import FileResult
from cudamig.facts import wheels as facts
from cudamig.facts.targets import Target
from cudamig.model import Span
from cudamig.nodes import ANY_SCOPE, Generated, ImageRef, IndexOption, Install, Requirement
from cudamig.project import builds, images, links, wheels
from cudamig.project.links import Link
from cudamig.project.place import Place

Read = Callable[[str], bytes | None]
_NAMED = re.compile(r"(?:^|[._/-])(?:cu|cuda[-_]?)\d{2,3}(?:\D|$)|cuda[-_]?\d{1,2}\.\d", re.I)
_LOCKS = ("poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock")


class Judged(NamedTuple):
    """A file's places, and the files that it installs (itself first)."""

    path: str
    places: tuple[Place, ...]
    installs: tuple[str, ...]


def judge_all(results: Sequence[FileResult], target: Target, read: Read) -> list[Judged]:
    """Every file that has a place, or installs one that has."""
    stack = {result.path: result for result in results if result.nodes}
    known = [path for path, result in stack.items() if result.kind == "requirements"]
    out = {path: list(links.find(path, r.kind, r.nodes, known)) for path, r in stack.items()}
    reached = links.incoming(link for group in out.values() for link in group)
    judged = []
    for path, result in stack.items():
        inherited = list(_inherited(path, stack, reached))
        places = list(_places(result, inherited, target, read))
        judged.append(Judged(path, tuple(places), tuple(links.closure(path, out))))
    return judged


def _inherited(path: str, stack: Mapping[str, FileResult], reached: Mapping[str, list[Link]]) -> Iterator[IndexOption]:
    """Index options of the commands and files that install ``path``, over all steps."""
    seen, todo = {path}, [path]
    while todo:
        for link in reached.get(todo.pop(), ()):
            for node in stack[link.source].nodes:
                if isinstance(node, IndexOption) and node.scope in (link.scope, ANY_SCOPE, 0):
                    yield node
            if link.source not in seen:
                seen.add(link.source)
                todo.append(link.source)


def _places(result: FileResult, inherited: list[IndexOption], target: Target, read: Read) -> Iterator[Place]:
    found = list(_judged(result, inherited, target))
    if not any(place.changes or place.blocks for place in found):
        yield from found
        return
    yield from found
    yield from _whole_file(result, target, read)


def _judged(result: FileResult, inherited: list[IndexOption], target: Target) -> Iterator[Place]:
    options = [node for node in result.nodes if isinstance(node, IndexOption)]
    image = (
        any(isinstance(n, ImageRef) and "cuda" in n.text.value for n in result.nodes) and result.kind == "dockerfile"
    )
    by_scope: dict[int, list[Place]] = {}
    for node in result.nodes:
        if isinstance(node, ImageRef) and node.parent < 0:
            yield from images.judge(result.path, node, target)
        elif isinstance(node, IndexOption):
            yield from wheels.judge_index(node, wheels.Scene(result.path, options, image), target)
        elif isinstance(node, Requirement):
            near = [option for option in options if option.scope in (node.scope, ANY_SCOPE)]
            places = list(wheels.judge_requirement(node, wheels.Scene(result.path, near + inherited, image), target))
            by_scope.setdefault(node.scope, []).extend(places)
    for scope, places in by_scope.items():
        yield from places
        yield from _added_index(result, scope, places, target)
        yield from _twice(result, scope, places)
    if result.kind == "dockerfile":
        yield from builds.judge(builds.build(result.path, result.nodes), target)


def _requirements(result: FileResult, scope: int) -> list[Requirement]:
    return [node for node in result.nodes if isinstance(node, Requirement) and node.scope == scope]


def _added_index(result: FileResult, scope: int, places: list[Place], target: Target) -> Iterator[Place]:
    """The wheel index that bare pins of a command or file need beside them at the target."""
    needing = [place for place in places if place.needs_index and not place.blocks]
    if not needing:
        return
    span = needing[-1].span
    if result.kind == "requirements":
        start = min(place.span.start for place in needing)
        change = Span(start, start), f"--extra-index-url {target.index_url}{result.newline}"
    else:
        end = max(
            n.end for n in result.nodes if isinstance(n, Requirement) and n.scope == scope and n.name in facts.FAMILY
        )
        change = Span(end, end), f" --extra-index-url {target.index_url}"
    message = f"no index is named here: without one, pip takes PyPI's build, not {target.wheels}"
    first = needing[0]
    yield Place("wheel-index", result.path, span, message, changes=(change,), safety=first.safety, reason=first.reason)


def _twice(result: FileResult, scope: int, places: list[Place]) -> Iterator[Place]:
    """Several pins of one project in one command or file are alternatives (markers); which is meant is not for us."""
    names = [item.name for item in _requirements(result, scope) if item.name in facts.FAMILY]
    double = next((name for name in names if names.count(name) > 1), "")
    if places and double and result.kind == "requirements":
        why = f"{double} stands here more than once: alternatives for several platforms or Pythons"
        yield Place("", result.path, places[0].span, "", blocks=why, silent=True)


def _whole_file(result: FileResult, target: Target, read: Read) -> Iterator[Place]:
    """What holds back all of a file that has something to move."""

    def silent(span: Span, why: str) -> Place:
        return Place("", result.path, span, "", blocks=why, silent=True)

    generated = next((node for node in result.nodes if isinstance(node, Generated)), None)
    if generated:
        yield silent(generated.span, f"the file {generated.reason}: change what generates it")
    if _NAMED.search(posixpath.basename(result.path)):
        yield silent(Span(0, 0), "the file is named for its CUDA version")
    if result.kind != "dockerfile":
        return
    build = builds.build(result.path, result.nodes)
    python = builds.python_block(build, target)
    if python:
        yield python
    for install in build.installs:
        lock = _locked(result.path, install, read) if install.tool == "locked" else ""
        if lock:
            yield silent(
                install.span, f"{install.words[0].value} installs what {lock} says, and that names torch: lock it again"
            )


def _locked(path: str, install: Install, read: Read) -> str:
    """The lock file at or above a build that pins torch, or ``""``."""
    folder = posixpath.dirname(path)
    while True:
        for name in _LOCKS:
            raw = read(posixpath.join(folder, name))
            if raw is not None:
                return name if re.search(rb'"torch"|\btorch-\d|^torch==', raw, re.M) else ""
        if not folder:
            return ""
        folder = posixpath.dirname(folder)
