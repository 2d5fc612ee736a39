"""Dockerfiles: build stages, base images, and what RUN installs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from cudamig.hosts import docker_files, installs
from cudamig.hosts.docker_files import Written
from cudamig.hosts.docker_lexer import COMMENT, Instruction, instructions
from cudamig.hosts.docker_scope import Scope
from cudamig.hosts.requirement import pip_variable
from cudamig.hosts.shell import SHELLS, Command, commands, unfolded
from cudamig.hosts.shell_words import Lookup, Word, unquoted
from cudamig.model import Span
from cudamig.nodes import Copy, Generated, ImageRef, Install, Node, Setting
from cudamig.source import Source
from cudamig.text import Text

_ORIGIN = re.compile(r"--(?:from=|mount=(?:\S*,)?from=)([^,\s]+)")
_BIND = re.compile(r"--mount=(\S*)")
_WINDOWS = re.compile(r"(?:^|/)(?:windows|nanoserver|servercore)\b")  # their shell is cmd
_GENERATED = re.compile(r"auto-?generated|generated (?:by|from)|do not edit", re.I)


class DockerDocument:
    """A Dockerfile."""

    errors = 0

    def __init__(self, source: Source) -> None:
        """Read all of it; a Dockerfile has no syntax that could be wrong beyond an unknown instruction."""
        self.source = source
        self.instructions = list(instructions(source))
        files: list[Written] = []
        self.nodes: list[Node] = list(_nodes(self.instructions, files))
        self.nodes += docker_files.nodes(source, files, self.nodes)
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
        yield from pip_variable(name, value, stage)


def _nodes(instructions: list[Instruction], files: list[Written]) -> Iterator[Node]:
    """The nodes of all instructions; the files that they write go to ``files``."""
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
        elif item.keyword == "SHELL":
            scope.shell = next((word.value for word in _words(item.body)), "")
        elif item.keyword in ("COPY", "ADD"):
            yield from _copy(item, scope, files)
        elif item.keyword in ("RUN", "CMD", "ENTRYPOINT"):
            yield from _run(item, scope, files)


def _from(item: Instruction, scope: Scope, names: dict[str, int]) -> Iterator[Node]:
    words = [word for command in commands(item.body, scope.globals.get) for word in command.words]
    if not words:
        return
    image = words[0]
    name = words[2].value.lower() if len(words) > 2 and words[1].value.lower() == "as" else ""
    scope.enter(image.value.lower(), name, "cmd" if _WINDOWS.search(image.value) else "")
    yield ImageRef(image.text, item.span, item.stage, names.get(image.value.lower(), -1), name)
    names[name or str(item.stage)] = item.stage


def _origins(item: Instruction, names: dict[str, int]) -> Iterator[Node]:
    """Images that ``COPY --from=`` and ``RUN --mount=from=`` take files from; stages and contexts have plain names."""
    for flag in item.flags:
        found = _ORIGIN.match(flag.value)
        if found and re.search("[:/@]", found.group(1)) and found.group(1).lower() not in names:
            yield ImageRef(flag[found.start(1) : found.end(1)], item.span, item.stage, key=item.keyword.lower())


def _copy(item: Instruction, scope: Scope, files: list[Written]) -> Iterator[Node]:
    origin = next((flag.value[7:] for flag in item.flags if flag.value.startswith("--from=")), "")
    texts = tuple(word.text for word in _words(item.body, scope.lookup))
    words = [text.value for text in texts]
    files += docker_files.written(item, words)
    if len(words) > 1:
        yield Copy(tuple(words[:-1]), words[-1], origin.lower(), item.span, item.stage, texts)


def _run(item: Instruction, scope: Scope, files: list[Written]) -> Iterator[Node]:
    """What a command installs. What another shell than a POSIX one runs is not read, only told as text."""
    yield from _mounts(item)
    exec_form = item.body.value.startswith("[")
    if not exec_form and not scope.posix:
        yield Install("other", (item.body, *item.heredocs), item.span, item.stage)
        return
    if exec_form:
        found = unfolded(Command(tuple(_words(item.body))), scope.lookup)
    else:
        found = commands(item.body, scope.lookup)
        if item.heredocs and _is_script(found):
            found += [command for body in item.heredocs for command in commands(body, scope.lookup)]
        else:
            files += docker_files.written(item, ())
    yield from installs.settings(found, item.stage)
    for node in installs.nodes(found, item.span, item.stage):
        if item.keyword != "RUN" and isinstance(node, Install) and node.tool == "other":
            node = node._replace(tool="start")
        yield node


def _is_script(found: list[Command]) -> bool:
    """Whether heredocs are run by a shell, and no input of another program (``python3 <<EOF``, ``cat > f <<EOF``)."""
    return all(command.name in SHELLS or not command.words for command in found)


def _mounts(item: Instruction) -> Iterator[Copy]:
    """Files that a command sees through ``--mount=type=bind``: as good as copied."""
    for flag in item.flags:
        mount = _BIND.fullmatch(flag.value)
        fields = dict(part.partition("=")[::2] for part in mount.group(1).split(",")) if mount else {}
        target = next((fields[key] for key in ("target", "dst", "destination") if key in fields), "")
        origin = fields.get("source", fields.get("src", ""))
        if fields.get("type", "bind") == "bind" and origin and target:
            yield Copy((origin,), target, fields.get("from", "").lower(), item.span, item.stage)


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
