"""The wheel index that bare pins need beside them at the target."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cudamig.engine import FileResult
from cudamig.facts import wheels
from cudamig.facts.targets import Target
from cudamig.model import Span
from cudamig.nodes import Requirement
from cudamig.project.place import Place


def with_index(
    result: FileResult, items: Sequence[Requirement], places: Sequence[Place], target: Target
) -> Iterator[Place]:
    """The places of a command or file; bare pins get the wheel index that they need beside them at the target."""
    needing = [place for place in places if place.needs_index and not place.blocks]
    if not needing:
        yield from places
        return
    change = _added_index(result, items, min(place.span.start for place in needing), target)
    why = (
        "" if change else f"it needs {target.index_url} beside it, and there is no one place to write it: add it there"
    )
    for place in places:
        if place in needing:
            place = place._replace(changes=(*place.changes, change) if change else (), blocks=why)
        yield place


def _added_index(
    result: FileResult, items: Sequence[Requirement], start: int, target: Target
) -> tuple[Span, str] | None:
    """The edit that adds the target's index to a file, or to a command; None for a command that is a JSON list."""
    if result.kind == "requirements":
        return Span(start, start), f"--extra-index-url {target.index_url}{result.newline}"
    end = max(item.end for item in items if item.name in wheels.FAMILY)
    return (Span(end, end), f" --extra-index-url {target.index_url}") if end >= 0 else None
