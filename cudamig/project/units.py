"""Installation units: files whose places move together or not at all."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cudamig.facts.targets import Target
from cudamig.project.files import Judged
from cudamig.project.place import Place


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
        places = tuple(place for path in group for place in carriers[path].places if place.role and not place.alone)
        yield Unit(f"stack:{name}", tuple(group), places, tuple(_obstacles(judged, set(group))))
    for file in judged:
        if file.path not in carriers:
            yield Unit("", (file.path,), tuple(place for place in file.places if place.role and not place.alone), ())
        own = tuple(place for place in file.places if not place.role)
        for place in file.places:
            if place.role and place.alone:
                yield Unit("", (file.path,), (place,), own)


def _obstacles(judged: Sequence[Judged], group: set[str]) -> Iterator[Place]:
    below = {other for file in judged if file.path in group for other in file.installs}
    for file in judged:
        if file.path in below or group.intersection(file.installs):
            yield from (place for place in file.places if not place.role)


def held(unit: Unit, target: Target) -> str:
    """Why the unit cannot move, or ``""``."""
    images = any(place.changes and place.role.endswith("-image") for place in unit.places)
    blocking = [place for place in (*unit.places, *unit.obstacles) if place.blocks and (images or not place.system)]
    if blocking:
        first = blocking[0]
        where = f"{first.path}: " if {first.path} != set(unit.files) else ""
        more = len({place.blocks for place in blocking}) - 1
        return f"{where}{first.blocks}" + (f" (and {more} more reasons)" if more else "")
    moving = [place for place in unit.places if place.changes]
    if moving and any(place.newer for place in unit.places):
        return f"part of what moves with it is newer than the target {target.name} already"
    edits = sorted({(place.path, *change) for place in moving for change in place.changes})
    for (path, span, _), (other, following, _) in itertools.pairwise(edits):
        if path == other and (span.overlaps(following) or span == following):
            return "one value would have to read two ways"
    return ""
