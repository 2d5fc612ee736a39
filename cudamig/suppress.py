"""Inline suppression: ``cudamig: ignore[ID, ...] -- reason`` in a comment.

At the end of a line it covers findings that begin on that line; on a line of its own, those that begin on the next
line that is no comment (Dockerfiles know no other way).
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from typing import NamedTuple

from cudamig.model import Span
from cudamig.source import Source

_IGNORE = re.compile(r"cudamig:[ \t]*ignore\[([^\]\n]*)\]")
_CPP = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)
_FENCES = re.compile(r"^[ \t>]*(?P<fence>`{3,}|~{3,}).*?^[ \t>]*(?P=fence)|(?P<ticks>`+)[^\n]*?(?P=ticks)", re.S | re.M)
_HTML = re.compile(_FENCES.pattern + r"|<!--.*?-->", re.S | re.M)
_RST = re.compile(r"``[^\n]*?``|^[ \t]*\.\.[ \t][^\r\n]*", re.M)
_HASH = re.compile(r"(?:^|(?<=\s))#[^\r\n]*", re.M)
_WHOLE_LINE_HASH = re.compile(r"^[ \t]*#[^\r\n]*", re.M)
_COMMENT_LINE = re.compile(r"[ \t]*(?:#|//|/\*.*\*/[ \t]*$|$)")
_BLANK_LINE = re.compile(r"[ \t]*(?:<!--.*-->[ \t]*|\.\.[ \t]+cudamig:.*)?$")  # of a document: # begins a heading there


class Ignore(NamedTuple):
    """One suppression: the words between the brackets, where they stand, the 0-based lines that they cover."""

    path: str
    span: Span
    words: tuple[str, ...]
    line: int
    last: int  # the same line, or the end of the block of a document that it opens


def find(source: Source) -> tuple[Ignore, ...]:
    """All suppressions in the comments of a file."""
    return tuple(_ignores(source))


def _ignores(source: Source) -> Iterator[Ignore]:
    blocks = _blocks(source)
    for start, comment in _comments(source):
        for match in _IGNORE.finditer(comment):
            span = Span(start + match.start(), start + match.end())
            words = tuple(word.strip() for word in match.group(1).split(",") if word.strip())
            line = _covered(source, start)
            yield Ignore(source.path, span, words, line, blocks.get(line, line))


def _blocks(source: Source) -> dict[int, int]:
    """Of the blocks of code in a document, the first line and the last."""
    if source.kind != "markup":
        return {}
    from cudamig.hosts import markup_blocks

    found = [block for block in markup_blocks.blocks(source) if not block.inline]
    return {source.line(block.span.start): source.line(block.span.end) for block in found}


def _covered(source: Source, comment: int) -> int:
    """The line that a comment beginning at ``comment`` speaks of."""
    line = source.line(comment)
    if source.text[source.starts[line] : comment].strip():
        return line
    following, comment_line = line + 1, _BLANK_LINE if source.kind == "markup" else _COMMENT_LINE
    while following < len(source.starts) and comment_line.match(source.line_text(following)):
        following += 1
    return following


def _comments(source: Source) -> Iterator[tuple[int, str]]:
    if source.kind == "python":
        yield from _python_comments(source)
        return
    if source.kind == "markup":
        pattern = _RST if source.path.lower().endswith(".rst") else _HTML
        for match in pattern.finditer(source.text):
            if match.group().lstrip().startswith(("<!--", "..")):
                yield match.start(), match.group()
        return
    pattern = {"cpp": _CPP, "json": _CPP, "dockerfile": _WHOLE_LINE_HASH}.get(source.kind, _HASH)
    for match in pattern.finditer(source.text):
        if pattern is not _CPP or match.group().startswith("/"):
            yield match.start(), match.group()


def _python_comments(source: Source) -> Iterator[tuple[int, str]]:
    """Comments as the tokenizer sees them, so that a string that quotes a suppression is none."""
    lines = io.StringIO(source.text, newline="").readline
    try:
        for token in tokenize.generate_tokens(lines):
            if token.type == tokenize.COMMENT:
                yield source.starts[token.start[0] - 1] + token.start[1], token.string
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return
