"""Helm and Jinja templates: hide what is no YAML behind text of the same length, so that places stay true.

``{{ ... }}`` within a line becomes a word; lines that hold nothing but actions become comments.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cudamig.model import Span

_ACTION = re.compile(
    r"\{\{(?:(?!\{\{).){0,4000}?\}\}|\{%(?:(?!\{%).){0,4000}?%\}", re.S
)  # Helm comments run over lines
_HIDDEN = "\ue000"  # a private character; stands for each masked one until lines are looked at
_ACTION_LINE = re.compile(rf"^([ \t]*){_HIDDEN}[{_HIDDEN} \t]*(?=\r?$)", re.M)
_NOT_BREAK = re.compile(r"[^\r\n]")
# words of Go templates and Jinja that decide which lines there are, or bring lines and indentation of their own
_CONTROL = re.compile(
    r"\b(?:if|else|elif|end|endif|range|for|endfor|with|define|block|template|toYaml|toJson|n?indent|to_nice_yaml)\b"
)


class Action(NamedTuple):
    """A template expression. ``control``: what it prints is more than a word, or decides about other lines."""

    span: Span
    control: bool


def mask(text: str) -> tuple[str, tuple[Action, ...]]:
    """The text with template expressions hidden, of the same length and lines, and where they stand."""
    if ("{{" not in text and "{%" not in text) or _HIDDEN in text:
        return text, ()
    hidden = _ACTION.sub(lambda match: _NOT_BREAK.sub(_HIDDEN, match.group()), text)
    lines = [match.span() for match in _ACTION_LINE.finditer(hidden)]
    masked = _ACTION_LINE.sub(_comment, hidden).replace(_HIDDEN, "x")
    return masked, tuple(_actions(text, lines))


def _comment(match: re.Match[str]) -> str:
    indent = match.group(1)
    return indent + "#" + "x" * (len(match.group()) - len(indent) - 1)


def _actions(text: str, lines: list[tuple[int, int]]) -> list[Action]:
    """``lines``: where lines of nothing but actions stand."""
    found, row = [], 0
    for match in _ACTION.finditer(text):
        while row < len(lines) and lines[row][1] < match.end():
            row += 1
        alone = row < len(lines) and lines[row][0] <= match.start()
        inside = match.group()
        control = alone or inside.startswith("{%") or "\n" in inside or bool(_CONTROL.search(inside))
        found.append(Action(Span(*match.span()), control))
    return found
