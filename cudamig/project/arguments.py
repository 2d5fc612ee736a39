"""Build arguments that other files give to a Dockerfile: they win over its defaults, so these cannot move alone."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cudamig.engine import FileResult
from cudamig.hosts.workflow import is_workflow
from cudamig.nodes import Install, Setting
from cudamig.project.place import Place, obstacle

_VERSION = re.compile(r"\d\.\d|cu\d\d|^\d+$")


class Argument(NamedTuple):
    """``value`` for the argument ``name`` of builds below ``folder``."""

    path: str
    folder: str
    name: str
    value: str


def given(results: Mapping[str, FileResult]) -> list[Argument]:
    """What compose files and CI workflows give to builds, where it names a version."""
    found = []
    for path, result in results.items():
        if result.kind == "yaml":
            folder = "" if is_workflow(path) else posixpath.dirname(posixpath.dirname(path))
            found += [Argument(path, folder, *pair) for pair in _pairs(result) if _VERSION.search(pair[1])]
    return found


def _pairs(result: FileResult) -> Iterator[tuple[str, str]]:
    for node in result.nodes:
        if isinstance(node, Setting):
            yield node.name, node.value.value
        elif isinstance(node, Install) and node.tool == "other":
            for option, word in itertools.pairwise(["", *(word.value for word in node.words)]):
                attached = word.startswith("--build-arg=")
                name, equals, value = word.removeprefix("--build-arg=").partition("=")
                if equals and (attached or option == "--build-arg"):
                    yield name, value


def overrides(result: FileResult, places: Sequence[Place], arguments: Sequence[Argument]) -> Iterator[Place]:
    """Obstacles for the defaults of a Dockerfile that would move, while another file gives another value."""
    changes = [change for place in places for change in place.changes]
    for node in result.nodes:
        offsets = set(node.value.at) if isinstance(node, Setting) else set()
        inside = [(span, new) for span, new in changes if span.start in offsets]
        if not inside or not isinstance(node, Setting):
            continue
        for item in arguments:
            below = not item.folder or result.path.startswith(item.folder + "/")
            if below and item.name == node.name and not all(new in item.value for _, new in inside):
                why = f"{item.path} builds with {item.name}={item.value}: change it there too, in one move"
                yield obstacle(result.path, inside[0][0], why)
