"""A place in a file as a reader sees it: its lines with their numbers, and carets under it."""

from __future__ import annotations

from cudamig.model import Span
from cudamig.report.screen import ELLIPSIS, Ink, cut, window
from cudamig.source import Source


def last_line(source: Source, span: Span) -> int:
    """0-based line on which a span ends; a line end at its end belongs to the line that it ends."""
    return source.line(max(span.start, span.end - 1))


def frame(source: Source, span: Span, margin: int, width: int, ink: Ink, color: str) -> list[str]:
    """The first and the last line of ``span`` with carets. ``margin``: cells for line numbers."""
    first, last = source.line(span.start), last_line(source, span)
    starts = source.starts
    top = source.line_text(first)
    begin = min(span.start - starts[first], len(top))
    end = len(top) if last > first else min(span.end - starts[first], len(top))
    lines = [bar(margin, ink)]
    lines += _marked(first, top, begin, end, margin, width, ink, color)
    if last > first + 1:
        lines.append(ink(ELLIPSIS, fg="blue"))
    if last > first:
        bottom = source.line_text(last)
        indent = len(bottom) - len(bottom.lstrip())
        lines += _marked(last, bottom, indent, min(span.end - starts[last], len(bottom)), margin, width, ink, color)
    return lines


def bar(margin: int, ink: Ink) -> str:
    """An empty line of the frame."""
    return ink(f" {'':{margin}} |", fg="blue")


def numbered(number: int, mark: str, margin: int, ink: Ink) -> str:
    """The left edge of a line: its 1-based number and a mark."""
    return ink(f" {number:>{margin}} {mark} ", fg="blue")


def _marked(line: int, text: str, begin: int, end: int, margin: int, width: int, ink: Ink, color: str) -> list[str]:
    """A line and, under its characters from ``begin`` to ``end``, carets; at least one."""
    first = window(text, begin, end, width)
    shown, cells = cut(text, first, width)
    left, right = (cells[max(0, min(place - first, len(cells) - 1))] for place in (begin, end))
    carets = " " * left + ink("^" * max(1, right - left), fg=color, bold=True)
    return [(numbered(line + 1, "|", margin, ink) + shown).rstrip(), f"{bar(margin, ink)} {carets}"]
