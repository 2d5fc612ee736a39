"""devcontainer.json: JSON with comments and trailing commas, which YAML can read once the comments are hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cudamig.hosts import NotUnderstood, installs
from cudamig.hosts.shell import Command, commands, unfolded
from cudamig.hosts.shell_words import Word
from cudamig.hosts.workflow import build_arguments
from cudamig.hosts.yaml_images import references
from cudamig.hosts.yaml_nodes import Mapping, Node, Scalar, walk
from cudamig.hosts.yaml_parse import documents
from cudamig.hosts.yaml_parts import Block
from cudamig.hosts.yaml_scope import NOTHING
from cudamig.hosts.yaml_text import scalars, script, written
from cudamig.nodes import ImageRef, Install, Setting
from cudamig.nodes import Node as StackNode
from cudamig.source import Source
from cudamig.text import NOWHERE, Text

_PIECES = re.compile(r'"(?:[^"\\\r\n]|\\.)*"|//[^\r\n]*|/\*.*?(?:\*/|\Z)|\t|[\ufeff\x00-\x08\x0b\x0c\x0e-\x1f]', re.S)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\/|\t")  # escapes of JSON that YAML has not
_COMMANDS = ("initializeCommand", "onCreateCommand", "updateContentCommand", "postCreateCommand", "postStartCommand")


class DevcontainerDocument:
    """A development container; ``nodes`` are its image, arguments, features and the commands run in it."""

    def __init__(self, source: Source, roots: list[Node]) -> None:
        self.source, self.errors = source, 0
        found = [node for root in roots for node in walk(root) if isinstance(node, Mapping)]
        blocks = [Block(node, "", 0, NOTHING) for node in found]
        images: list[ImageRef] = references(source, blocks[:1], workflow=False)
        given: list[Setting] = [setting for block in blocks[:1] for setting in build_arguments(source, block)]
        self.nodes: list[StackNode] = [*images, *given]
        if found:
            self.nodes += _commands(source, found[0])
            self.nodes += _features(source, found[0])


def parse(source: Source) -> DevcontainerDocument:
    """Parse a devcontainer.json. Raises NotUnderstood with the line of the first error."""
    masked = _PIECES.sub(_hidden, source.text)
    roots = documents(masked, masked)
    if not masked.lstrip().startswith("{"):
        raise NotUnderstood("no JSON object")
    return DevcontainerDocument(source, roots)


def _hidden(found: re.Match[str]) -> str:
    """Comments and tabs as blanks; in strings, escapes that YAML does not know as letters."""
    piece = found.group()
    if piece[0] == '"':
        return _SURROGATE.sub(lambda escape: "x" * len(escape.group()), piece)
    return re.sub(r"[^\r\n]", " ", piece)


def _commands(source: Source, root: Mapping) -> Iterator[StackNode]:
    """Install lines of the commands, each a string, a list of words, or several by name."""
    for name in _COMMANDS:
        value = root.get(name)
        several = [item for _, item in value.pairs()] if isinstance(value, Mapping) else [value]
        for item in several:
            words = scalars(item)
            if isinstance(item, Scalar):
                yield from installs.nodes(commands(script(source, item)), item.span, 0)
            elif item is not None and words:
                command = Command(tuple(Word(script(source, word)) for word in words))
                yield from installs.nodes(unfolded(command), item.span, 0)


def _features(source: Source, root: Mapping) -> Iterator[StackNode]:
    """Features with their options, as words: ``name=value``."""
    features = root.get("features")
    for key, value in features.pairs() if isinstance(features, Mapping) else ():
        words = [written(source, key)]
        for name, option in value.pairs() if isinstance(value, Mapping) else ():
            if isinstance(option, Scalar):
                words.append(Text(f"{name.value}=", [NOWHERE] * (len(name.value) + 1)) + written(source, option))
        yield Install("action", tuple(words), key.span)
