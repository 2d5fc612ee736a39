"""The arguments of a build that would move: other files that give them, stages that set them again, addresses."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cudamig.engine import FileResult
from cudamig.facts import companions, wheels
from cudamig.hosts.yaml_parts import is_workflow
from cudamig.model import Span
from cudamig.nodes import Copy, Install, Setting
from cudamig.project import branches, images
from cudamig.project.place import Place, obstacle
from cudamig.text import EMPTY, Text

_VERSION = re.compile(r"\d\.\d|cu\d\d|^\d+$")
_ADDRESS = re.compile(r"(?:https?|ftp|s3|gs)://[^\s\"']+")


class Argument(NamedTuple):
    """``value`` for the argument ``name`` of builds below ``folder``."""

    path: str
    folder: str
    name: str
    value: Text
    fixed: bool = False  # it is not to be changed where it stands

    def reaches(self, path: str) -> bool:
        """Whether it may be given to the build of a Dockerfile."""
        return not self.folder or path.startswith(self.folder + "/")


def given(results: Mapping[str, FileResult]) -> list[Argument]:
    """What compose files, CI workflows and scripts give to builds, where it names a version.

    Several values that one workflow or script gives to an argument are the rows of a matrix, and say nothing about the
    default.
    """
    found = []
    for path, result in results.items():
        if result.kind in ("yaml", "json", *branches.KINDS):
            folder = "" if is_workflow(path) else posixpath.dirname(posixpath.dirname(path))
            pairs = [pair for pair in _pairs(result) if _VERSION.search(pair[1].value) and not _plain(pair[1].value)]
            rows = is_workflow(path) or result.kind in branches.KINDS
            own = _own(result)
            found += [
                Argument(path, folder, name, value, not own.isdisjoint(value.at))
                for name, value in pairs
                if not rows or _one(name, pairs)
            ]
    return found


def _own(result: FileResult) -> set[int]:
    """Where a script has values that it may use for something else too; all of it where it serves several stacks."""
    if result.kind not in branches.KINDS:
        return set()
    if branches.several(result, (), ()):
        return {at for _, value in _pairs(result) for at in value.at}
    return {at for node in result.nodes if isinstance(node, Setting) for at in node.value.at}


def _one(name: str, pairs: Sequence[tuple[str, Text]]) -> bool:
    """Whether a workflow gives an argument one value; several are a matrix, which needs no default."""
    return len({value.value for other, value in pairs if other == name}) == 1


def _pairs(result: FileResult) -> Iterator[tuple[str, Text]]:
    for node in result.nodes:
        if isinstance(node, Setting):
            if result.kind not in branches.KINDS:  # where it is a variable of the script
                yield node.name, node.value
        elif isinstance(node, Install) and node.tool == "other":
            for option, word in itertools.pairwise([EMPTY, *node.words]):
                attached = word.value.startswith("--build-arg=")
                pair = word[len("--build-arg=") :] if attached else word
                name, equals, _ = pair.value.partition("=")
                if equals and (attached or option.value == "--build-arg"):
                    yield name, pair[len(name) + 1 :]


class Followed(NamedTuple):
    """What the arguments that other files give mean for a build whose defaults move."""

    obstacles: tuple[Place, ...]  # other values, that would have to be changed by hand
    moves: tuple[Place, ...]  # the same value, to be changed with the default


def follow(
    result: FileResult, places: Sequence[Place], arguments: Sequence[Argument], builds: Sequence[FileResult]
) -> Followed:
    """A value that another file gives for an argument moves with the default that it repeats; any other holds it.

    ``builds``: all Dockerfiles. A value may be given to each of them that has the argument, so that all must have
    the same default. A base image without CUDA is no other stack: the same Dockerfile builds for CPU too.
    """
    obstacles, moves = [], []
    for place in places:
        for node in result.nodes:
            if not isinstance(node, Setting):
                continue
            inside = [(span, new) for span, new in place.changes if span.start in set(node.value.at)]
            for item in arguments if inside else ():
                if item.name != node.name or not item.reaches(result.path):
                    continue
                if all(new in item.value.value for _, new in inside):
                    continue
                changes = [_there(node.value, item.value, change) for change in inside]
                if all(changes) and not item.fixed and _alike(item, node, builds):
                    message = f"{item.name} is the default of {result.path}, given once more"
                    there = place._replace(path=item.path, span=changes[0][0], message=message, demands="")  # type: ignore[index]
                    moves.append(there._replace(changes=tuple(change for change in changes if change)))
                    continue
                why = f"{item.path} builds with {item.name}={item.value.value}: change it there too, in one move"
                obstacles.append(obstacle(result.path, inside[0][0], why))
    return Followed(tuple(obstacles), tuple(moves))


def _plain(value: str) -> bool:
    """Whether a value is a base image that brings no CUDA."""
    return ":" in value and companions.neutral(value) and not images.REFERENCE.fullmatch(value)


def _there(default: Text, given: Text, change: tuple[Span, str]) -> tuple[Span, str] | None:
    """A change of a default, made to the same value elsewhere; None when that is another, or stands nowhere."""
    if default.value != given.value:
        return None
    start = default.at.index(change[0].start)
    span = given[start : start + change[0].end - change[0].start].span()
    return (span, change[1]) if span else None


def _alike(item: Argument, default: Setting, builds: Sequence[FileResult]) -> bool:
    """Whether all builds that may be given an argument have one default for it."""
    return all(
        node.value.value == default.value.value
        for build in builds
        if item.reaches(build.path)
        for node in build.nodes
        if isinstance(node, Setting) and node.name == item.name
    )


def moved(places: Sequence[Place], moves: Sequence[Place]) -> list[Place]:
    """The places of a file that gives arguments, with those that move with a default elsewhere."""
    changed = {change for move in moves for change in move.changes}
    kept = [place for place in places if not changed.intersection(place.changes)]
    one = {(move.role, move.changes): move for move in moves}
    return [*kept, *one.values()]


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
