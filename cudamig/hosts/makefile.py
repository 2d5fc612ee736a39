"""Makefiles: recipes as the shell gets them, with the variables of make put in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from cudamig.hosts import containers, installs
from cudamig.hosts.requirement import pip_variable
from cudamig.hosts.script import ScriptDocument, outside, unix
from cudamig.hosts.shell import commands
from cudamig.model import Span
from cudamig.nodes import Install, Node, Requirement, Setting
from cudamig.source import Source
from cudamig.text import EMPTY, NOWHERE, UNKNOWN, Text

_ASSIGNMENT = re.compile(r"[ ]*(?:(?:export|override|private)[ \t]+)*([A-Za-z_][\w.-]*)[ \t]*(\?|:{1,3}|\+)?=[ \t]*")
_CONDITION = re.compile(r"[ ]*(?:else[ ]+)?(ifn?eq)\b")
_TARGET = re.compile(r"[^\s#:=][^#:=]*::?(?!=)([^\n]*)")
_REFERENCE = re.compile(r"\$(?:\$|\(([\w.-]+)\)|\{([\w.-]+)\}|\((?:[^()]|\([^()]*\))*\)|\{[^}]*\}|(.))")
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*", re.S)
_DEPTH = 8  # of variables in variables


def parse(source: Source) -> ScriptDocument:
    """Read a makefile. There is none that cannot be read."""
    return ScriptDocument(source, _nodes(source))


def _nodes(source: Source) -> Iterator[Node]:
    lines = list(_logical(unix(source.text)))
    variables = _variables(lines)
    for line, recipe in lines:
        if recipe:
            yield from _recipe(line, variables)
            continue
        condition = _CONDITION.match(line.value)
        assignment = _ASSIGNMENT.match(line.value)
        if condition:
            yield Install("other", tuple(_words(line)), _extent(line))
        elif assignment:
            value = _expand(_content(line[assignment.end() :]), variables)
            yield Setting(assignment.group(1), value)
            yield from pip_variable(assignment.group(1), value)


def _variables(lines: list[tuple[Text, bool]]) -> dict[str, Text]:
    """Variables with one value in the file; ``?=`` is a default, and what is set twice has branches."""
    found = [(line, m) for line, recipe in lines if not recipe and (m := _ASSIGNMENT.match(line.value))]
    count = Counter(m.group(1) for _, m in found)
    return {
        m.group(1): _content(line[m.end() :])
        for line, m in found
        if count[m.group(1)] == 1 and m.group(2) not in ("?", "+")
    }


def _recipe(line: Text, variables: dict[str, Text]) -> Iterator[Node]:
    """The nodes of one line of a recipe; an option is added to a command only where the command itself stands."""
    body = line[len(line.value) - len(line.value.lstrip("\t @-+")) :]
    extent = _extent(line)
    found = commands(_expand(body, variables), outside)
    yield from installs.settings(found)
    yield from containers.images(found, extent)
    for node in installs.nodes(found, extent, 0):
        inside = isinstance(node, Requirement) and extent.start < node.end <= extent.end
        yield node._replace(end=NOWHERE) if isinstance(node, Requirement) and not inside else node


def _logical(text: Text) -> Iterator[tuple[Text, bool]]:
    """Lines joined over continuations, which stay in recipes and are blanks elsewhere; comments and blanks left out."""
    position, defined = 0, False
    while position < len(text):
        end = _line_end(text.value, position)
        line = text[position:end]
        recipe = line.value.startswith("\t")
        position = end + 1
        stripped = line.value.strip()
        defined = (defined or stripped.startswith("define ")) and stripped != "endef"
        if not stripped or (stripped.startswith("#")) or defined:
            continue
        if recipe:
            yield line, True
            continue
        target = None if _ASSIGNMENT.match(line.value) else _TARGET.match(line.value)
        inline = target.group(1).find(";") if target else -1
        if target and inline >= 0:
            yield line[target.start(1) + inline + 1 :], True
        elif not target:
            yield Text(line.value.replace("\\\n", "  "), line.at), False


def _line_end(value: str, position: int) -> int:
    while True:
        end = value.find("\n", position)
        if end < 0:
            return len(value)
        if not value.endswith("\\", 0, end):
            return end
        position = end + 1


def _content(value: Text) -> Text:
    comment = _COMMENT.search(value.value)
    value = value[: comment.start()] if comment else value
    return value[: len(value.value.rstrip())]


def _expand(text: Text, variables: dict[str, Text], depth: int = 0) -> Text:
    """Variables of make put in; UNKNOWN for functions and for what is not known."""
    out, position = EMPTY, 0
    for found in _REFERENCE.finditer(text.value):
        out = out + text[position : found.start()]
        position = found.end()
        name = found.group(1) or found.group(2) or found.group(3)
        if found.group() == "$$":
            out = out + text[found.start() : found.start() + 1]
        elif name in variables and depth < _DEPTH:
            out = out + _expand(variables[name], variables, depth + 1)
        else:
            out = out + Text(UNKNOWN, [NOWHERE])
    return out + text[position:]


def _words(line: Text) -> Iterator[Text]:
    for found in re.finditer(r"[^\s(),'\"]+", line.value):
        yield line[found.start() : found.end()]


def _extent(line: Text) -> Span:
    return Span(line.at[0], line.at[-1] + 1)
