"""The arguments of a build that would move: other files that give them, stages that set them again, addresses."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cudamig.engine import FileResult
from cudamig.facts import wheels
from cudamig.hosts.yaml_parts import is_workflow
from cudamig.model import Span
from cudamig.nodes import Copy, Install, Setting
from cudamig.project.place import Place, obstacle

_VERSION = re.compile(r"\d\.\d|cu\d\d|^\d+$")
_ADDRESS = re.compile(r"(?:https?|ftp|s3|gs)://[^\s\"']+")


class Argument(NamedTuple):
    """``value`` for the argument ``name`` of builds below ``folder``."""

    path: str
    folder: str
    name: str
    value: str


def given(results: Mapping[str, FileResult]) -> list[Argument]:
    """What compose files and CI workflows give to builds, where it names a version."""
    found = []
    for path, result in results.items():
        if result.kind == "yaml":
            folder = "" if is_workflow(path) else posixpath.dirname(posixpath.dirname(path))
            found += [Argument(path, folder, *pair) for pair in _pairs(result) if _VERSION.search(pair[1])]
    return found


def _pairs(result: FileResult) -> Iterator[tuple[str, str]]:
    for node in result.nodes:
        if isinstance(node, Setting):
            yield node.name, node.value.value
        elif isinstance(node, Install) and node.tool == "other":
            for option, word in itertools.pairwise(["", *(word.value for word in node.words)]):
                attached = word.startswith("--build-arg=")
                name, equals, value = word.removeprefix("--build-arg=").partition("=")
                if equals and (attached or option == "--build-arg"):
                    yield name, value


def overrides(result: FileResult, places: Sequence[Place], arguments: Sequence[Argument]) -> Iterator[Place]:
    """Obstacles for the defaults of a Dockerfile that would move, while another file gives another value."""
    changes = [change for place in places for change in place.changes]
    for node in result.nodes:
        offsets = set(node.value.at) if isinstance(node, Setting) else set()
        inside = [(span, new) for span, new in changes if span.start in offsets]
        if not inside or not isinstance(node, Setting):
            continue
        for item in arguments:
            below = not item.folder or result.path.startswith(item.folder + "/")
            if below and item.name == node.name and not all(new in item.value for _, new in inside):
                why = f"{item.path} builds with {item.name}={item.value}: change it there too, in one move"
                yield obstacle(result.path, inside[0][0], why)


def repeated(result: FileResult, places: Sequence[Place]) -> list[Place]:
    """The places, with the same change where a stage sets the same variable to the same value once more."""
    settings = [node for node in result.nodes if isinstance(node, Setting)]
    changed = {span for place in places for span, _ in place.changes}
    out = []
    for place in places:
        more = {again: new for span, new in place.changes for again in _again(settings, span) if again not in changed}
        changed.update(more)
        out.append(place._replace(changes=(*place.changes, *more.items())))
    return out


def _again(settings: Sequence[Setting], span: Span) -> Iterator[Span]:
    """Where what ``span`` is of a setting stands in other settings of the same name and value."""
    for first in settings:
        if span.start not in first.value.at:
            continue
        start = first.value.at.index(span.start)
        for other in settings:
            if other.name == first.name and other.value.value == first.value.value:
                again = other.value[start : start + span.end - span.start].span()
                if again:
                    yield again


def addresses(result: FileResult, places: Sequence[Place]) -> Iterator[Place]:
    """Obstacles where an address is put together from a value that would move: what lies there then is not known."""
    moved = {offset for place in places for span, _ in place.changes for offset in range(*span)}
    for node in result.nodes:
        for word in node.words if isinstance(node, (Copy, Install)) else ():
            for found in _ADDRESS.finditer(word.value):
                if not moved.isdisjoint(word.at[slice(*found.span())]) and not wheels.index(found.group()):
                    why = f"{found.group()} is made of the same value, and what lies there for another is not known"
                    yield obstacle(result.path, word.stretch() or Span(0, 0), why)
