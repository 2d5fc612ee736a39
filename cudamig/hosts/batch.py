"""Scripts of Windows: batch files (.bat, .cmd) and PowerShell (.ps1)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from cudamig.hosts import containers, installs
from cudamig.hosts.script import ScriptDocument, unix
from cudamig.hosts.shell import Command
from cudamig.hosts.shell_words import Word
from cudamig.model import Span
from cudamig.nodes import Node
from cudamig.source import Source
from cudamig.text import EMPTY, NOWHERE, UNKNOWN, Text

_KEYWORDS = frozenset(
    "call if else not exist start cmd /c /b /i /wait do try catch finally invoke-expression iex".split()
)


class Dialect(NamedTuple):
    """What tells the two languages apart."""

    continuation: str
    comment: re.Pattern[str]  # of a line, or what follows code
    block: re.Pattern[str] | None  # comments over several lines
    variable: re.Pattern[str]  # use of a variable: group 1 is its name, none for one that is not known
    assignment: re.Pattern[str]  # of a whole command: name and value
    quotes: str
    breaks: re.Pattern[str]


BATCH = Dialect(
    "^",
    re.compile(r"^[ \t@]*(?:rem(?=[ \t]|$)|::).*", re.I),
    None,
    re.compile(r"%%~?\w|%~\w*\d|%\d|%\*|%(\w+)%|%\w+:[^%]*%|!\w+[^!]*!"),
    re.compile(r"[ \t@(]*set[ \t]+(\"?)([A-Za-z_]\w*)=(?P<value>.*?)\1[ \t]*$", re.I),
    '"',
    re.compile(r"&&?|\|\|?|[()]"),
)
POWERSHELL = Dialect(
    "`",
    re.compile(r"(?:^|(?<=\s))#.*"),
    re.compile(r"<#.*?#>", re.S),
    re.compile(r"\$(?:env:)?([A-Za-z_]\w*)|\$\{(?:env:)?([A-Za-z_]\w*)\}|\$\([^)]*\)", re.I),
    re.compile(r"[ \t]*\$(?:env:)?()([A-Za-z_]\w*)[ \t]*=[ \t]*([\"']?)(?P<value>.*?)\3[ \t]*;?$", re.I),
    "\"'",
    re.compile(r"&&?|\|\|?|[;(){}]"),
)


def parse(source: Source) -> ScriptDocument:
    """Read a script of Windows. There is none that cannot be read."""
    dialect = POWERSHELL if source.path.lower().endswith(".ps1") else BATCH
    lines = list(_lines(unix(source.text), dialect))
    count = Counter(m.group(2).lower() for line in lines if (m := dialect.assignment.match(line.value)))
    found = list(_commands(lines, dialect, {name for name, times in count.items() if times > 1}))
    return ScriptDocument(source, _nodes(found, Span(0, len(source.text))))


def _nodes(found: list[Command], whole: Span) -> Iterator[Node]:
    yield from installs.settings(found)
    yield from installs.nodes(found, whole, 0)
    yield from containers.images(found, whole)


def _lines(text: Text, dialect: Dialect) -> Iterator[Text]:
    """Lines joined over continuations, without comments."""
    value = text.value
    if dialect.block:
        value = dialect.block.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), value)
    parts, position = EMPTY, 0
    for raw in value.split("\n"):
        line = Text(raw, text.at[position : position + len(raw)])
        position += len(raw) + 1
        comment = None if parts.value and not dialect.block else dialect.comment.search(line.value)
        line = line[: comment.start()] if comment else line
        if line.value.endswith(dialect.continuation):
            parts = parts + line[:-1]
            continue
        parts = parts + line
        if parts.value.strip():
            yield parts
        parts = EMPTY


def _commands(lines: list[Text], dialect: Dialect, vague: set[str]) -> Iterator[Command]:
    values: dict[str, Text] = {}
    for line in lines:
        assignment = dialect.assignment.match(line.value)
        if assignment:
            name = assignment.group(2)
            value = _expand(line[slice(*assignment.span("value"))], dialect, values)
            if name.lower() not in vague and value.known:
                values[name.lower()] = value
            yield Command((), ((name, value),))
            continue
        for words in _words(_expand(line, dialect, values), dialect):
            while words and words[0].value.lower().lstrip("@") in _KEYWORDS:
                words = words[1:]
            if words:
                yield Command(tuple(words))


def _expand(text: Text, dialect: Dialect, values: dict[str, Text]) -> Text:
    out, position = EMPTY, 0
    for found in dialect.variable.finditer(text.value):
        name = next((group for group in found.groups() if group), "").lower()
        out = out + text[position : found.start()] + values.get(name, Text(UNKNOWN, [NOWHERE]))
        position = found.end()
    return out + text[position:]


def _words(line: Text, dialect: Dialect) -> Iterator[list[Word]]:
    """The words of the commands of a line."""
    words: list[Word] = []
    position, value = 0, line.value
    while position < len(value):
        stop = dialect.breaks.match(value, position)
        if stop:
            yield words
            words, position = [], stop.end()
        elif value[position].isspace() or value[position] == "@":
            position += 1
        else:
            position, word = _word(line, position, dialect)
            words.append(word)
    yield words


def _word(line: Text, position: int, dialect: Dialect) -> tuple[int, Word]:
    value, out, quote = line.value, EMPTY, ""
    while position < len(value):
        char = value[position]
        if char == quote:
            quote = ""
        elif char in dialect.quotes and not quote:
            quote = char
        elif not quote and (char.isspace() or dialect.breaks.match(value, position)):
            break
        else:
            out = out + line[position : position + 1]
        position += 1
    at = line.at[position - 1]
    return position, Word(out, at + 1 if at != NOWHERE else NOWHERE)
