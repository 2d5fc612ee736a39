"""CMake: commands with their arguments, the variables and properties they set, and the conditions around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cudamig.hosts.script import ScriptDocument
from cudamig.model import Span
from cudamig.nodes import Install, Node, Setting
from cudamig.source import Source
from cudamig.text import UNKNOWN, Text

_TOKEN = re.compile(
    r"(?P<comment>#\[(=*)\[.*?\]\2\]|#[^\n]*)|\[(?P<level>=*)\[(?P<bracket>.*?)\](?P=level)\]"
    r'|"(?P<quoted>(?:\\.|[^"\\])*)"|(?P<open>\()|(?P<close>\))|(?P<plain>(?:\\.|[^\s()#"\\])+)',
    re.S,
)
_COMPUTED = re.compile(r"\$(?:ENV)?\{[^}]*\}|\$<[^>]*>")
_END = ("CACHE", "PARENT_SCOPE")


class Argument(NamedTuple):
    """One argument, without its quotes."""

    text: Text
    quoted: bool


class Command(NamedTuple):
    """``name(arguments)``; the name in small letters."""

    name: str
    label: Text
    arguments: tuple[Argument, ...]
    span: Span
    commented: bool  # a comment stands between the arguments


def parse(source: Source) -> ScriptDocument:
    """Read a file of CMake. What is no command is passed over."""
    return ScriptDocument(source, _nodes(source.text))


def _nodes(text: str) -> Iterator[Node]:
    found = list(_commands(text))
    yield from _guards(found)
    for command in found:
        words = tuple(_known(argument.text) for argument in command.arguments)
        yield Install("cmake", (command.label, *words), command.span)
        yield from _settings(text, command)


def _commands(text: str) -> Iterator[Command]:
    name: re.Match[str] | None = None
    arguments: list[Argument] = []
    depth, commented = 0, False
    for token in _TOKEN.finditer(text):
        if token.group("comment") is not None:
            commented = commented or bool(depth)
        elif token.group("open"):
            depth += 1
            arguments, commented = ([], False) if depth == 1 else (arguments, commented)
        elif token.group("close"):
            depth = max(depth - 1, 0)
            if not depth and name:
                label = Text.of(text, *name.span())
                span = Span(name.start(), token.end())
                yield Command(name.group().lower(), label, tuple(arguments), span, commented)
                name = None
        elif not depth:
            name = token
        else:
            kind = next(kind for kind in ("quoted", "plain", "bracket") if token.group(kind) is not None)
            arguments.append(Argument(Text.of(text, *token.span(kind)), kind == "quoted"))


def _settings(text: str, command: Command) -> Iterator[Setting]:
    """What ``set``, ``list(APPEND ...)`` and the commands for properties set."""
    arguments = list(command.arguments)
    words = [argument.text.value for argument in arguments]
    for end in _END:
        arguments = arguments[: words.index(end)] if command.name == "set" and end in words else arguments
    if command.name == "set" and arguments:
        yield from _setting(text, words[0], arguments[1:], command)
    elif command.name == "list" and words[:1] in (["APPEND"], ["PREPEND"]) and len(words) > 1:
        yield from _setting(text, words[1], arguments[2:], command)
    elif command.name == "set_property" and "PROPERTY" in words[:-1]:
        at = words.index("PROPERTY") + 1
        yield from _setting(text, words[at], arguments[at + 1 :], command)
    elif command.name == "set_target_properties" and "PROPERTIES" in words:
        at = words.index("PROPERTIES") + 1
        for name, value in zip(words[at::2], arguments[at + 1 :: 2], strict=False):
            yield Setting(name, _known(value.text))


def _setting(text: str, name: str, values: list[Argument], command: Command) -> Iterator[Setting]:
    """One value: as it stands where nothing but blanks lies between the arguments, else each argument by itself."""
    plain = not command.commented and not any(value.quoted for value in values)
    if len(values) > 1 and plain and all(value.text.at for value in values):
        yield Setting(name, _known(Text.of(text, values[0].text.at[0], values[-1].text.at[-1] + 1)))
        return
    for value in values:
        yield Setting(name, _known(value.text))


def _known(text: Text) -> Text:
    """The text with what only CMake computes hidden, place for place."""
    if "$" not in text.value:
        return text
    return Text(_COMPUTED.sub(lambda found: UNKNOWN * len(found.group()), text.value), text.at)


def _guards(found: list[Command]) -> Iterator[Install]:
    """The blocks of ``if``, each with the words of all its conditions."""
    open_blocks: list[tuple[int, list[Text]]] = []
    for command in found:
        words = [argument.text for argument in command.arguments]
        if command.name == "if":
            open_blocks.append((command.span.start, words))
        elif command.name == "elseif" and open_blocks:
            open_blocks[-1][1].extend(words)
        elif command.name == "endif" and open_blocks:
            start, conditions = open_blocks.pop()
            yield Install("guard", tuple(conditions), Span(start, command.span.end))
