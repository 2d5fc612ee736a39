"""Pins that a variable keeps, and that no command is seen to install: they hold what would move beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cudamig.engine import FileResult
from cudamig.facts.targets import Target
from cudamig.hosts.requirement import requirement as read
from cudamig.nodes import IndexOption, Requirement, Setting
from cudamig.project import requirement
from cudamig.project.indexes import Scene
from cudamig.project.place import Place

_PIN = re.compile(r"[A-Za-z0-9][\w.-]*(?:\[[\w, -]*\])?===?\d[\w.+!*-]*|https?://\S+\.whl\S*")
_WORDS = re.compile(rf"\s*(?:{_PIN.pattern})(?:\s+(?:{_PIN.pattern}|--?[\w-]+(?:=\S*)?))*\s*")


def find(result: FileResult, places: Sequence[Place], target: Target) -> Iterator[Place]:
    """The places of such pins in a file of which something else would move."""
    settings = [node for node in result.nodes if isinstance(node, Setting) and _WORDS.fullmatch(node.value.value)]
    if not settings or not any(place.changes and not place.alone for place in places):
        return
    installed = {at for node in result.nodes if isinstance(node, Requirement) for at in node.text.at}
    options = [node for node in result.nodes if isinstance(node, IndexOption)]
    for setting in settings:
        for found in _PIN.finditer(setting.value.value):
            text = setting.value[slice(*found.span())]
            if installed.isdisjoint(text.at):
                for place in requirement.judge(read(text), Scene(result.path, options, False), target):
                    if place.changes or place.blocks:
                        own = place.blocks or f"{found.group()} is kept in a variable, and what installs it is not seen"
                        yield place._replace(changes=(), blocks=own)
