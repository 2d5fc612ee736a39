"""What a file includes, read from its text: every ``#include``, whatever ``#if`` it stands under."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

_SPLICE = re.compile(r"\\[ \t]*\r?\n")
_COMMENT = re.compile(
    r'R"(?P<mark>[^\s()\\]{0,16})\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?(?:\*/|\Z)', re.S
)
_DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*(include(?:_next)?|import)\b[ \t]*(.*?)[ \t\r]*$", re.M)
_NAMED = re.compile(r'(["<])([^">\n]+)[">]')
_GUARD = re.compile(r"#[ \t]*(?:ifndef[ \t]+(\w+)|if[ \t]+!?[ \t]*defined[ \t]*\(?[ \t]*(\w+)[ \t]*\)?)$")


class Include(NamedTuple):
    """An ``#include``. ``plain``: nothing but other includes, an include guard and pragmas stands above it."""

    quote: str  # '"' or "<"
    name: str  # "" when a macro names the file
    plain: bool


@functools.lru_cache(maxsize=20_000)
def read(raw: bytes) -> tuple[Include, ...]:
    """The includes of a file, in order."""
    text = _COMMENT.sub(_without, _SPLICE.sub("", raw.decode("utf-8", "replace")))
    plain = _preamble(text)
    out = []
    for match in _DIRECTIVE.finditer(text):
        named = _NAMED.match(match.group(2))
        quote, name = (named.group(1), named.group(2)) if named else ("", "")
        out.append(Include(quote, name, match.start() < plain))
    return tuple(out)


def _without(match: re.Match[str]) -> str:
    """A comment becomes a blank, and the lines that it took stay; a string stays."""
    text = match.group()
    return text if text[0] in 'R"' else " " + "\n" * text.count("\n")


def _preamble(text: str) -> int:
    """Where the first line begins that is not an include, a pragma, a part of an include guard or empty."""
    at, guard, before = 0, "", ""
    for line in text.splitlines(keepends=True):
        word = line.strip().removeprefix("\ufeff")
        found = _GUARD.match(word)
        if found and not before:
            guard = found.group(1) or found.group(2)
        elif word and not _DIRECTIVE.match(word) and not re.match(r"#[ \t]*pragma\b", word):
            defined = re.fullmatch(r"#[ \t]*define[ \t]+(\w+)(?:[ \t]+1)?", word)
            if not (defined and guard and defined.group(1) == guard):
                return at
        before = before or word if not re.match(r"#[ \t]*pragma\b", word) else before
        at += len(line)
    return at
