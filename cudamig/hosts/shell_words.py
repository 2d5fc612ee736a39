"""Words of a shell: quotes, escapes and variables taken out, each character with the place where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from cudamig.hosts.shell_patterns import cut
from cudamig.text import EMPTY, NOWHERE, UNKNOWN, Text

Lookup = Callable[[str], Text | None]

BLANK = " \t"
BREAKS = "\n;|&()"
_NAME = re.compile(r"[A-Za-z_]\w*")
_PLAIN = re.compile(r"[^\s;|&()<>\\\"'$`]+")  # no character that means something to the shell


class Word(NamedTuple):
    """One word of a command."""

    text: Text
    end: int = NOWHERE  # offset just past the word as written, its quotes too

    @property
    def value(self) -> str:
        """The word as the command would see it; UNKNOWN where that is not known."""
        return self.text.value


class _Builder:
    """A word under construction; unquoted blanks in a variable's value split it."""

    def __init__(self) -> None:
        self.words: list[Word] = []
        self.chars: list[str] = []
        self.at: list[int] = []
        self.started = False

    def add(self, text: Text) -> None:
        self.chars.append(text.value)
        self.at += text.at
        self.started = True

    def unknown(self) -> None:
        self.add(Text(UNKNOWN, (NOWHERE,)))

    def split(self) -> None:
        if self.started:
            self.words.append(Word(Text("".join(self.chars), self.at)))
        self.chars, self.at, self.started = [], [], False

    def expand(self, value: Text | None, quoted: bool) -> None:
        if value is None:
            self.unknown()
        elif quoted:
            self.add(value)
        else:
            for part in re.finditer(r"\s+|\S+", value.value):
                if part.group().isspace():
                    self.split()
                else:
                    self.add(value[part.start() : part.end()])


def read_word(script: Text, position: int, lookup: Lookup, split: bool = True) -> tuple[int, list[Word]]:
    """One word from ``position`` (several when a variable holds blanks and ``split``), and where it ends."""
    value, end, out = script.value, len(script), _Builder()
    quote = ""
    while position < end:
        char = value[position]
        if quote == "'":
            stop = value.find("'", position)
            stop = end if stop < 0 else stop
            out.add(script[position:stop])
            position, quote = stop + 1, ""
        elif char == "\\" and position + 1 < end:
            if value[position + 1] != "\n":
                out.add(script[position + 1 : position + 2])
            position += 2
        elif char == quote:
            position, quote = position + 1, ""
        elif char in "\"'" and not quote:
            out.add(EMPTY)
            position, quote = position + 1, char
        elif char in "$`":
            position = _expansion(script, position, lookup, out, bool(quote) or not split)
        elif not quote and char in BLANK + BREAKS + "<>\r":
            break
        else:
            plain = _PLAIN.match(value, position)
            stop = plain.end() if plain else position + 1
            out.add(script[position:stop])
            position = stop
    out.split()
    position = min(position, end)
    after = script.at[position - 1] + 1 if position and script.at[position - 1] != NOWHERE else NOWHERE
    return position, [word._replace(end=after) for word in out.words]


def _expansion(script: Text, position: int, lookup: Lookup, out: _Builder, quoted: bool) -> int:
    """``$NAME``, ``${NAME...}``, ``$(...)`` or backticks from ``position``; returns where it ends."""
    value = script.value
    if value[position] == "`":
        stop = value.find("`", position + 1)
        out.unknown()
        return len(value) if stop < 0 else stop + 1
    following = value[position + 1 : position + 2]
    if following == "(":
        out.unknown()
        return _closing(value, position + 1, "(", ")")
    if following == "{":
        stop = _closing(value, position + 1, "{", "}")
        out.expand(parameter(script[position + 2 : stop - 1], lookup), quoted)
        return stop
    name = _NAME.match(value, position + 1)
    if name:
        out.expand(lookup(name.group()), quoted)
        return name.end()
    if following and following not in " \t\n\"'":
        out.unknown()
        return position + 2
    out.add(script[position : position + 1])
    return position + 1


def parameter(inner: Text, lookup: Lookup) -> Text | None:
    """The value of ``${inner}``: a name, ``name:-default``, ``name:+instead``, a cut; None when it is not known."""
    name = _NAME.match(inner.value)
    if not name:
        return None
    value = lookup(name.group())
    rest = inner[name.end() :]
    if not rest.value:
        return value
    operator = re.match(r":?[-+]", rest.value)
    if not operator:
        return cut(value, rest) if value and value.known else None
    word = expand(rest[operator.end() :], lookup)
    if operator.group()[-1] == "-":
        return value if value and value.value else word
    return word if value and value.value else EMPTY


def expand(text: Text, lookup: Lookup) -> Text | None:
    """A text with variables put in and quotes taken off, as one word; None when a part of it is not known."""
    out = partly(text, lookup)
    return out if out.known else None


def partly(text: Text, lookup: Lookup) -> Text:
    """Like ``expand``, with UNKNOWN for the parts that are not known."""
    out, position = EMPTY, 0
    while position < len(text):
        stop, words = read_word(text, position, lookup, split=False)
        for word in words:
            out = out + word.text
        if stop < len(text):
            out = out + text[stop : stop + 1]
        position = stop + 1
    return out


def raw_words(text: Text) -> Iterator[Text]:
    """The words of a text split at blanks, quotes and variables left as they are written."""
    position = 0
    while position < len(text):
        stop = read_word(text, position, lambda name: EMPTY)[0]
        if stop > position:
            yield text[position:stop]
        position = max(stop, position + 1)


def unquoted(text: Text) -> Text:
    """What stands in double quotes of JSON or YAML, without the backslashes before quotes in it."""
    out, start = EMPTY, 0
    for part in re.split(r'\\(?=")', text.value):
        out = out + text[start : start + len(part)]
        start += len(part) + 1
    return out


def _closing(value: str, position: int, opener: str, closer: str) -> int:
    """Just past the bracket that closes the one at ``position``; the end when there is none."""
    depth = 0
    for index in range(position, len(value)):
        if value[index] == opener:
            depth += 1
        elif value[index] == closer:
            depth -= 1
            if not depth:
                return index + 1
    return len(value)
