"""String literals of Python as texts that know where each of their characters stands.

Implicit concatenation, prefixes, triple quotes, escapes and f-strings are read from the source itself: before Python
3.12 the syntax tree does not say where the parts of an f-string stand.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator

from cudamig.text import EMPTY, NOWHERE, UNKNOWN, Text

Field = Callable[[ast.expr], Text]  # gives the text of a replacement field of an f-string

_OPEN = re.compile(r"([A-Za-z]{0,2})(\"\"\"|'''|\"|')")
_BETWEEN = re.compile(r"(?:[ \t\f\r\n]+|\\(?:\r\n|\r|\n)|#[^\r\n]*)+")
_PIECE = re.compile(r"\\(?:\r\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|.)|\r\n?", re.S)
_NESTED = re.compile(r"[\[{(]|[\]})]|!=|[!:]|[A-Za-z]{0,2}(?:\"\"\"|'''|\"|')", re.S)
_SINGLE = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def unplaced(value: str) -> Text:
    """A text that stands nowhere: it was computed."""
    return Text(value, [NOWHERE] * len(value))


def literal(source: str, start: int, end: int, node: ast.Constant | ast.JoinedStr, field: Field) -> Text:
    """The text of a string or f-string that stands at ``start`` to ``end``.

    What cannot be placed (a literal that the reader below takes for another string than Python does) stands nowhere.
    """
    fields = [part for part in getattr(node, "values", ()) if isinstance(part, ast.FormattedValue)]
    try:
        pieces = list(_pieces(source, start, end))
    except (ValueError, IndexError, SyntaxError):
        pieces = []
    if isinstance(node, ast.Constant):
        value = str(node.value)
        found = _joined(piece for piece in pieces if piece is not None)
        return found if None not in pieces and found.value == value else unplaced(value)
    written = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
    if _joined(piece for piece in pieces if piece is not None).value != written or pieces.count(None) != len(fields):
        return unplaced(UNKNOWN)
    todo = iter(fields)
    return _joined(field(next(todo).value) if piece is None else piece for piece in pieces)


def _joined(pieces: Iterable[Text]) -> Text:
    value: list[str] = []
    at: list[int] = []
    for piece in pieces:
        value.append(piece.value)
        at += piece.at
    return Text("".join(value), at) if value else EMPTY


def _pieces(source: str, start: int, end: int) -> Iterator[Text | None]:
    """The pieces of adjacent literals, None for each replacement field."""
    position = start
    while position < end:
        opened = _OPEN.match(source, position, end)
        if not opened:
            gap = _BETWEEN.match(source, position, end)
            if not gap:
                raise ValueError("no string literal")
            position = gap.end()
            continue
        prefix, quote = opened.group(1).lower(), opened.group(2)
        formatted, raw = "f" in prefix, "r" in prefix
        position = opened.end()
        stops = re.compile(rf"{quote}|\\" + (r"|\{\{|\}\}|\{" if formatted else ""))
        begin = position
        while True:
            stop = stops.search(source, position, end)
            if not stop:
                raise ValueError("not closed")
            mark = stop.group()
            if mark == "\\":
                named = formatted and not raw and source.startswith("N{", stop.end())
                brace = formatted and source[stop.end()] in "{}"  # a field may follow a backslash
                position = source.index("}", stop.end()) + 1 if named else stop.end() + (0 if brace else 1)
                continue
            yield _plain(source, begin, stop.start(), raw)
            begin = position = stop.end()
            if mark == quote:
                break
            if mark == "{":
                yield None
                begin = position = _after_field(source, stop.end(), end)
            else:
                yield Text(mark[0], (stop.start(),))


def _after_field(source: str, position: int, end: int) -> int:
    """Just past the brace that closes a replacement field."""
    depth = 0
    while True:
        found = _NESTED.search(source, position, end)
        if not found:
            raise ValueError("field not closed")
        mark = found.group()
        position = found.end()
        if mark in ("[", "{", "("):
            depth += 1
        elif mark in ("]", "}", ")"):
            depth -= 1
            if depth < 0:
                return position
        elif mark[-1] in "\"'":
            quote = mark.lstrip("fFrRbBuU")
            position = source.index(quote, position) + len(quote)


def _plain(source: str, start: int, end: int, raw: bool) -> Text:
    """Characters between quotes, escapes taken out; one that an escape stands for stands where the escape ends."""
    out, position = [], start
    for found in _PIECE.finditer(source, start, end):
        written = found.group()
        if raw and written[0] == "\\" and written != "\\\r\n":
            continue
        out.append(Text.of(source, position, found.start()))
        position = found.end()
        value = "\n" if written[0] == "\r" else _escaped(written, raw)
        out.append(Text(value, [position - 1] * len(value)))
    return _joined([*out, Text.of(source, position, end)])


def _escaped(written: str, raw: bool) -> str:
    if raw:
        return "\\\n"
    mark = written[1]
    if mark in _SINGLE:
        return _SINGLE[mark]
    if mark in "\r\n":
        return ""
    return str(ast.literal_eval(f'"{written}"')) if mark in "xuUN01234567" else written
