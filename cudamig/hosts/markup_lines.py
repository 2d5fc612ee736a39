"""The lines of a document as its blocks are read from them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cudamig.model import Span
from cudamig.source import Source

_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
_UNDERLINE = re.compile(r"[ \t]*([=\-~^\"'#*+.:_`])\1{2,}[ \t]*")
_ATX = re.compile(r"[ \t]*#{1,6}[ \t]")
_COMMENT = re.compile(r"<!--.*-->[ \t]*|\.\.(?:[ \t][^:]*(?::[^:].*)?)?")
_INLINE = re.compile(r"(?<!`)(`{1,2})(?!`)([^`\r\n]+)\1(?!`)")


class Block(NamedTuple):
    """A piece of code in a document."""

    language: str  # as it is named, lower case; "" where it is not
    lines: tuple[Span, ...]  # without indentation and line ends
    span: Span  # with its fences
    heading: Span  # the heading that it stands under
    lead: Span  # the line of text before it; of an inline command, the line that it stands in
    inline: bool = False


class Lines:
    """The lines of a document, and what was said so far."""

    def __init__(self, source: Source) -> None:
        self.text, self.number = source.text, 0
        self.lines = [Span(*found.span(1)) for found in _LINE.finditer(source.text)]
        self.heading = self.lead = Span(0, 0)

    def more(self) -> bool:
        return self.number < len(self.lines)

    def line(self, number: int) -> Span:
        """A line without its line end."""
        return self.lines[number]

    def inner(self, span: Span, also: str = "") -> Span:
        """A line without blanks, and without the characters ``also``, before it."""
        part = self.text[span.start : span.end]
        return Span(span.end - len(part.lstrip(" \t" + also)), span.end)

    def indent(self, span: Span) -> int:
        """Columns of blanks before a line; a tab is four."""
        part = self.text[span.start : self.inner(span).start]
        return len(part.expandtabs(4))

    def blank(self, number: int) -> bool:
        line = self.line(number)
        return not self.text[line.start : line.end].strip()

    def sets_code_apart(self, line: Span) -> bool:
        """Whether the current line is indented as code is, after a blank line."""
        apart = not self.number or self.blank(self.number - 1)
        return apart and not self.blank(self.number) and self.indent(line) >= 4

    def block(self, language: str, lines: list[Span], start: int) -> Block:
        """The block of ``lines`` that begins at ``start`` and ends before the current line."""
        end = self.line(max(self.number - 1, 0)).end
        return Block(language.lower(), tuple(lines), Span(start, max(start, end)), self.heading, self.lead)

    def prose(self) -> Iterator[Block]:
        """Take the current line as text: remember it, and give the commands set in it."""
        line = self.inner(self.line(self.number))
        text = self.text[line.start : line.end]
        self.number += 1
        if not text.strip() or _COMMENT.fullmatch(text):
            return
        if _UNDERLINE.fullmatch(text):
            self.heading = self.lead if self.lead.end else self.heading
        elif _ATX.match(text):
            self.heading, self.lead = line, Span(0, 0)
        else:
            self.lead = line
            for found in _INLINE.finditer(text) if "`" in text else ():
                span = Span(line.start + found.start(2), line.start + found.end(2))
                yield Block("", (self.inner(span),), span, self.heading, line, inline=True)
