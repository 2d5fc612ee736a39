"""Hosts: one module per file format. A host knows its format and nothing about CUDA.

``parse(source)`` of a host gives a document: whatever its matchers need, plus ``nodes``, the places that the project
stage joins across files. It raises NotUnderstood for a file that its grammar cannot read at all.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from cudamig.source import Source

if TYPE_CHECKING:
    from cudamig.nodes import Node

MODULES = {
    "dockerfile": "cudamig.hosts.dockerfile",
    "requirements": "cudamig.hosts.requirements",
    "python": "cudamig.hosts.python",
    "cpp": "cudamig.hosts.cpp",
    "yaml": "cudamig.hosts.manifest",
    "json": "cudamig.hosts.devcontainer",
    "notebook": "cudamig.hosts.notebook",
    "shell": "cudamig.hosts.script",
    "toml": "cudamig.hosts.toml",
    "ini": "cudamig.hosts.ini",
    "tox": "cudamig.hosts.ini",
    "lock": "cudamig.hosts.lock",
    "markup": "cudamig.hosts.markup",
    "make": "cudamig.hosts.makefile",
    "batch": "cudamig.hosts.batch",
    "singularity": "cudamig.hosts.singularity",
    "cmake": "cudamig.hosts.cmake",
    "bake": "cudamig.hosts.bake",
}


class NotUnderstood(Exception):
    """The file's syntax cannot be read. The message says where and why."""


class Document(Protocol):
    """What every host gives."""

    source: Source

    @property
    def nodes(self) -> Sequence[Node]:
        """Places that the project stage joins across files."""

    @property
    def errors(self) -> int:
        """Syntax errors that a tolerant parser went past; a fix must not add one."""


def parse(source: Source) -> Document:
    """Read a source with the host of its kind. Raises NotUnderstood."""
    host = importlib.import_module(MODULES[source.kind])
    try:
        document: Document = host.parse(source)
    except RecursionError:
        raise NotUnderstood("nested too deeply") from None
    return document
