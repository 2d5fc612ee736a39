"""Dockerfiles: build stages, base images, and what RUN installs.

A lexer of our own: parser directives, continuations with comments and blank lines between, heredocs. ARG and ENV are
resolved as BuildKit does, and every resolved character remembers the line that holds it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from cudamig.hosts import installs
from cudamig.hosts.shell import Command, Word, commands, expand, raw_words
from cudamig.model import Span
from cudamig.nodes import ANY_SCOPE, Copy, Generated, ImageRef, IndexOption, Node, Setting
from cudamig.source import Source
from cudamig.text import EMPTY, Text

_DIRECTIVE = re.compile(r"#[ \t]*(\w+)[ \t]*=[ \t]*(\S*)")
_COMMENT = re.compile(r"[ \t]*#")
_KEYWORD = re.compile(r"[ \t]*([A-Za-z]+)(?=[ \t]|$)[ \t]*")
_FLAG = re.compile(r"--[a-z]+(?:=\S*)?[ \t]+")
_HEREDOC = re.compile(r"<<-?[ \t]*([\"']?)(\w+)\1")
_INDEX_VARIABLES = {
    "PIP_INDEX_URL": "--index-url",
    "PIP_EXTRA_INDEX_URL": "--extra-index-url",
    "PIP_FIND_LINKS": "--find-links",
    "UV_INDEX_URL": "--index-url",
    "UV_DEFAULT_INDEX": "--index-url",
    "UV_EXTRA_INDEX_URL": "--extra-index-url",
    "UV_INDEX": "--extra-index-url",
}
_PAIR = re.compile(r"[A-Za-z_]\w*=")
_GENERATED = re.compile(r"auto-?generated|generated (?:by|from)|do not edit", re.I)


class Instruction(NamedTuple):
    """One instruction: keyword in capitals, its flags off, continuations joined; heredoc bodies apart."""

    keyword: str
    flags: tuple[str, ...]
    body: Text
    heredocs: tuple[Text, ...]
    span: Span
    stage: int  # -1 before the first FROM


class DockerDocument:
    """A Dockerfile."""

    errors = 0

    def __init__(self, source: Source) -> None:
        """Read all of it; a Dockerfile has no syntax that could be wrong beyond an unknown instruction."""
        self.source = source
        self.instructions = list(_instructions(source))
        self.nodes: list[Node] = list(_nodes(self.instructions))
        self.nodes += _generated(source)


def parse(source: Source) -> DockerDocument:
    """Read a Dockerfile."""
    return DockerDocument(source)


def _generated(source: Source) -> Iterator[Generated]:
    """Whether one of the first comments says that the file is generated."""
    for number in range(min(10, len(source.starts))):
        line = source.line_text(number)
        found = _GENERATED.search(line) if _COMMENT.match(line) else None
        if found:
            start = source.starts[number]
            yield Generated("says that it is generated", Span(start + found.start(), start + found.end()))
            return


def _instructions(source: Source) -> Iterator[Instruction]:
    text, starts = source.text, [*source.starts, len(source.text)]
    escape, number = _directives(source)
    stage = -1
    while number < len(starts) - 1:
        if _COMMENT.match(text, starts[number]) or not text[starts[number] : starts[number + 1]].strip():
            number += 1
            continue
        first = number
        logical, number = _logical(text, starts, number, escape)
        keyword = _KEYWORD.match(logical.value)
        if not keyword:
            continue
        name = keyword.group(1).upper()
        flags, body = _flags(logical[keyword.end() :])
        heredocs = []
        if name in ("RUN", "COPY", "ADD"):
            for mark in _HEREDOC.finditer(body.value):
                document, number = _heredoc(text, starts, number, mark.group(2))
                heredocs.append(document)
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
        if parts and (_COMMENT.match(text, start, end) or not text[start:end].strip()):
            continue
        content = text[start:end].rstrip(" \t\r\n")
        if not content.endswith(escape):
            parts.append(Text.of(text, start, start + len(content)))
            break
        parts.append(Text.of(text, start, start + len(content) - 1))
    joined = "".join(part.value for part in parts)
    return Text(joined, [offset for part in parts for offset in part.at]), number


def _heredoc(text: str, starts: list[int], number: int, word: str) -> tuple[Text, int]:
    """The heredoc body from line ``number`` up to its end word."""
    first = number
    while number < len(starts) - 1 and text[starts[number] : starts[number + 1]].strip() != word:
        number += 1
    body = Text.of(text, starts[first], starts[number])
    return body, min(number + 1, len(starts) - 1)


def _flags(body: Text) -> tuple[tuple[str, ...], Text]:
    flags = []
    while match := _FLAG.match(body.value):
        flags.append(match.group().strip())
        body = body[match.end() :]
    return tuple(flags), body


class Scope:
    """Variables at a point of the build: ENV wins over ARG; global ARGs reach a stage only when it names them."""

    def __init__(self) -> None:
        """Empty, as at the top of the file."""
        self.globals: dict[str, Text] = {}
        self.args: dict[str, Text] = {}
        self.env: dict[str, Text] = {}
        self._stages: dict[str, dict[str, Text]] = {}

    def lookup(self, name: str) -> Text | None:
        """The value of a variable inside a stage, or None."""
        return self.env.get(name) or self.args.get(name)

    def enter(self, base: str, name: str) -> None:
        """Begin a stage; it inherits the environment of the stage it is built from."""
        self.args, self.env = {}, dict(self._stages.get(base, {}))
        if name:
            self._stages[name] = self.env

    def argument(self, body: Text, stage: int) -> list[tuple[str, Text]]:
        """``ARG NAME`` or ``ARG NAME=default`` (several on a line are allowed): what it sets."""
        table = self.globals if stage < 0 else self.args
        lookup = self.globals.get if stage < 0 else self.lookup
        done = []
        for word in raw_words(body):
            name, equals, _ = word.value.partition("=")
            value = expand(word[len(name) + 1 :], lookup) if equals else self.globals.get(name)
            _put(table, name, value)
            if equals and value is not None:
                done.append((name, value))
        return done

    def environment(self, body: Text) -> list[tuple[str, Text]]:
        """``ENV NAME=value ...`` or ``ENV NAME value``: what it sets."""
        if _PAIR.match(body.value):
            pairs = [(word.value.partition("=")[0], word) for word in raw_words(body)]
        else:
            pairs = [(re.split(r"\s", body.value, maxsplit=1)[0], body)]
        done = []
        for name, word in pairs:
            rest = word[len(name) + 1 :]
            value = expand(rest[len(rest.value) - len(rest.value.lstrip()) :], self.lookup)
            _put(self.env, name, value)
            if value is not None:
                done.append((name, value))
        return done


def _put(table: dict[str, Text], name: str, value: Text | None) -> None:
    if value is None:
        table.pop(name, None)
    else:
        table[name] = value


def _settings(pairs: list[tuple[str, Text]], stage: int) -> Iterator[Node]:
    """The variables as nodes; those that pip reads as index options too, for every command of the build."""
    for name, value in pairs:
        yield Setting(name, value, stage)
        option = _INDEX_VARIABLES.get(name)
        if option:
            yield IndexOption(option, EMPTY, value, stage, ANY_SCOPE)


def _nodes(instructions: list[Instruction]) -> Iterator[Node]:
    scope = Scope()
    names: dict[str, int] = {}
    for item in instructions:
        if item.keyword == "FROM":
            yield from _from(item, scope, names)
        elif item.keyword == "ARG":
            yield from _settings(scope.argument(item.body, item.stage), item.stage)
        elif item.keyword == "ENV":
            yield from _settings(scope.environment(item.body), item.stage)
        elif item.keyword in ("COPY", "ADD"):
            yield from _copy(item, names)
        elif item.keyword == "RUN":
            yield from installs.nodes(_commands(item, scope), item.span, item.stage)


def _from(item: Instruction, scope: Scope, names: dict[str, int]) -> Iterator[Node]:
    words = [word for command in commands(item.body, scope.globals.get) for word in command.words]
    if not words:
        return
    image = words[0]
    name = words[2].value.lower() if len(words) > 2 and words[1].value.lower() == "as" else ""
    scope.enter(image.value.lower(), name)
    yield ImageRef(image.text, item.span, item.stage, names.get(image.value.lower(), -1), name)
    names[name or str(item.stage)] = item.stage


def _copy(item: Instruction, names: dict[str, int]) -> Iterator[Node]:
    origin = next((flag[7:] for flag in item.flags if flag.startswith("--from=")), "")
    words = [word.value for word in _words(item.body)]
    if len(words) > 1:
        yield Copy(tuple(words[:-1]), words[-1], origin.lower(), item.span, item.stage)


def _commands(item: Instruction, scope: Scope) -> list[Command]:
    if item.heredocs:
        return [command for body in item.heredocs for command in commands(body, scope.lookup)]
    if item.body.value.startswith("["):
        return [Command(tuple(_words(item.body)))]
    return commands(item.body, scope.lookup)


def _words(body: Text) -> list[Word]:
    """Words of an instruction in exec (JSON) or plain form."""
    if not body.value.startswith("["):
        return [word for command in commands(body) for word in command.words]
    try:
        json.loads(body.value)
    except ValueError:
        return []
    strings = re.finditer(r'"((?:\\.|[^"\\])*)"', body.value)
    return [Word(body[m.start(1) : m.end(1)]) for m in strings]
