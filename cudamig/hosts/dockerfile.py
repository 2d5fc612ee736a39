"""Dockerfiles: build stages, base images, and what RUN installs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from cudamig.hosts import installs
from cudamig.hosts.docker_lexer import COMMENT, Instruction, instructions
from cudamig.hosts.docker_scope import Scope
from cudamig.hosts.requirement import index_variable
from cudamig.hosts.shell import Command, commands, unfolded
from cudamig.hosts.shell_words import Lookup, Word, unquoted
from cudamig.model import Span
from cudamig.nodes import Copy, Generated, ImageRef, Install, Node, Setting
from cudamig.source import Source
from cudamig.text import Text

_ORIGIN = re.compile(r"--(?:from=|mount=(?:\S*,)?from=)([^,\s]+)")
_GENERATED = re.compile(r"auto-?generated|generated (?:by|from)|do not edit", re.I)


class DockerDocument:
    """A Dockerfile."""

    errors = 0

    def __init__(self, source: Source) -> None:
        """Read all of it; a Dockerfile has no syntax that could be wrong beyond an unknown instruction."""
        self.source = source
        self.instructions = list(instructions(source))
        self.nodes: list[Node] = list(_nodes(self.instructions))
        self.nodes += _generated(source)


def parse(source: Source) -> DockerDocument:
    """Read a Dockerfile."""
    return DockerDocument(source)


def _generated(source: Source) -> Iterator[Generated]:
    """Whether one of the first comments says that the file is generated."""
    for number in range(min(10, len(source.starts))):
        line = source.line_text(number)
        found = _GENERATED.search(line) if COMMENT.match(line) else None
        if found:
            start = source.starts[number]
            yield Generated("says that it is generated", Span(start + found.start(), start + found.end()))
            return


def _settings(pairs: list[tuple[str, Text]], stage: int) -> Iterator[Node]:
    """The variables as nodes; those that pip reads as index options too, for every command of the build."""
    for name, value in pairs:
        yield Setting(name, value, stage)
        yield from index_variable(name, value, stage)


def _nodes(instructions: list[Instruction]) -> Iterator[Node]:
    scope = Scope()
    names: dict[str, int] = {}
    for item in instructions:
        yield from _origins(item, names)
        if item.keyword == "FROM":
            yield from _from(item, scope, names)
        elif item.keyword == "ARG":
            yield from _settings(scope.argument(item.body, item.stage), item.stage)
        elif item.keyword == "ENV":
            yield from _settings(scope.environment(item.body), item.stage)
        elif item.keyword in ("COPY", "ADD"):
            yield from _copy(item, scope, names)
        elif item.keyword in ("RUN", "CMD", "ENTRYPOINT"):
            found = _commands(item, scope)
            yield from installs.settings(found, item.stage)
            yield from installs.nodes(found, item.span, item.stage)


def _from(item: Instruction, scope: Scope, names: dict[str, int]) -> Iterator[Node]:
    words = [word for command in commands(item.body, scope.globals.get) for word in command.words]
    if not words:
        return
    image = words[0]
    name = words[2].value.lower() if len(words) > 2 and words[1].value.lower() == "as" else ""
    scope.enter(image.value.lower(), name)
    yield ImageRef(image.text, item.span, item.stage, names.get(image.value.lower(), -1), name)
    names[name or str(item.stage)] = item.stage


def _origins(item: Instruction, names: dict[str, int]) -> Iterator[Node]:
    """Images that ``COPY --from=`` and ``RUN --mount=from=`` take files from; stages and contexts have plain names."""
    for flag in item.flags:
        found = _ORIGIN.match(flag.value)
        if found and re.search("[:/@]", found.group(1)) and found.group(1).lower() not in names:
            yield ImageRef(flag[found.start(1) : found.end(1)], item.span, item.stage, key=item.keyword.lower())


def _copy(item: Instruction, scope: Scope, names: dict[str, int]) -> Iterator[Node]:
    origin = next((flag.value[7:] for flag in item.flags if flag.value.startswith("--from=")), "")
    for body in item.heredocs:
        yield Install("other", (body,), item.span, item.stage)
    texts = tuple(word.text for word in _words(item.body, scope.lookup))
    words = [text.value for text in texts]
    if len(words) > 1:
        yield Copy(tuple(words[:-1]), words[-1], origin.lower(), item.span, item.stage, texts)


def _commands(item: Instruction, scope: Scope) -> list[Command]:
    if item.heredocs:
        return [command for body in (item.body, *item.heredocs) for command in commands(body, scope.lookup)]
    if item.body.value.startswith("["):
        return unfolded(Command(tuple(_words(item.body))), scope.lookup)
    return commands(item.body, scope.lookup)


def _words(body: Text, lookup: Lookup = lambda name: None) -> list[Word]:
    """Words of an instruction in exec (JSON) or plain form; variables are read in the plain form only."""
    if not body.value.startswith("["):
        return [word for command in commands(body, lookup) for word in command.words]
    try:
        json.loads(body.value)
    except ValueError:
        return []
    strings = re.finditer(r'"((?:\\.|[^"\\])*)"', body.value)
    return [Word(unquoted(body[m.start(1) : m.end(1)])) for m in strings]
