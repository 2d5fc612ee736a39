"""The lexer of Dockerfiles: parser directives, continuations with comments and blank lines between, heredocs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cudamig.model import Span
from cudamig.source import Source
from cudamig.text import Text

_DIRECTIVE = re.compile(r"#[ \t]*(\w+)[ \t]*=[ \t]*(\S*)")
COMMENT = re.compile(r"[ \t]*#")
_KEYWORD = re.compile(r"[ \t]*([A-Za-z]+)(?=[ \t]|$)[ \t]*")
_FLAG = re.compile(r"--[a-z]+(?:=\S*)?[ \t]+")
_HEREDOC = re.compile(r"(?<![<\w(])\d?<<-?[ \t]*([\"']?)([A-Za-z_][\w.-]*)\1(?![\w.-])")


class Instruction(NamedTuple):
    """One instruction: keyword in capitals, its flags off, continuations joined; heredoc bodies apart.

    What ``ONBUILD`` puts off until the image is built upon counts as the instruction itself.
    """

    keyword: str
    flags: tuple[Text, ...]
    body: Text
    heredocs: tuple[Text, ...]
    span: Span
    stage: int  # -1 before the first FROM


def instructions(source: Source) -> Iterator[Instruction]:
    """The instructions of a Dockerfile, in order. Nothing is refused: an unknown keyword is an instruction too."""
    text, starts = source.text, [*source.starts, len(source.text)]
    escape, number = _directives(source)
    stage = -1
    while number < len(starts) - 1:
        if COMMENT.match(text, starts[number]) or not text[starts[number] : starts[number + 1]].strip():
            number += 1
            continue
        first = number
        logical, number = _logical(text, starts, number, escape)
        keyword = _KEYWORD.match(logical.value)
        if not keyword:
            continue
        name, rest = keyword.group(1).upper(), logical[keyword.end() :]
        inner = _KEYWORD.match(rest.value) if name == "ONBUILD" else None
        if inner:
            name, rest = inner.group(1).upper(), rest[inner.end() :]
        flags, body = _flags(rest)
        heredocs = []
        if name in ("RUN", "COPY", "ADD"):
            for mark in _HEREDOC.finditer(body.value):
                document = _heredoc(text, starts, number, mark.group(2))
                if document:
                    heredocs.append(document[0])
                    number = document[1]
        if name == "FROM":
            stage += 1
        end = len(text[: starts[number]].rstrip())
        yield Instruction(name, flags, body, tuple(heredocs), Span(starts[first], max(end, starts[first])), stage)


def _directives(source: Source) -> tuple[str, int]:
    """The escape character, and the line after the parser directives."""
    escape, number = "\\", 0
    for number in range(len(source.starts)):
        directive = _DIRECTIVE.match(source.line_text(number))
        if not directive:
            break
        if directive.group(1).lower() == "escape" and directive.group(2) in ("\\", "`"):
            escape = directive.group(2)
    return escape, number


def _logical(text: str, starts: list[int], number: int, escape: str) -> tuple[Text, int]:
    """The instruction that begins on line ``number``, joined; comments and blank lines inside it are left out."""
    parts: list[Text] = []
    while number < len(starts) - 1:
        start, end = starts[number], starts[number + 1]
        number += 1
        if parts and (COMMENT.match(text, start, end) or not text[start:end].strip()):
            continue
        content = text[start:end].rstrip(" \t\r\n")
        if not content.endswith(escape):
            parts.append(Text.of(text, start, start + len(content)))
            break
        parts.append(Text.of(text, start, start + len(content) - 1))
    joined = "".join(part.value for part in parts)
    return Text(joined, [offset for part in parts for offset in part.at]), number


def _heredoc(text: str, starts: list[int], number: int, word: str) -> tuple[Text, int] | None:
    """The heredoc body from line ``number`` up to its end word, and the line after that; None without an end word."""
    first = number
    while number < len(starts) - 1:
        if text[starts[number] : starts[number + 1]].strip() == word:
            return Text.of(text, starts[first], starts[number]), number + 1
        number += 1
    return None


def _flags(body: Text) -> tuple[tuple[Text, ...], Text]:
    flags = []
    while match := _FLAG.match(body.value):
        flags.append(body[: len(match.group().rstrip())])
        body = body[match.end() :]
    return tuple(flags), body
