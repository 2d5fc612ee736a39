"""Where the arguments of a call stand in the text."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_lists import Item, items
from cudamig.model import Span

_TO_BRACKET = re.compile(r"(?:[ \t\f\r\n)]+|\\(?:\r\n|\r|\n)|#[^\r\n]*)*\(")


class Argument(NamedTuple):
    """One argument. ``keyword``: its name, ``"*"`` or ``"**"`` for a starred one, ``""`` for a positional one."""

    keyword: str
    value: ast.expr
    item: Item  # with parentheses around it and its ``name=``


class CallText(NamedTuple):
    """A call's arguments in the order of the text; ``begin`` and ``end`` lie inside its parentheses."""

    begin: int
    end: int
    arguments: tuple[Argument, ...]

    @property
    def items(self) -> list[Item]:
        """Where the arguments stand."""
        return [argument.item for argument in self.arguments]


def call_text(document: PythonDocument, call: ast.Call) -> CallText | None:
    """The text of a call; None for a bare generator ``f(x for x in y)``, which takes no argument beside it."""
    text = document.source.text
    bracket = _TO_BRACKET.match(text, document.span(call.func).end)
    if not bracket:
        return None
    parts: list[tuple[Span, str, ast.expr]] = []
    for value in call.args:
        parts.append((document.span(value), "*" if isinstance(value, ast.Starred) else "", value))
    for keyword in call.keywords:
        parts.append((document.span(keyword), keyword.arg or "**", keyword.value))
    parts.sort(key=lambda part: part[0])
    begin, end = bracket.end(), document.span(call).end - 1
    found = items(text, begin, [span for span, _, _ in parts], end)
    if found is None:
        return None
    arguments = (Argument(name, value, item) for (_, name, value), item in zip(parts, found, strict=True))
    return CallText(begin, end, tuple(arguments))
