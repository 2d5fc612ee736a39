"""The arguments that files give to builds: compose files, CI jobs, bake files, scripts, and documents."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cudamig.engine import FileResult
from cudamig.facts import companions
from cudamig.hosts.yaml_parts import is_workflow
from cudamig.nodes import Install, Setting
from cudamig.project import branches, documents, images
from cudamig.text import EMPTY, Text

_VARIABLE = re.compile(r"\$\{?\w+\}?")  # of a compose file, without a default
_VERSION = re.compile(r"\d\.\d|cu\d\d|^\d+$")


class Argument(NamedTuple):
    """``value`` for the argument ``name`` of builds below ``folder``."""

    path: str
    folder: str
    name: str
    value: Text
    fixed: bool = False  # it is not to be changed where it stands
    document: bool = False  # it is told to readers only

    @property
    def open(self) -> bool:
        """Whether its value comes from elsewhere: a variable, or what the environment has."""
        return not self.value.known or bool(_VARIABLE.fullmatch(self.value.value))

    @property
    def sources(self) -> list[str]:
        """Files that may say its value where it is open."""
        beside = posixpath.join(posixpath.dirname(self.path), ".env")
        return [beside] if self.value.known else [self.path, beside]

    def reaches(self, path: str) -> bool:
        """Whether it may be given to the build of a Dockerfile."""
        return not self.folder or path.startswith(self.folder + "/")


def arguments(results: Mapping[str, FileResult]) -> list[Argument]:
    """What files give to builds, where it names a version, or comes from a variable.

    Several values that one file of commands gives to an argument are the rows of a matrix, and say nothing about the
    default.
    """
    found = []
    for path, result in results.items():
        if result.kind in ("yaml", "json", "bake", "markup", *branches.KINDS):
            document = result.kind == "markup"
            if document and documents.history(path):
                continue
            folder = "" if is_workflow(path) or document else posixpath.dirname(posixpath.dirname(path))
            pairs = [pair for pair in _pairs(result) if _telling(pair[1], result)]
            rows = is_workflow(path) or result.kind in ("bake", "markup", *branches.KINDS)
            own = _own(result)
            found += [
                Argument(path, folder, name, value, not own.isdisjoint(value.at), document)
                for name, value in pairs
                if not rows or _one(name, pairs)
            ]
    return found


def _telling(value: Text, result: FileResult) -> bool:
    """Whether a value says something about a default: it names a version, or may do so."""
    if not value.known:
        return result.kind in ("bake", *branches.KINDS)
    if _VARIABLE.fullmatch(value.value):
        return True
    return bool(_VERSION.search(value.value)) and not _plain(value.value)


def _plain(value: str) -> bool:
    """Whether a value is a base image that brings no CUDA."""
    return ":" in value and companions.neutral(value) and not images.REFERENCE.fullmatch(value)


def _own(result: FileResult) -> set[int]:
    """Where a script has values that it may use for something else too; all of it where it serves several stacks."""
    if result.kind not in branches.KINDS:
        return set()
    if branches.several(result, ()):
        return {at for _, value in _pairs(result) for at in value.at}
    return {at for node in result.nodes if isinstance(node, Setting) for at in node.value.at}


def _one(name: str, pairs: Sequence[tuple[str, Text]]) -> bool:
    """Whether a file gives an argument one value; several are a matrix, which needs no default."""
    return len({value.value for other, value in pairs if other == name}) == 1


def _pairs(result: FileResult) -> Iterator[tuple[str, Text]]:
    for node in result.nodes:
        if isinstance(node, Setting):
            if result.kind not in branches.KINDS:  # where it is a variable of the script
                yield node.name, node.value
        elif isinstance(node, Install) and node.tool == "other":
            for option, word in itertools.pairwise([EMPTY, *node.words]):
                attached = word.value.startswith("--build-arg=")
                pair = word[len("--build-arg=") :] if attached else word
                name, equals, _ = pair.value.partition("=")
                if equals and (attached or option.value == "--build-arg"):
                    yield name, pair[len(name) + 1 :]
