"""The comments of a job's spec, and where it begins and ends with them."""

from __future__ import annotations

import re
from typing import NamedTuple

from cudamig.hosts.manifest import ManifestDocument
from cudamig.hosts.yaml_nodes import Alias, Mapping, Scalar, walk
from cudamig.model import Span

_MARK = re.compile(r"(?:^|(?<=\s))#[^\r\n]*", re.M)
_COMMENT_LINES = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?:(?:\r\n|\r|\n)[ \t]*(?:#[^\r\n]*)?)*")
_LINE_END = re.compile(r"\r\n|\r|\n")
_ITEM = re.compile(r"#\s*-\s")


class Comment(NamedTuple):
    """A comment. ``own``: it has its line for itself, or shares it with an opening key only; ``column`` is 0-based."""

    span: Span
    text: str
    own: bool
    column: int


def column(document: ManifestDocument, offset: int) -> int:
    """0-based column of a character."""
    return document.source.position(offset)[1] - 1


def below(document: ManifestDocument, offset: int) -> int:
    """Where the comments and blank lines that follow a value end."""
    lines = _COMMENT_LINES.match(document.masked, offset)
    return lines.end() if lines else offset


def region(document: ManifestDocument, spec: Mapping) -> Span:
    """The spec from its first key to its last character, comments within and behind it included.

    A comment line below the last one belongs to it when it is indented deeper than the keys of the spec.
    """
    text, end = document.masked, spec.span.end
    if spec.flow:
        return spec.span
    inner = column(document, spec.span.start)
    for mark in _MARK.finditer(text, end, below(document, end)):
        if _own(text, mark.start()) and column(document, mark.start()) <= inner:
            break
        end = mark.end()
    return Span(spec.span.start, end)


def comments(document: ManifestDocument, spec: Mapping, span: Span) -> list[Comment]:
    """The comments in a span of the spec, in order; what looks like one within a scalar is none."""
    found, at = [], span.start
    leaves = (_leaf(document.masked, node) for node in walk(spec) if isinstance(node, (Scalar, Alias)))
    for leaf in [*leaves, Span(span.end, span.end)]:
        for mark in _MARK.finditer(document.masked, at, max(leaf.start, at)):
            place = Span(*mark.span())
            own = _own(document.masked, place.start)
            text = document.source.slice(place).rstrip()
            found.append(Comment(place, text, own, column(document, place.start)))
        at = max(at, leaf.end)
    return found


def _leaf(text: str, node: Scalar | Alias) -> Span:
    """Where a scalar can hold what looks like a comment: of a block, the lines below its head."""
    if isinstance(node, Scalar) and node.style in ("|", ">"):
        head = _LINE_END.search(text, node.span.start, node.span.end)
        return Span(head.end() if head else node.span.end, node.span.end)
    return node.span


def _own(text: str, offset: int) -> bool:
    """Whether a comment has its line for itself, or stands behind a key whose value begins on the next line."""
    head = text[max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1 : offset].strip()
    return not head or head.endswith(":")
