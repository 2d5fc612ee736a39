"""What shells and BuildKit cut out of a variable: ``${V#head}``, ``${V%tail}``, ``${V/old/new}``, ``${V:0:4}``."""

from __future__ import annotations

import re

from cudamig.text import EMPTY, Text

_OPERATION = re.compile(r"(##?|%%?|//?|:)(.*)", re.S)
_STARS = 4  # more make a pattern slow, and nobody writes them
_SLICE = re.compile(r"\s*(\d+)(?:\s*:\s*(\d+))?\s*")


def cut(value: Text, operation: Text) -> Text | None:
    """``value`` after an operation, each character with its place still; None for an operation that is not known."""
    found = _OPERATION.fullmatch(operation.value)
    if not found or not operation.known or "$" in found.group(2) or "`" in found.group(2):
        return None
    operator, argument = found.groups()
    if operator == ":":
        part = _SLICE.fullmatch(argument)
        return value[int(part.group(1)) :][: int(part.group(2)) if part.group(2) else None] if part else None
    if argument.count("*") > _STARS:
        return None
    try:
        if operator[0] == "/":
            return _replaced(value, operation[found.start(2) :], every=operator == "//")
        return _trimmed(value, operator, argument)
    except re.error:
        return None


def _trimmed(value: Text, operator: str, glob: str) -> Text:
    """Without the shortest (``#``, ``%``) or longest (``##``, ``%%``) head or tail that matches."""
    matched = re.compile(_pattern(glob, greedy=len(operator) == 2), re.S)
    if operator[0] == "#":
        head = matched.match(value.value)
        return value[head.end() :] if head else value
    starts = [start for start in range(len(value) + 1) if matched.fullmatch(value.value, start)]
    if not starts:
        return value
    return value[: starts[0] if operator == "%%" else starts[-1]]


def _replaced(value: Text, argument: Text, every: bool) -> Text | None:
    """``old/new``: the longest match of ``old`` becomes ``new``."""
    slash = re.compile(r"(?:[^\\/]|\\.)*").match(argument.value)
    old = slash.group() if slash else ""
    if not old or old[0] in "#%":
        return None
    new = Text(argument.value[len(old) + 1 :], argument.at[len(old) + 1 :])
    out, position = EMPTY, 0
    for match in re.finditer(_pattern(old, greedy=True), value.value, re.S):
        if match.end() > match.start():
            out = out + value[position : match.start()] + new
            position = match.end()
            if not every:
                break
    return out + value[position:]


def _pattern(glob: str, greedy: bool) -> str:
    """A shell pattern as a regular expression; ``greedy``: whether ``*`` takes as much as it can."""
    out, position = "", 0
    while position < len(glob):
        char = glob[position]
        close = glob.find("]", position + 2) if char == "[" else -1
        if char == "*":
            out += ".*" if greedy else ".*?"
        elif char == "?":
            out += "."
        elif close > 0:
            out += "[" + re.sub(r"([\\\[])", r"\\\1", glob[position + 1 : close]).replace("!", "^", 1) + "]"
            position = close
        else:
            position += char == "\\"
            out += re.escape(glob[position : position + 1])
        position += 1
    return out
