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
_HASH = re.compile(r"(?:^|(?<=\s))#[^\r\n]*", re.M)
_WHOLE_LINE_HASH = re.compile(r"^[ \t]*#[^\r\n]*", re.M)
_COMMENT_LINE = re.compile(r"[ \t]*(?:#|//|/\*.*\*/[ \t]*$|$)")


class Ignore(NamedTuple):
    """One suppression: the words between the brackets, where they stand, the 0-based line that they cover."""

    path: str
    span: Span
    words: tuple[str, ...]
    line: int


def find(source: Source) -> tuple[Ignore, ...]:
    """All suppressions in the comments of a file."""
    return tuple(_ignores(source))


def _ignores(source: Source) -> Iterator[Ignore]:
    for start, comment in _comments(source):
        for match in _IGNORE.finditer(comment):
            span = Span(start + match.start(), start + match.end())
            words = tuple(word.strip() for word in match.group(1).split(",") if word.strip())
            yield Ignore(source.path, span, words, _covered(source, start))


def _covered(source: Source, comment: int) -> int:
    """The line that a comment beginning at ``comment`` speaks of."""
    line = source.line(comment)
    if source.text[source.starts[line] : comment].strip():
        return line
    following = line + 1
    while following < len(source.starts) and _COMMENT_LINE.match(source.line_text(following)):
        following += 1
    return following


def _comments(source: Source) -> Iterator[tuple[int, str]]:
    if source.kind == "python":
        yield from _python_comments(source)
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
