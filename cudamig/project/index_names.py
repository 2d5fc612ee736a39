"""Names that a file gives to its indexes, where they say a CUDA version: they move with the address."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cudamig.facts import wheels
from cudamig.facts.targets import Target
from cudamig.model import Span
from cudamig.nodes import IndexOption, IndexUse
from cudamig.project.place import Place

_CUDA = re.compile(r"(cu(?:da)?[-_.]?)(\d{1,2}[._-]\d|\d{2,3})(?!\d)", re.I)


def renamed(
    place: Place,
    option: IndexOption,
    options: Sequence[IndexOption],
    uses: Sequence[IndexUse],
    elsewhere: frozenset[str],
    target: Target,
) -> Place:
    """The place of an index whose name moves with it, at every place of the file; or why it cannot move.

    ``elsewhere``: names that other files use without saying what they are.
    """
    index, old = wheels.index(option.url.value), option.name.value
    found = _CUDA.search(old)
    if not place.changes or not index or not found or not _same(found.group(2), index.variant):
        return place
    number = target.wheels.removeprefix("cu") if found.group(2).isdigit() else ""
    joint = re.sub(r"\d", "", found.group(2))
    new = old[: found.start(2)] + (number or target.cuda_minor.replace(".", joint)) + old[found.end(2) :]
    named = [use.name for use in uses if use.name.value == old]
    spans = [text.span() for text in (option.name, *named)]
    why = ""
    if old in elsewhere:
        why = f"other files of the tree take packages from {old} by its name: rename it everywhere"
    elif any(other.name.value == new for other in options):
        why = f"its name {old} would have to be {new}, and there is such an index"
    elif None in spans or any(not use.project and use.name.value == old for use in uses):
        why = f"the name {old} stands in this file for something else too: rename it by hand"
    if why:
        return place._replace(changes=(), blocks=why)
    return place._replace(changes=(*place.changes, *((span, new) for span in _known(spans))))


def _known(spans: Sequence[Span | None]) -> list[Span]:
    return sorted({span for span in spans if span})


def _same(digits: str, variant: str) -> bool:
    return wheels.cuda_number("cu" + re.sub(r"\D", "", digits)) == wheels.cuda_number(variant)
