"""setup.cfg and tox.ini: sections of keys, whose values may go on over indented lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cudamig.hosts import installs, poetry
from cudamig.hosts.requirement import pip_variable, requirement
from cudamig.hosts.shell import commands
from cudamig.model import Span
from cudamig.nodes import Include, Node, PythonRange
from cudamig.source import Source
from cudamig.text import Text

_SECTION = re.compile(r"\[([^\]]+)\]")
_KEY = re.compile(r"([^\s=:\[#;][^=:]*?)\s*[=:]\s*")
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_FACTORS = re.compile(r"[\w.{},!-]+:\s+(?!//)")
_OPTION = re.compile(r"(-r|-c|--requirement|--constraint)[ =]*(\S+)")


class Key(NamedTuple):
    """A key of a section, and the lines of its value that are not blank, without comments."""

    section: str
    name: str
    lines: tuple[Text, ...]


class IniDocument:
    """A file of sections."""

    errors = 0

    def __init__(self, source: Source) -> None:
        """Read all keys; a line that is none hides no other."""
        self.source = source
        self.nodes: list[Node] = []
        for scope, key in enumerate(_keys(source), 1):
            if source.kind == "tox":
                self.nodes += _tox(key, scope)
            else:
                self.nodes += _setup(key, scope)


def parse(source: Source) -> IniDocument:
    """Read a file."""
    return IniDocument(source)


def _keys(source: Source) -> Iterator[Key]:
    section, name, lines = "", "", list[Text]()
    for number, start in enumerate(source.starts):
        line = source.line_text(number)
        text = Text.of(source.text, start, start + len(line))
        key, head = _KEY.match(line), _SECTION.match(line)
        if line[:1] in "#;" or not line.strip():
            continue
        if line[0] in " \t" and name:
            lines += _content(text)
        elif head or key:
            if name:
                yield Key(section, name, tuple(lines))
            section = head.group(1).strip() if head else section
            name = key.group(1).lower() if key and not head else ""
            lines = list(_content(text[key.end() :])) if key and not head else []
    if name:
        yield Key(section, name, tuple(lines))


def _content(text: Text) -> Iterator[Text]:
    comment = _COMMENT.search(text.value)
    text = text[: comment.start()] if comment else text
    value = text.value
    text = text[len(value) - len(value.lstrip()) : len(value.rstrip())]
    if text.value:
        yield text


def _setup(key: Key, scope: int) -> Iterator[Node]:
    """What setuptools reads of setup.cfg."""
    listed = key.section == "options" and key.name in ("install_requires", "setup_requires", "tests_require")
    if key.section == "options" and key.name == "python_requires" and key.lines:
        yield PythonRange(poetry.clauses(key.lines[0]) or (), key.lines[0], "")
    if listed or key.section == "options.extras_require":
        for line in key.lines:
            if line.value.startswith("file:"):
                for path in line.value.removeprefix("file:").split(","):
                    yield Include("-r", path.strip(), line.stretch() or Span(0, 0))
            else:
                yield requirement(line, scope=scope)


def _tox(key: Key, scope: int) -> Iterator[Node]:
    """Dependencies, commands and variables of tox environments; ``factor:`` before them is taken off."""
    if not key.section.startswith("testenv"):
        return
    if key.name in ("commands", "commands_pre", "install_command"):
        for text in _joined(key.lines):
            yield from installs.nodes(commands(text), Span(text.start, text.at[-1] + 1), 0)
        return
    for line in key.lines:
        factors = _FACTORS.match(line.value)
        text = line[factors.end() :] if factors else line
        if key.name == "deps":
            yield from _dependency(text, scope)
        elif key.name in ("setenv", "set_env"):
            name, equals, _ = text.value.partition("=")
            value = text[len(name) + 1 :]
            if equals:
                blank = len(value.value) - len(value.value.lstrip())
                yield from pip_variable(name.strip(), value[blank:])


def _joined(lines: tuple[Text, ...]) -> Iterator[Text]:
    """Commands, joined over backslashes, without the factors before them."""
    joined: Text | None = None
    for line in lines:
        factors = _FACTORS.match(line.value) if joined is None else None
        text = line[factors.end() :] if factors else line
        text = joined + Text(" ", [text.start]) + text if joined is not None else text
        joined = text[:-1] if text.value.endswith("\\") else None
        if joined is None and text.value:
            yield text
    if joined is not None and joined.value:
        yield joined


def _dependency(text: Text, scope: int) -> Iterator[Node]:
    option = _OPTION.match(text.value)
    if option:
        path = option.group(2).replace("{toxinidir}/", "").replace("{tox_root}/", "")
        yield Include("-" + option.group(1).lstrip("-")[0], path, text.stretch() or Span(0, 0))
    elif not text.value.startswith("-"):
        yield requirement(text, scope=scope)
