"""Markdown and reStructuredText -> blocks of code, line by line, with what is said before each.

No document is rendered: a block is wherever its author set code apart. Nothing that is read wrongly here is edited,
since only lines that are whole commands count in the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cudamig.hosts.markup_lines import Block, Lines
from cudamig.model import Span
from cudamig.source import Source

_FENCE = re.compile(r"(?P<lead>[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)?)(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^\r\n]*)")
_DIRECTIVE = re.compile(r"\{([\w.:-]+)\}[ \t]*(\S*)")  # of MyST, in the info of a fence
_CODE = frozenset("code code-block code-cell sourcecode prompt parsed-literal highlight".split())
_RST_DIRECTIVE = re.compile(r"(?P<indent>[ \t]*)\.\.[ \t]+(?P<name>[\w-]+)::[ \t]*(?P<argument>\S*)")
_PRE = re.compile(r"<pre\b[^>]*>", re.I)
_PRE_END = re.compile(r"</pre\s*>", re.I)
_TAG = re.compile(r"(?:[ \t]*<[^<>]*>)*[ \t]*")


def blocks(source: Source) -> Iterator[Block]:
    """The blocks of code of a document, in order."""
    reader = Lines(source)
    yield from _rst(reader) if source.path.lower().endswith(".rst") else _markdown(reader)


def _markdown(reader: Lines) -> Iterator[Block]:
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


def _fenced(reader: Lines, fence: re.Match[str], language: str) -> Block:
    start, quoted, lines = reader.line(reader.number).start, ">" if ">" in fence["lead"] else "", []
    reader.number += 1
    while reader.more():
        line = reader.line(reader.number)
        reader.number += 1
        if _closes(reader.text[line.start : line.end], fence["fence"]):
            break
        lines.append(reader.inner(line, quoted))
    return reader.block(language, lines, start)


def _indented(reader: Lines, columns: int, language: str) -> Block:
    """Lines indented by ``columns`` at least; blank lines end it in Markdown, where they may belong to a list."""
    start, lines = reader.line(reader.number).start, []
    while reader.more():
        line = reader.line(reader.number)
        if reader.blank(reader.number) or reader.indent(line) < columns:
            break
        lines.append(reader.inner(line))
        reader.number += 1
    return reader.block(language, lines, start)


def _pre(reader: Lines) -> Block:
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


def _rst(reader: Lines) -> Iterator[Block]:
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


def _literal(reader: Lines, above: Span, language: str) -> Block:
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
