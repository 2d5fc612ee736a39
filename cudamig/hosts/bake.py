"""Bake files of Docker Buildx (HCL): the arguments that their targets give to builds.

Read line by line: what a target computes by a function or a matrix is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cudamig.nodes import Setting
from cudamig.source import Source
from cudamig.text import NOWHERE, UNKNOWN, Text

_COMMENT = re.compile(r"^[ \t]*(?:#|//)[^\r\n]*|/\*.*?\*/", re.M | re.S)
_DEFAULT = re.compile(r'\bvariable[ \t]+"?([\w-]+)"?[ \t]*\{[^{}]*?\bdefault[ \t]*=[ \t]*"([^"\r\n]*)"')
_ARGS = re.compile(r"\bargs[ \t]*=?[ \t]*\{((?:[^{}]|\$\{[^{}]*\})*)\}")
_PAIR = re.compile(r'["]?([A-Za-z_]\w*)["]?[ \t]*=[ \t]*(?:"([^"\r\n]*)"|([A-Za-z_][\w.-]*))')
_REFERENCE = re.compile(r"\$\{([\w-]+)\}")


class BakeDocument:
    """A bake file; ``nodes`` are the arguments that it gives. There is none that cannot be read."""

    errors = 0

    def __init__(self, source: Source) -> None:
        """Read all of it."""
        self.source = source
        self.nodes: list[Setting] = list(_arguments(source))


def parse(source: Source) -> BakeDocument:
    """Read a bake file."""
    return BakeDocument(source)


def _arguments(source: Source) -> Iterator[Setting]:
    """The arguments of all targets; one that is made of a variable has its default, and no place of its own."""
    text = _COMMENT.sub(lambda found: re.sub(r"[^\r\n]", " ", found.group()), source.text)
    defaults = dict(_DEFAULT.findall(text))
    for block in _ARGS.finditer(text):
        for pair in _PAIR.finditer(text, *block.span(1)):
            name, written, variable = pair.groups()
            if variable is None and "${" not in written:
                yield Setting(name, Text.of(source.text, *pair.span(2)))
                continue
            whole = f"${{{variable}}}" if variable else written
            value = _REFERENCE.sub(lambda found: defaults.get(found.group(1), UNKNOWN), whole)
            yield Setting(name, Text(value, [NOWHERE] * len(value)))
