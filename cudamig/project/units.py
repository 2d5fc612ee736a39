"""Installation units: files whose places move together or not at all."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cudamig.facts.targets import Target
from cudamig.model import Related, Span
from cudamig.project.files import Judged
from cudamig.project.place import Place

Change = tuple[str, Span, str]  # path, where, and what would stand there


class Unit(NamedTuple):
    """Files that are tied by what they install, and all their places."""

    name: str  # group of its fixes
    files: tuple[str, ...]
    places: tuple[Place, ...]
    obstacles: tuple[Place, ...]  # of these files, of those they install, and of those that install them


def join(judged: Sequence[Judged]) -> Iterator[Unit]:
    """Units in order of path.

    A build and a requirements file of its are one unit when both have something to move; a base requirements file
    that everybody includes, and that names no stack, joins nobody. What only holds back joins nobody either.
    """
    carriers = {file.path: file for file in judged if any(place.carries for place in file.places)}
    parent = {path: path for path in carriers}

    def root(path: str) -> str:
        while parent[path] != path:
            parent[path] = parent[parent[path]]
            path = parent[path]
        return path

    for path, file in carriers.items():
        for other in file.installs[1:]:
            if other in carriers:
                a, b = sorted((root(path), root(other)))
                parent[b] = a
    members: dict[str, list[str]] = {}
    for path in sorted(carriers):
        members.setdefault(root(path), []).append(path)
    for name, group in sorted(members.items()):
        places = _settled(
            [place for path in group for place in carriers[path].places if place.role and not place.alone]
        )
        yield Unit(f"stack:{name}", tuple(group), places, tuple(_obstacles(judged, set(group))))
    for file in judged:
        if file.path not in carriers:
            yield Unit("", (file.path,), tuple(place for place in file.places if place.role and not place.alone), ())
        own = tuple(place for place in file.places if not place.role)
        for place in file.places:
            if place.role and place.alone:
                yield Unit("", (file.path,), (place,), own)


def _settled(places: Sequence[Place]) -> tuple[Place, ...]:
    """The places, changes of one value that agree with each other made character by character.

    ``12.1.1`` -> ``12.6.3`` and, where a part of it was cut out, ``1`` -> ``6``: one edit for each character is the
    same for both. Changes that disagree stay as they are, and hold the unit.
    """
    shared = {change for pair in _clashes(places) for change in pair}
    whole = {path for path, span, new in shared if len(new) != span.end - span.start}
    out = []
    for place in places:
        changes: dict[tuple[Span, str], None] = {}
        for span, new in place.changes:
            if (place.path, span, new) in shared and place.path not in whole:
                changes.update({(Span(at, at + 1), char): None for at, char in enumerate(new, span.start)})
            else:
                changes[span, new] = None
        out.append(place._replace(changes=tuple(changes)))
    return tuple(out)


def _clashes(places: Sequence[Place]) -> Iterator[tuple[Change, Change]]:
    """Neighbouring changes of one place that are not the same."""
    edits = sorted({(place.path, *change) for place in places for change in place.changes})
    for one, other in itertools.pairwise(edits):
        if one[0] == other[0] and (one[1].overlaps(other[1]) or one[1] == other[1]):
            yield one, other


def _obstacles(judged: Sequence[Judged], group: set[str]) -> Iterator[Place]:
    below = {other for file in judged if file.path in group for other in file.installs}
    for file in judged:
        if file.path in below or group.intersection(file.installs):
            yield from (place for place in file.places if not place.role)


def held(unit: Unit, target: Target, path: str = "") -> str:
    """Why the unit cannot move, or ``""``; reasons in ``path`` first."""
    blocking = _blocking(unit)
    if blocking:
        first = min(blocking, key=lambda place: place.path != path)
        where = f"{first.path}: " if first.path != path else ""
        more = len({place.blocks for place in blocking}) - 1
        return f"{where}{first.blocks}" + (f" (and {more} more reason{'s' * (more > 1)}: --verbose)" if more else "")
    moving = [place for place in unit.places if place.changes]
    if moving and any(place.newer for place in unit.places):
        return f"part of what moves with it is newer than the target {target.name} already"
    if any(_clashes(moving)):
        return "one value would have to read two ways"
    return ""


def reasons(unit: Unit) -> tuple[Related, ...]:
    """All that holds the unit, each reason where it stands first, where there are several."""
    found = {place.blocks: Related(place.path, place.span, place.blocks) for place in reversed(_blocking(unit))}
    return tuple(sorted(found.values())) if len(found) > 1 else ()


def _blocking(unit: Unit) -> list[Place]:
    images = any(place.changes and place.role.endswith("-image") for place in unit.places)
    return [place for place in (*unit.places, *unit.obstacles) if place.blocks and (images or not place.system)]
