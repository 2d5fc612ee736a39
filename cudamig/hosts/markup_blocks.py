"""Markdown and reStructuredText -> blocks of code, line by line, with what is said before each.

No document is rendered: a block is wherever its author set code apart. Nothing that is read wrongly here is edited,
since only lines that are whole commands count in the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cudamig.model import Span
from cudamig.source import Source

_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
_FENCE = re.compile(r"(?P<lead>[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)?)(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^\r\n]*)")
_DIRECTIVE = re.compile(r"\{([\w.:-]+)\}[ \t]*(\S*)")  # of MyST, in the info of a fence
_CODE = frozenset("code code-block code-cell sourcecode prompt parsed-literal highlight".split())
_RST_DIRECTIVE = re.compile(r"(?P<indent>[ \t]*)\.\.[ \t]+(?P<name>[\w-]+)::[ \t]*(?P<argument>\S*)")
_UNDERLINE = re.compile(r"[ \t]*([=\-~^\"'#*+.:_`])\1{2,}[ \t]*")
_ATX = re.compile(r"[ \t]*#{1,6}[ \t]")
_COMMENT = re.compile(r"<!--.*-->[ \t]*|\.\.(?:[ \t][^:]*(?::[^:].*)?)?")
_INLINE = re.compile(r"(?<!`)(`{1,2})(?!`)([^`\r\n]+)\1(?!`)")
_PRE = re.compile(r"<pre\b[^>]*>", re.I)
_PRE_END = re.compile(r"</pre\s*>", re.I)
_TAG = re.compile(r"(?:[ \t]*<[^<>]*>)*[ \t]*")


class Block(NamedTuple):
    """A piece of code in a document."""

    language: str  # as it is named, lower case; "" where it is not
    lines: tuple[Span, ...]  # without indentation and line ends
    span: Span  # with its fences
    heading: Span  # the heading that it stands under
    lead: Span  # the line of text before it; of an inline command, the line that it stands in
    inline: bool = False


class _Reader:
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


def blocks(source: Source) -> Iterator[Block]:
    """The blocks of code of a document, in order."""
    reader = _Reader(source)
    yield from _rst(reader) if source.path.lower().endswith(".rst") else _markdown(reader)


def _markdown(reader: _Reader) -> Iterator[Block]:
    around: list[str] = []  # fences of directives that hold text, not code
    while reader.more():
        line = reader.line(reader.number)
        text = reader.text[line.start : line.end]
        fence = _FENCE.fullmatch(text) if "```" in text or "~~~" in text else None
        if fence and around and _closes(text, around[-1]):
            around.pop()
            reader.number += 1
        elif fence and fence["fence"][0] not in fence["info"]:
            language = _language(fence["info"])
            if language is None:
                around.append(fence["fence"])
                reader.number += 1
            else:
                yield _fenced(reader, fence, language)
        elif "<" in text and _PRE.search(text):
            yield _pre(reader)
        elif text[:1] in (" ", "\t") and reader.sets_code_apart(line):
            yield _indented(reader, 4, "")
        else:
            yield from reader.prose()


def _language(info: str) -> str | None:
    """The language in the info of a fence; None for a directive that holds text."""
    directive = _DIRECTIVE.match(info)
    if directive:
        return directive[2] if directive[1].split(":")[-1] in _CODE else None
    word = re.match(r"[\w+#.-]+", info.lstrip("{. "))
    return word.group() if word else ""


def _closes(text: str, fence: str) -> bool:
    plain = text.strip(" \t>")
    return len(plain) >= len(fence) and plain == fence[0] * len(plain)


def _fenced(reader: _Reader, fence: re.Match[str], language: str) -> Block:
    start, quoted, lines = reader.line(reader.number).start, ">" if ">" in fence["lead"] else "", []
    reader.number += 1
    while reader.more():
        line = reader.line(reader.number)
        reader.number += 1
        if _closes(reader.text[line.start : line.end], fence["fence"]):
            break
        lines.append(reader.inner(line, quoted))
    return reader.block(language, lines, start)


def _indented(reader: _Reader, columns: int, language: str) -> Block:
    """Lines indented by ``columns`` at least; blank lines end it in Markdown, where they may belong to a list."""
    start, lines = reader.line(reader.number).start, []
    while reader.more():
        line = reader.line(reader.number)
        if reader.blank(reader.number) or reader.indent(line) < columns:
            break
        lines.append(reader.inner(line))
        reader.number += 1
    return reader.block(language, lines, start)


def _pre(reader: _Reader) -> Block:
    """``<pre>`` to ``</pre>``: of each line what stands between tags."""
    start, lines, opened = reader.line(reader.number).start, list[Span](), False
    while reader.more():
        line = reader.line(reader.number)
        text = reader.text[line.start : line.end]
        reader.number += 1
        opening = None if opened else _PRE.search(text)
        at = opening.end() if opening else 0
        opened, closing = True, _PRE_END.search(text, at)
        tags = _TAG.match(text, at)
        at = tags.end() if tags else at
        stop = text.find("<", at)
        lines.append(Span(line.start + at, line.start + (stop if stop >= 0 else len(text))))
        if closing:
            break
    return reader.block("", lines, start)


def _rst(reader: _Reader) -> Iterator[Block]:
    while reader.more():
        line = reader.line(reader.number)
        text = reader.text[line.start : line.end]
        directive = _RST_DIRECTIVE.match(text)
        if directive and directive["name"] in _CODE:
            reader.number += 1
            yield _literal(reader, line, directive["argument"])
        elif not directive and text.rstrip().endswith("::") and not text.lstrip().startswith(".. "):
            yield from reader.prose()
            yield _literal(reader, line, "")
        else:
            yield from reader.prose()


def _literal(reader: _Reader, above: Span, language: str) -> Block:
    """The lines below ``above`` that are indented deeper, blank ones and the options of a directive left out."""
    columns, lines = reader.indent(above), []
    while reader.more():
        line = reader.line(reader.number)
        if not reader.blank(reader.number):
            if reader.indent(line) <= columns:
                break
            if not re.match(r":[\w-]+:", reader.text[reader.inner(line).start : line.end]):
                lines.append(reader.inner(line))
        reader.number += 1
    return reader.block(language, lines, above.start)
