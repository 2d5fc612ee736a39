"""The arguments of a build that would move: other files that give them, stages that set them again, addresses."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cudamig.engine import FileResult
from cudamig.facts import wheels
from cudamig.model import Safety, Severity, Span
from cudamig.nodes import Copy, Install, Setting
from cudamig.project import locks, scripts
from cudamig.project.given import Argument
from cudamig.project.place import Place, obstacle
from cudamig.text import Text

_NO_DEFAULT = re.compile(rb"\s*(?:#|//|::|rem\b|for\b|foreach\b|case\b)", re.I)  # remarks and rows
_ADDRESS = re.compile(r"(?:https?|ftp|s3|gs)://[^\s\"']+")


class Followed(NamedTuple):
    """What the arguments that other files give mean for a build whose defaults move."""

    obstacles: list[Place]  # other values, that would have to be changed by hand
    moves: list[Place]  # the same value, to be changed with the default
    told: list[Place]  # the same value in a document, which is no part of what is built


def follow(
    result: FileResult,
    places: Sequence[Place],
    arguments: Sequence[Argument],
    builds: Sequence[FileResult],
    read: locks.Read,
) -> Followed:
    """A value that another file gives for an argument moves with the default that it repeats; any other holds it.

    ``builds``: all Dockerfiles. A value may be given to each of them that has the argument, so that all must have
    the same default. A base image without CUDA is no other stack: the same Dockerfile builds for CPU too.
    """
    out = Followed([], [], [])
    settings = [node for node in result.nodes if isinstance(node, Setting)]
    for place, setting in itertools.product(places, settings):
        inside = _inside(place, setting)
        for item in arguments if inside else ():
            if item.name == setting.name and item.reaches(result.path):
                _follow(result.path, place, setting, inside, item, builds, read, out)
    return out


def _inside(place: Place, setting: Setting) -> list[tuple[Span, str]]:
    """The changes of a place that are made to the value of a setting."""
    at = set(setting.value.at)
    return [(span, new) for span, new in place.changes if span.start in at]


def _follow(
    path: str,
    place: Place,
    default: Setting,
    inside: Sequence[tuple[Span, str]],
    item: Argument,
    builds: Sequence[FileResult],
    read: locks.Read,
    out: Followed,
) -> None:
    """What one argument means for a default that moves."""
    if all(new in item.value.value for _, new in inside):
        return
    if item.open:
        for file in item.sources:
            line = _named(default.value.value, read(file) or b"")
            if line:
                why = f"{item.path} builds with a {item.name} of its own, and {file}:{line} names {default.value.value}"
                out.obstacles.append(obstacle(path, inside[0][0], f"{why}: change both, in one move"))
        return
    changes = [change for part in inside if (change := _there(default.value, item.value, part))]
    if len(changes) == len(inside) and not item.fixed and _alike(item, default, builds):
        message = f"{item.name} is the default of {path}, given once more"
        there = place._replace(path=item.path, span=changes[0][0], message=message, demands="", changes=tuple(changes))
        if item.document:
            why = f"{item.path} tells to give it, and {scripts.REVIEW['markup']}"
            there = there._replace(safety=Safety.UNSAFE, reason=why, severity=Severity.INFO)
        (out.told if item.document else out.moves).append(there)
    elif not item.document:
        why = f"{item.path} builds with {item.name}={item.value.value}: change it there too, in one move"
        out.obstacles.append(obstacle(path, inside[0][0], why))


def _named(version: str, raw: bytes) -> int:
    """The line of a script that names a version of its own, as the default of a variable; 0 where none does."""
    if not re.search(r"\d\.\d|cu\d\d", version):
        return 0
    pattern = re.compile(rb"(?<![\w.])" + re.escape(version.encode()) + rb"(?![\w.])")
    for number, line in enumerate(raw.splitlines(), 1):
        if pattern.search(line) and not _NO_DEFAULT.match(line):
            return number
    return 0


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
