"""Commands that YAML files run, in CI jobs and containers; the Pythons of jobs, and what builds are given."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cudamig.hosts import containers, installs
from cudamig.hosts.requirement import PIP_VARIABLES, pip_variable
from cudamig.hosts.shell import Command, commands, unfolded
from cudamig.hosts.shell_words import Word
from cudamig.hosts.yaml_nodes import Mapping, Scalar
from cudamig.hosts.yaml_parts import Block
from cudamig.hosts.yaml_scope import Scope, expanded, variants
from cudamig.hosts.yaml_text import place, scalars, script
from cudamig.nodes import Install, Setting
from cudamig.nodes import Node as StackNode
from cudamig.source import Source
from cudamig.text import NOWHERE, Text

_SHELL = frozenset(
    "run script before_script after_script command commands bash pwsh powershell inlineScript install before_install "
    "entrypoint".split()
)
_CONTAINER = ("entrypoint", "command", "args")
_ARGUMENTS = re.compile(r"(?:docker[_-]?)?build[_-]?args", re.I)
_PYTHON = ("python-version", "python_version", "python-versions")


def workflow_nodes(source: Source, block: Block) -> Iterator[StackNode]:
    """What a mapping of a CI workflow installs, and on which Pythons."""
    yield from _variables(source, block)
    yield from _action(source, block)
    for key, value in block.mapping.pairs():
        if key.value in _SHELL:
            for scalar in scalars(value):
                yield from _commands(source, scalar, block)
        elif key.value in _PYTHON or (key.value == "python" and block.key == "with"):
            texts = [text for item in scalars(value) for text in variants(_value(source, item), block.scope)]
            yield Install("python", tuple(texts), value.span, block.stage)


def container_nodes(source: Source, block: Block) -> Iterator[StackNode]:
    """What the command of a container installs (pods, compose files), and the scripts of a task on a cluster."""
    mapping = block.mapping
    if mapping.merged("image"):
        yield from _variables(source, block)
        words, span = [], mapping.span
        for key in _CONTAINER:
            value = mapping.merged(key)
            if isinstance(value, Scalar):
                yield from _commands(source, value, block)
            elif value is not None:
                words += [Word(script(source, item)) for item in scalars(value)]
                span = value.span
        if words:
            yield from installs.nodes(unfolded(Command(tuple(words)), block.scope.lookup), span, block.stage)
    cluster = mapping.get("resources") is not None and not block.key
    task = mapping.get("type") is not None and not block.key
    for key in ("setup", "run") if cluster else ("commands", "init") if task else ():
        for scalar in scalars(mapping.get(key)):
            yield from _commands(source, scalar, block)


def _commands(source: Source, scalar: Scalar, block: Block) -> Iterator[StackNode]:
    text = expanded(script(source, scalar), block.scope)
    found = commands(text, block.scope.lookup)
    yield from installs.nodes(found, scalar.span, block.stage)
    yield from containers.images(found, scalar.span, block.stage)


def _variables(source: Source, block: Block) -> Iterator[StackNode]:
    """Variables that pip and uv read."""
    for key, value in block.mapping.pairs():
        if key.value in PIP_VARIABLES and isinstance(value, Scalar):
            yield from pip_variable(key.value, expanded(script(source, value), block.scope), block.stage)


def _action(source: Source, block: Block) -> Iterator[StackNode]:
    """A step that is an action, with its inputs as words: ``name=value``."""
    uses, given = block.mapping.get("uses"), block.mapping.get("with")
    if not isinstance(uses, Scalar) or not isinstance(given, Mapping):
        return
    words = [_value(source, uses)]
    for key, value in given.pairs():
        if isinstance(value, Scalar):
            name = Text(f"{key.value}=", [NOWHERE] * (len(key.value) + 1))
            words.append(name + expanded(_value(source, value), block.scope))
            if key.value == "create-args":
                text = expanded(script(source, value), block.scope)
                for command in commands(text, block.scope.lookup):
                    specs = tuple(word.text for word in command.words)
                    yield Install("conda", specs, value.span, block.stage)
    yield Install("action", tuple(words), uses.span, block.stage)


def _value(source: Source, scalar: Scalar) -> Text:
    return place(source, scalar) or Text(scalar.value, [NOWHERE] * len(scalar.value))


def build_arguments(source: Source, block: Block) -> Iterator[Setting]:
    """Arguments that compose files (``build: {args: ...}``), Skaffold (``buildArgs``) and actions give to a build."""
    build = block.mapping.get("build")
    listed = next((value for key, value in block.mapping.pairs() if _ARGUMENTS.fullmatch(key.value)), None)
    args = build.get("args") if isinstance(build, Mapping) else listed if isinstance(listed, Mapping) else None
    if isinstance(args, Mapping):
        for key, value in args.pairs():
            if isinstance(value, Scalar):
                yield from _given(key.value, script(source, value), block.scope, block.stage)
    for scalar in scalars(listed if args is None else args):
        text = script(source, scalar)
        for pair in re.finditer(r"^[ \t]*(\w+)=(.*?)[ \t\r]*$", text.value, re.M):
            yield from _given(pair.group(1), text[pair.start(2) : pair.end(2)], block.scope, block.stage)


def _given(name: str, value: Text, scope: Scope, stage: int) -> Iterator[Setting]:
    for text in variants(value, scope):
        yield Setting(name, text, stage)
