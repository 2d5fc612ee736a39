"""C++ and CUDA text as flat tokens: what a compiler sees after comments, with the place of each word.

Tokens are the common ground of code and macro bodies, which a syntax tree keeps as raw text. Offsets are code points.
A directive is no part of the token stream, but for the body of a ``#define``; a BREAK stands wherever a chain of
tokens must not go on (around a body, and where a directive cuts the code).
"""

from __future__ import annotations

import bisect
import re
from typing import NamedTuple

BREAK = "\n"

_CONTINUED = r"\\[ \t]*\r?\n"
_COMMENT = rf"//(?:{_CONTINUED}|[^\n])*|/\*.*?(?:\*/|\Z)"
_RAW = r'(?:u8|[uUL])?R"(?P<mark>[^()\\\s"]{0,16})\(.*?(?:\)(?P=mark)"|\Z)'
_STRING = r'(?:u8|[uUL])?"(?:[^"\\\n]|\\(?:\r\n|.))*(?:"|(?=\n)|\Z)'  # one without an end takes the rest of its line
_CHAR = r"(?:u8|[uUL])?'(?:[^'\\\n]|\\.)+'"
_WORD = r"[^\W\d][\w$]*|\.?\d(?:[eEpP][+-]|'?[\w.])*|::|->|##|\.\.\.|[^\s\\]"
_LINE = rf"(?:{_CONTINUED}|{_COMMENT}|{_RAW}|{_CHAR}|{_STRING}|[^\n])*"
_CODE = re.compile(
    rf"(?P<directive>^[ \t]*#{_LINE})|(?P<comment>{_COMMENT})|(?P<raw>{_RAW.replace('mark', 'm')})"
    rf"|(?P<token>{_STRING}|{_CHAR}|{_WORD})",
    re.S | re.M,
)
_BODY = re.compile(rf"(?P<comment>{_COMMENT})|(?P<raw>{_RAW})|(?P<token>{_STRING}|{_CHAR}|{_WORD})", re.S)
_DIRECTIVE = re.compile(rf"[ \t]*#(?:[ \t]|{_CONTINUED})*(\w*)")
_DEFINE = re.compile(rf"(?:[ \t]|{_CONTINUED})*(?P<name>\w+)(?:\((?P<params>(?:{_CONTINUED}|[^()])*)\))?", re.S)
_GAP = re.compile(rf"(?:\s|{_CONTINUED})*\Z")
_NOISE = re.compile(rf"{_CONTINUED}|{_COMMENT}", re.S)


class Directive(NamedTuple):
    """One preprocessor line with its indentation and its continuations, up to before the line end."""

    name: str  # "include", "ifdef" ...
    text: str  # what follows the name, without comments and continuations, stripped
    start: int
    end: int


class Macro(NamedTuple):
    """A ``#define``. ``params`` is None for an object-like macro; its body is ``words[first:last]``."""

    name: str
    params: tuple[str, ...] | None
    first: int
    last: int
    start: int  # of the directive


class Tokens(NamedTuple):
    """A file's tokens. ``words[i]`` begins at ``starts[i]``; strings keep their quotes."""

    text: str
    words: list[str]
    starts: list[int]
    directives: list[Directive]
    macros: list[Macro]

    def end(self, index: int) -> int:
        """Offset just after a token."""
        return self.starts[index] + len(self.words[index])

    def at(self, offset: int) -> int:
        """The first token that begins at or after an offset."""
        return bisect.bisect_left(self.starts, offset)

    def plain(self, first: int, last: int) -> bool:
        """Whether only blanks and continuations (no comment, no directive) stand between the tokens of a range."""
        return all(_GAP.match(self.text, self.end(i), self.starts[i + 1]) is not None for i in range(first, last - 1))


def lex(text: str) -> Tokens:
    """Cut a file into tokens. Any text has tokens: what no compiler takes becomes single characters."""
    tokens = Tokens(text, [], [], [], [])
    words, starts = tokens.words, tokens.starts
    for found in _CODE.finditer(text):
        kind = found.lastgroup
        if kind == "directive":
            _directive(tokens, found.start(), found.end())
        elif kind != "comment":
            words.append(found.group())
            starts.append(found.start())
    return tokens


def _directive(tokens: Tokens, start: int, end: int) -> None:
    head = _DIRECTIVE.match(tokens.text, start)
    if not head:
        raise AssertionError("a directive begins as one")
    if tokens.text[start:end].endswith("\r"):
        end -= 1
    rest = _NOISE.sub(" ", tokens.text[head.end() : end]).strip()
    tokens.directives.append(Directive(head.group(1), rest, start, end))
    _cut(tokens, start)
    if head.group(1) == "define":
        _define(tokens, start, head.end(), end)


def _define(tokens: Tokens, start: int, offset: int, end: int) -> None:
    head = _DEFINE.match(tokens.text, offset, end)
    if not head:
        return
    params = head.group("params")
    names = None if params is None else tuple(p.strip() for p in _NOISE.sub(" ", params).split(",") if p.strip())
    first = len(tokens.words)
    for found in _BODY.finditer(tokens.text, head.end(), end):
        if found.lastgroup != "comment":
            tokens.words.append(found.group())
            tokens.starts.append(found.start())
    tokens.macros.append(Macro(head.group("name"), names, first, len(tokens.words), start))
    _cut(tokens, end)


def _cut(tokens: Tokens, offset: int) -> None:
    if not tokens.words or tokens.words[-1] != BREAK:
        tokens.words.append(BREAK)
        tokens.starts.append(offset)
