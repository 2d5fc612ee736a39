"""What becomes of the comments of a job's spec: which move with a field, which lead it, which are lost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cudamig.codemods.trainjob_comments import Comment, column
from cudamig.codemods.trainjob_read import Field
from cudamig.hosts.manifest import ManifestDocument
from cudamig.hosts.yaml_nodes import Mapping, followed
from cudamig.hosts.yaml_nodes import Sequence as List
from cudamig.model import Span

_ITEM = re.compile(r"#\s*-\s")


class Kept(NamedTuple):
    """A field as it is to be moved: with its comments, up to ``stop``."""

    field: Field
    stop: int
    lead: tuple[str, ...]  # comment lines to stand above it
    trail: tuple[str, ...]  # comment lines to stand below it


class Sorted(NamedTuple):
    """All comments of a spec, each in its place."""

    kept: dict[str, Kept]  # by place, in the order of the first role
    top: tuple[str, ...]  # comment lines on the job as a whole
    lost: tuple[Comment, ...]


class Frame(NamedTuple):
    """Where the roles of a job stand."""

    templates: tuple[tuple[Span, int], ...]  # pod templates, each with the column of its role's name
    second: Span | None  # all of the second role, if there is one


class _Moving(NamedTuple):
    """The fields of both roles in the order of the file, and which of two at one place is taken."""

    ordered: tuple[Field, ...]
    stops: dict[Span, int]  # by the span of the key
    said: dict[Span, set[str]]  # texts of the comments inside, by the span of the key
    chosen: dict[str, Field]  # by place

    def kept_inside(self, comment: Comment) -> bool:
        """Whether a comment stands in a field that is taken, or in one whose twin says the same."""
        for field in self.ordered:
            if field.key.span.start <= comment.span.start < self.stops[field.key.span]:
                taken = self.chosen[field.place]
                return taken is field or comment.text in self.said[taken.key.span]
        return False


def frame(document: ManifestDocument, spec: Mapping, span: Span) -> Frame:
    """Where the roles of a spec stand; ``span`` is its region."""
    roles = spec.get("pytorchReplicaSpecs")
    pairs = roles.items if isinstance(roles, Mapping) else ()
    templates = []
    for key, value in pairs:
        role = followed(value)
        template = role.get("template") if isinstance(role, Mapping) else None
        if template:
            templates.append((template.span, column(document, key.span.start)))
    if len(pairs) < 2:
        return Frame(tuple(templates), None)
    end = pairs[1][1].span.end
    after = min((key.span.start for key, _ in spec.items if key.span.start > end), default=span.end)
    return Frame(tuple(templates), Span(pairs[0][1].span.end, after))


def sort(document: ManifestDocument, every: Sequence[Comment], fields: Iterable[Field], frame: Frame) -> Sorted:
    """Put each comment where it goes.

    ``fields``: all that would move, of both roles (equal data at the same places). The second role's comments count
    only where the first does not say the same, and its field is taken when its comments are the first's and more.
    Within a template a comment line before something that goes leads the next field that moves; elsewhere it is
    about the whole job. A comment behind something that goes is lost.
    """
    moving = _moving(document, every, fields)
    said = {text for field in moving.chosen.values() for text in moving.said[field.key.span]}
    lead: dict[str, list[str]] = {place: [] for place in moving.chosen}
    trail: dict[str, list[str]] = {place: [] for place in moving.chosen}
    top, lost = list[str](), list[Comment]()
    for comment in every:
        again = frame.second and frame.second.start <= comment.span.start < frame.second.end and comment.text in said
        if again or moving.kept_inside(comment):
            continue
        if not comment.own:
            lost.append(comment)
            continue
        said.add(comment.text)
        before, after = _neighbours(comment, moving.ordered)
        template = _template(comment, frame)
        if after and (after.place.startswith("spec.") or (template and after.key.span.start < template.end)):
            lead[after.place].append(comment.text)
        elif before and template:
            trail[before.place].append(comment.text)
        else:
            top.append(comment.text)
    kept = {
        place: Kept(field, moving.stops[field.key.span], tuple(lead[place]), tuple(trail[place]))
        for place, field in moving.chosen.items()
    }
    return Sorted(kept, tuple(top), tuple(comment for comment in lost if comment.text not in said))


def _moving(document: ManifestDocument, every: Sequence[Comment], fields: Iterable[Field]) -> _Moving:
    ordered = tuple(sorted(fields, key=lambda field: field.key.span))
    stops = {field.key.span: _stop(document, field, every) for field in ordered}
    said = {at: {c.text for c in every if at.start <= c.span.start < stop} for at, stop in stops.items()}
    chosen: dict[str, Field] = {}
    for field in ordered:
        if said[field.key.span] > said[chosen.setdefault(field.place, field).key.span]:
            chosen[field.place] = field
    return _Moving(ordered, stops, said, chosen)


def _neighbours(comment: Comment, ordered: Sequence[Field]) -> tuple[Field | None, Field | None]:
    """The last field that begins before a comment, and the first after it."""
    before = [field for field in ordered if field.key.span.start < comment.span.start]
    return (before[-1] if before else None), (ordered[len(before)] if len(before) < len(ordered) else None)


def _template(comment: Comment, frame: Frame) -> Span | None:
    """The pod template that a comment stands in, or below and deeper than its role."""
    for i, (span, role) in enumerate(frame.templates):
        following = frame.templates[i + 1][0].start if i + 1 < len(frame.templates) else None
        near = following is None or comment.span.start < following
        if span.start <= comment.span.start and (comment.span.start < span.end or (near and comment.column > role)):
            return span
    return None


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
