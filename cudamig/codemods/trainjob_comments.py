"""The comments of a job's spec: which move with a field, which lead it, which have nothing left to speak of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cudamig.codemods.trainjob_read import Field
from cudamig.hosts.manifest import ManifestDocument
from cudamig.hosts.yaml_nodes import Alias, Mapping, Scalar, followed, walk
from cudamig.hosts.yaml_nodes import Sequence as List
from cudamig.model import Span

_MARK = re.compile(r"(?:^|(?<=\s))#[^\r\n]*", re.M)
_COMMENT_LINES = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?:(?:\r\n|\r|\n)[ \t]*(?:#[^\r\n]*)?)*")
_ITEM = re.compile(r"#\s*-\s")


class Comment(NamedTuple):
    """A comment. ``own``: it has its line for itself; ``column`` is 0-based."""

    span: Span
    text: str
    own: bool
    column: int


class Kept(NamedTuple):
    """A field as it is to be moved: with its comments, up to ``stop``."""

    field: Field
    stop: int
    lead: tuple[str, ...]  # comment lines to stand above it
    trail: tuple[str, ...]  # comment lines to stand below it


class Sorted(NamedTuple):
    """All comments of a spec, each in its place."""

    kept: dict[str, Kept]  # by place, in the order of the first role
    lost: tuple[Comment, ...]


def column(document: ManifestDocument, offset: int) -> int:
    """0-based column of a character."""
    return document.source.position(offset)[1] - 1


def region(document: ManifestDocument, spec: Mapping) -> Span:
    """The spec from its first key to its last character, comments within and behind it included.

    A comment line below the last one belongs to it when it is indented deeper than the keys of the spec.
    """
    text, end = document.masked, spec.span.end
    if spec.flow:
        return spec.span
    below = _COMMENT_LINES.match(text, end)
    inner = column(document, spec.span.start)
    for mark in _MARK.finditer(text, end, below.end() if below else end):
        if _own(text, mark.start()) and column(document, mark.start()) <= inner:
            break
        end = mark.end()
    return Span(spec.span.start, end)


def comments(document: ManifestDocument, spec: Mapping, span: Span) -> list[Comment]:
    """The comments in a span of the spec, in order; what looks like one within a scalar is none."""
    found, at = [], span.start
    leaves = [node.span for node in walk(spec) if isinstance(node, (Scalar, Alias))]
    for leaf in [*leaves, Span(span.end, span.end)]:
        for mark in _MARK.finditer(document.masked, at, max(leaf.start, at)):
            place = Span(*mark.span())
            own = _own(document.masked, place.start)
            text = document.source.slice(place).rstrip()
            found.append(Comment(place, text, own, column(document, place.start)))
        at = max(at, leaf.end)
    return found


def sort(document: ManifestDocument, every: Sequence[Comment], fields: Iterable[Field], second: Span | None) -> Sorted:
    """Put each comment where it goes.

    ``fields``: all that would move, of both roles (equal data at the same places). ``second``: where the second role
    stands, if there are two; its comments count only where the first role does not say the same, and its field is
    taken when its comments are the first's and more. A comment line before something that goes leads the next field
    that moves; a comment behind something that goes is lost.
    """
    ordered = sorted(fields, key=lambda field: field.key.span)
    stops = {field.key.span: _stop(document, field, every) for field in ordered}

    def inside(field: Field) -> list[Comment]:
        return [c for c in every if field.key.span.start <= c.span.start < stops[field.key.span]]

    chosen: dict[str, Field] = {}
    for field in ordered:
        first = chosen.setdefault(field.place, field)
        if _said(inside(field)) > _said(inside(first)):
            chosen[field.place] = field
    taken = {comment for field in chosen.values() for comment in inside(field)}
    said = _said(taken)
    leads: dict[str, list[str]] = {place: [] for place in chosen}
    trail, lost = list[str](), list[Comment]()
    for comment in every:
        again = second and second.start <= comment.span.start < second.end and comment.text in said
        if comment in taken or again:
            continue
        if not comment.own:
            lost.append(comment)
            continue
        said.add(comment.text)
        holder = next((f for f in ordered if comment.span.start < stops[f.key.span]), None)
        (leads[holder.place] if holder else trail).append(comment.text)
    last = max(chosen.values(), key=lambda field: field.key.span)
    kept = {
        place: Kept(field, stops[field.key.span], tuple(leads[place]), tuple(trail) if field is last else ())
        for place, field in chosen.items()
    }
    return Sorted(kept, tuple(comment for comment in lost if comment.text not in said))


def _stop(document: ManifestDocument, field: Field, every: Sequence[Comment]) -> int:
    """Where a field ends with the comments that are its own: behind it, and below it, deeper than its key."""
    end = field.value.span.end
    key = column(document, field.key.span.start)
    value = followed(field.value)
    dashes = isinstance(value, List) and not value.flow and column(document, value.span.start) == key
    for comment in every if not field.flow else ():
        if comment.span.start < end:
            continue
        if document.masked[end : comment.span.start].strip():
            break
        if comment.own and comment.column <= key and not (dashes and _ITEM.match(comment.text)):
            break
        end = comment.span.end
    return end


def _own(text: str, offset: int) -> bool:
    """Whether only blanks stand before a character on its line."""
    head = text[max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1 : offset]
    return not head.strip()


def _said(every: Iterable[Comment]) -> set[str]:
    return {comment.text for comment in every}
