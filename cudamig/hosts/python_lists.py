"""The items of a list in brackets, call arguments or imported names, as they stand in the text: commas, comments, all.

Items come from the syntax tree; what stands between them is blanks, comments, commas and parentheses.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from cudamig.model import Span

_BETWEEN = re.compile(r"(?P<blank>[ \t\f\r\n]+|\\(?:\r\n|\r|\n))|(?P<comment>#[^\r\n]*)|(?P<mark>[(),])")
_LINE_END = re.compile(r"\r\n|\r|\n")


class Item(NamedTuple):
    """An item with the parentheses around it; ``comma`` is the offset of the comma after it, or -1."""

    start: int
    end: int
    comma: int


def items(text: str, begin: int, spans: Sequence[Span], end: int) -> list[Item] | None:
    """The items at ``spans`` (in order) of a list that goes from ``begin`` to ``end`` (without its brackets).

    None when something stands between them that is neither blank nor comment, comma or parenthesis.
    """
    found: list[Item] = []
    last = begin
    for number, span in enumerate([*spans, Span(end, end)]):
        marks = _marks(text, last, span.start)
        if marks is None or span.start < last:
            return None
        commas = [index for index, offset in enumerate(marks) if text[offset] == ","]
        if len(commas) > 1 or (number == 0 and commas) or (0 < number < len(spans) and not commas):
            return None
        split = commas[0] if commas else (len(marks) if number == len(spans) else 0)
        closing, opening = marks[:split], marks[split + bool(commas) :]
        if any(text[offset] != ")" for offset in closing) or any(text[offset] != "(" for offset in opening):
            return None
        if found:
            comma = marks[commas[0]] if commas else -1
            found[-1] = Item(found[-1].start, closing[-1] + 1 if closing else found[-1].end, comma)
        if number < len(spans):
            found.append(Item(opening[0] if opening else span.start, span.end, -1))
        last = span.end
    return found


def _marks(text: str, start: int, end: int) -> list[int] | None:
    """Offsets of commas and parentheses in a gap; None when it holds anything else."""
    marks = []
    while start < end:
        match = _BETWEEN.match(text, start, end)
        if not match:
            return None
        if match["mark"]:
            marks.append(start)
        start = match.end()
    return marks


def without(text: str, found: Sequence[Item], gone: Collection[int]) -> list[Span]:
    """What to delete so that the items with the indexes ``gone`` leave the list; comments stay.

    Some item must stay, or the list may be empty (a call may, an import may not).
    """
    spans: list[Span] = []
    kept = [index for index in range(len(found)) if index not in gone]
    tail = kept[-1] + 1 if kept else 0
    first = kept[0] if kept else 0
    if first and text[found[0].start - 1] == "(" and "#" not in _outside(text, found[0].start, found[: first + 1]):
        spans.append(Span(found[0].start, found[first].start))  # the rest comes up to the bracket
        gone = [index for index in gone if index > first]
    for index in sorted(gone):
        spans += _deletion(text, found[index])
    if found and tail < len(found) and found[-1].comma < 0:
        last = found[tail - 1].comma if kept else found[0].start
        if "#" not in _outside(text, last, found[tail:]):
            spans = [span for span in spans if span.start < last] + [Span(last, found[-1].end)]
    return _merged(spans)


def _outside(text: str, start: int, found: Sequence[Item]) -> str:
    """The text from ``start`` to the last item that belongs to no item."""
    out = []
    for item in found:
        out.append(text[start : item.start])
        start = item.end
    return "".join(out)


def _deletion(text: str, item: Item) -> list[Span]:
    """The item and its comma, with its line when nothing else stands there."""
    if item.comma < 0:
        return [Span(item.start, item.end)]
    if text[item.end : item.comma].strip():
        return [Span(item.start, item.end), Span(item.comma, item.comma + 1)]
    end = item.comma + 1
    begin, after = line_start(text, item.start), _past_blanks(text, end)
    following = _LINE_END.match(text, after)
    alone = not text[begin : item.start].strip()
    if alone and following:
        return [Span(begin, following.end())]
    if not alone and text[after : after + 1] in ("", "\r", "\n", "#", ")", "]", "\\"):
        before = item.start
        while text[before - 1] in " \t":
            before -= 1
        return [Span(before, end)]
    return [Span(item.start, after)]


def _merged(spans: list[Span]) -> list[Span]:
    """The same deletions without overlaps."""
    out: list[Span] = []
    for span in sorted(spans):
        if out and span.start <= out[-1].end:
            out[-1] = Span(out[-1].start, max(out[-1].end, span.end))
        else:
            out.append(span)
    return out


def line_start(text: str, offset: int) -> int:
    """Offset of the first character of the line that ``offset`` is on."""
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def indent(text: str, offset: int) -> str:
    """The blanks that the line of ``offset`` begins with."""
    begin = line_start(text, offset)
    return text[begin : _past_blanks(text, begin)]


def _past_blanks(text: str, offset: int) -> int:
    while text[offset : offset + 1] in (" ", "\t", "\f"):
        offset += 1
    return offset
