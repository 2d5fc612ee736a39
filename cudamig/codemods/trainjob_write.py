"""The text of a TrainJob's spec: a small tree of entries, some of them slices of the file, and how it is laid out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from cudamig.codemods.trainjob_comments import column
from cudamig.codemods.trainjob_sort import Kept
from cudamig.hosts.manifest import ManifestDocument
from cudamig.hosts.yaml_nodes import Canon, Mapping, Node, Scalar, followed
from cudamig.hosts.yaml_nodes import Sequence as List

Groups = tuple[tuple["Entry", ...], ...]  # items of a list of mappings
_LINE_END = re.compile(r"\r\n|\r|\n")


class Slice(NamedTuple):
    """A value as it stands in the file: what follows its key on the key's line, and the lines after."""

    head: str
    tail: tuple[str, ...]
    column: int  # of its key in the file
    node: Node
    dash: int = 0  # columns from its key to the dashes of its items


class Entry(NamedTuple):
    """A key and its value: YAML text, a slice, further entries, or a list of groups of entries.

    A slice with ``more`` groups is a list that goes on with them.
    """

    key: str
    value: str | Slice | tuple[Entry, ...] | Items
    lead: tuple[str, ...] = ()
    trail: tuple[str, ...] = ()
    more: Groups = ()


class Items(NamedTuple):
    """A list of mappings."""

    items: Groups


class Style(NamedTuple):
    """Columns of indentation: of a mapping below its key, and of dashes below theirs."""

    step: int
    dash: int


def slice_of(document: ManifestDocument, kept: Kept, change: Callable[[str], str] = str, more: Groups = ()) -> Slice:
    """The slice of a field. ``change`` rewrites its text; a list in brackets is given its ``more`` items here."""
    field, text = kept.field, document.source.text
    value, start = followed(field.value), field.key.span.start
    body = ": " + text[field.value.span.start : kept.stop] if field.flow else text[field.key.span.end : kept.stop]
    if more and isinstance(value, List) and value.flow:
        rest = kept.stop - field.value.span.end + 1  # the bracket, and what stands behind it
        items = ", ".join(_inline(group) for group in more)
        body = f"{body[:-rest].rstrip().rstrip(',')}, {items}{body[-rest:]}"
    head, *tail = _LINE_END.split(change(body))
    at = column(document, start)
    dash = 0
    if isinstance(value, List) and not value.flow:
        dash = column(document, text.rindex("-", 0, value.items[0].span.start)) - at
    return Slice(head, tuple(tail), at, field.value, dash)


def _inline(entries: Sequence[Entry]) -> str:
    """Entries in braces; only for text and further entries."""
    words = []
    for entry in entries:
        if isinstance(entry.value, str):
            word = entry.value if re.fullmatch(r'"[^"]*"|[\w$().-]+', entry.value) else f'"{entry.value}"'
        else:
            word = _inline(entry.value) if not isinstance(entry.value, (Slice, Items)) else ""
        words.append(f"{entry.key}: {word}")
    return "{" + ", ".join(words) + "}"


def render(entries: Sequence[Entry], at: int, style: Style) -> list[str]:
    """The lines of a mapping whose keys stand in column ``at``."""
    return [line for entry in entries for line in _entry(entry, at, style)]


def _entry(entry: Entry, at: int, style: Style) -> list[str]:
    blank = " " * at
    lines = [blank + text for text in entry.lead]
    value = entry.value
    if isinstance(value, str):
        lines.append(f"{blank}{entry.key}: {value}")
    elif isinstance(value, Slice):
        lines += _moved(entry.key, value, at)
        if not _flow(value.node):
            lines += _listed(entry.more, at + value.dash, style)
    elif isinstance(value, Items):
        lines.append(f"{blank}{entry.key}:")
        lines += _listed(value.items, at + style.dash, style)
    else:
        lines.append(f"{blank}{entry.key}:")
        lines += render(value, at + style.step, style)
    return [*lines, *(blank + text for text in entry.trail)]


def _flow(node: Node) -> bool:
    value = followed(node)
    return isinstance(value, List) and value.flow


def _listed(items: Sequence[Sequence[Entry]], at: int, style: Style) -> list[str]:
    lines = []
    for item in items:
        first, *rest = render(item, at + 2, style)
        lines += [" " * at + "- " + first[at + 2 :], *rest]
    return lines


def _moved(key: str, value: Slice, at: int) -> list[str]:
    return [" " * at + key + value.head, *(_shifted(line, at - value.column, at + 1) for line in value.tail)]


def _shifted(line: str, by: int, least: int) -> str:
    """A line moved ``by`` columns, not before column ``least``; comments at the left edge stay there."""
    body = line.lstrip(" ")
    indent = len(line) - len(body)
    if not body:
        return " " * max(indent + by, 0) if line else ""
    if not indent and body.startswith("#"):
        return line
    return " " * (indent + by if indent + by >= 0 else least) + body


def reads_as(node: Node | None, entries: Sequence[Entry], canon: Canon) -> bool:
    """Whether a mapping holds exactly ``entries``: the same keys in order, and in slices the same data."""
    if not isinstance(node, Mapping):
        return False
    keys = [key.value if isinstance(key, Scalar) else None for key, _ in node.items]
    if keys != [entry.key for entry in entries]:
        return False
    return all(_reads(value, entry, canon) for (_, value), entry in zip(node.items, entries, strict=True))


def _reads(node: Node, entry: Entry, canon: Canon) -> bool:
    value = entry.value
    if isinstance(value, str):
        return isinstance(node, Scalar)
    if isinstance(value, Slice):
        if not entry.more:
            return canon.number(node) == canon.number(value.node)
        old = followed(value.node)
        return isinstance(old, List) and _grown(node, [canon.number(item) for item in old.items], entry.more, canon)
    if isinstance(value, Items):
        return _grown(node, [], value.items, canon)
    return reads_as(node, value, canon)


def _grown(node: Node, old: list[int], more: Sequence[Sequence[Entry]], canon: Canon) -> bool:
    """Whether a list holds the items numbered ``old``, and then ``more``."""
    if not isinstance(node, List) or len(node.items) != len(old) + len(more):
        return False
    same = [canon.number(item) for item in node.items[: len(old)]] == old
    return same and all(reads_as(item, group, canon) for item, group in zip(node.items[len(old) :], more, strict=True))
