"""Edits on the lines of cells, which are the strings of a JSON list: whole lines come and go as whole strings."""

from __future__ import annotations

import re

from cudamig.hosts.notebook_json import escaped
from cudamig.model import Span

_NEXT = re.compile(r"\"\s*,\s*(?=\")")
_LAST = re.compile(r"\"\s*\]")
_BEFORE = re.compile(r"(?:(,)|\[)(\s*)\Z")


def line_edit(text: str, span: Span, new: str) -> tuple[Span, str]:
    """The edit of the notebook ``text`` that puts ``new`` (program text) for ``span``, which lies in one string."""
    start, end = span
    opening = _opening(text, start)
    before = _BEFORE.search(text, max(0, opening - 200), opening) if opening >= 0 else None
    if not before:  # the whole cell is one string
        return span, escaped(new)
    if new:
        written = [escaped(line) for line in new.splitlines(keepends=True)]
        if new.endswith("\n") and text[end : end + 1] != '"':
            written.append("")
        return span, f'",{before[2] or " "}"'.join(written)
    if start != opening + 1 or text[end : end + 1] != '"' or start == end:
        return span, ""
    following = _NEXT.match(text, end)
    if following:
        return Span(opening, following.end()), ""
    if before[1] and _LAST.match(text, end):
        return Span(before.start(), end + 1), ""
    return span, ""


def _opening(text: str, offset: int) -> int:
    """Where the quote stands that opens the string around ``offset``; -1 where none does."""
    while True:
        offset = text.rfind('"', 0, offset)
        head = text[max(0, offset - 50) : max(0, offset)]
        if offset < 0 or (len(head) - len(head.rstrip("\\"))) % 2 == 0:
            return offset
