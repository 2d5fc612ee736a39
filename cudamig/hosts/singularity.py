"""Definition files of Singularity and Apptainer: stages, what they are built from, and the shell in their sections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cudamig.hosts import installs
from cudamig.hosts.script import ScriptDocument, followed, unix
from cudamig.hosts.shell import commands
from cudamig.model import Span
from cudamig.nodes import Copy, ImageRef, Node, Setting
from cudamig.source import Source
from cudamig.text import EMPTY, NOWHERE, UNKNOWN, Text

_HEADER = re.compile(r"[ \t]*([A-Za-z]+)[ \t]*:[ \t]*(.*?)[ \t]*$")
_SECTION = re.compile(r"[ \t]*%([a-z]+)[ \t]*(.*)$")
_REFERENCE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_SHELL = ("post", "setup", "test", "runscript", "startscript", "appinstall", "apprun")
_REMOTE = ("docker", "docker-daemon", "oras")


class Section(NamedTuple):
    """One section of a stage, or its header (``name`` is "")."""

    name: str
    argument: str  # what stands behind the name: ``from build``
    lines: tuple[Text, ...]
    stage: int


def parse(source: Source) -> ScriptDocument:
    """Read a definition file. One that is none (a module definition of Windows) has nothing in it."""
    ours = re.search(r"^[ \t]*bootstrap[ \t]*:", source.text, re.I | re.M)
    return ScriptDocument(source, _nodes(source) if ours else ())


def _nodes(source: Source) -> Iterator[Node]:
    text = unix(source.text)
    sections = list(_sections(text))
    arguments = _arguments(sections)
    for section in sections:
        lines = [_resolved(line, arguments) for line in section.lines]
        if not section.name:
            yield from _header(lines, section.stage)
        elif section.name == "environment" or section.name in _SHELL:
            yield from _script(_joined(lines), section, len(source.text))
        elif section.name == "files":
            yield from _files(lines, section)
        elif section.name == "arguments":
            for line in lines:
                pair = re.match(r"[ \t]*(\w+)=(.*?)[ \t]*$", line.value)
                if pair:
                    yield Setting(pair.group(1), line[slice(*pair.span(2))], section.stage)


def _sections(text: Text) -> Iterator[Section]:
    """The sections in order; a header begins with ``Bootstrap:`` and ends at the first section of its stage."""
    lines: list[Text] = []
    name, argument, stage, position = "", "", -1, 0
    for raw in text.value.split("\n"):
        line = text[position : position + len(raw)]
        position += len(raw) + 1
        section = _SECTION.match(raw)
        starts = bool(re.match(r"[ \t]*bootstrap[ \t]*:", raw, re.I)) and (stage < 0 or bool(name))
        if section or starts:
            yield Section(name, argument, tuple(lines), max(stage, 0))
            name, argument = (section.group(1), section.group(2)) if section else ("", "")
            lines = [line] if starts else []
            stage += starts
        else:
            lines.append(line)
    yield Section(name, argument, tuple(lines), max(stage, 0))


def _header(lines: list[Text], stage: int) -> Iterator[ImageRef]:
    fields: dict[str, Text] = {}
    for line in lines:
        match = _HEADER.match(line.value) if not line.value.lstrip().startswith("#") else None
        if match:
            fields[match.group(1).lower()] = line[slice(*match.span(2))]
    agent, image = fields.get("bootstrap"), fields.get("from")
    name = fields["stage"].value.lower() if "stage" in fields else ""
    if agent and image:
        text = image if agent.value.lower() in _REMOTE else Text(UNKNOWN, [NOWHERE])
        start = image.start if image.start != NOWHERE else agent.start
        yield ImageRef(text, Span(start, start + len(image)), stage, -1, name)


def _script(script: Text, section: Section, end: int) -> Iterator[Node]:
    found = followed(script)
    yield from installs.settings(found, section.stage)
    whole = Span(script.start, script.at[-1] + 1) if script.at else Span(0, end)
    yield from installs.nodes(found, whole, section.stage)


def _files(lines: list[Text], section: Section) -> Iterator[Copy]:
    """``SOURCE [TARGET]`` on each line; ``%files from STAGE`` takes them from there."""
    origin = section.argument.removeprefix("from").strip().lower() if section.argument.startswith("from") else ""
    for line in lines:
        texts = tuple(word.text for command in commands(line) for word in command.words)
        if texts and line.at:
            span = Span(line.at[0], line.at[-1] + 1)
            yield Copy((texts[0].value,), texts[-1].value, origin, span, section.stage, texts)


def _arguments(sections: list[Section]) -> dict[str, Text]:
    found = {}
    for section in sections:
        for line in section.lines if section.name == "arguments" else ():
            pair = re.match(r"[ \t]*(\w+)=(.*?)[ \t]*$", line.value)
            if pair:
                found[pair.group(1)] = line[slice(*pair.span(2))]
    return found


def _resolved(line: Text, arguments: dict[str, Text]) -> Text:
    out, position = EMPTY, 0
    for found in _REFERENCE.finditer(line.value):
        value = arguments.get(found.group(1), Text(UNKNOWN, [NOWHERE]))
        out = out + line[position : found.start()] + value
        position = found.end()
    return out + line[position:]


def _joined(lines: list[Text]) -> Text:
    text = EMPTY
    for line in lines:
        text = text + line + Text("\n", [NOWHERE])
    return text
