"""What hosts find that names a stack, wherever it stands: in a Dockerfile, a requirements file, a manifest.

Nodes travel between processes and know nothing about CUDA. Spans and offsets are code points of the file.
"""

from __future__ import annotations

from typing import NamedTuple

from cudamig.model import Span
from cudamig.text import Text


class ImageRef(NamedTuple):
    """An image reference: ``FROM``, ``image:``."""

    text: Text  # resolved
    span: Span  # as written
    stage: int  # which build stage it starts; 0 outside Dockerfiles
    resolved: bool  # no variable without a value in it
    name: str = ""  # of the stage
    key: str = ""  # in YAML, the key that it or the list around it stands under


class Clause(NamedTuple):
    """One version clause of a requirement, ``==2.2.0+cu121``."""

    operator: str
    version: Text


class Requirement(NamedTuple):
    """One requirement: a line of a requirements file, or a word of an install command."""

    name: str  # normalised as PEP 503 says
    label: Text  # the name as written
    extras: tuple[str, ...]
    clauses: tuple[Clause, ...]
    marker: str
    url: Text | None
    hashed: bool
    span: Span
    resolved: bool = True
    stage: int = 0


class IndexOption(NamedTuple):
    """``--index-url``, ``--extra-index-url`` or ``--find-links`` with its address."""

    option: str  # long form
    url: Text
    span: Span
    resolved: bool = True
    stage: int = 0


class Include(NamedTuple):
    """``-r`` or ``-c`` with a path, as written."""

    option: str  # "-r" or "-c"
    target: str
    span: Span
    stage: int = 0


class Install(NamedTuple):
    """An install command other than pip's requirements: what was asked of which tool.

    ``tool``: conda, apt, python (an interpreter's version is named), pip (the command itself), other (a tool that
    reads a lock file). ``words``: packages, channels or versions.
    """

    tool: str
    words: tuple[Text, ...]
    span: Span
    stage: int = 0


class Copy(NamedTuple):
    """``COPY`` or ``ADD`` in a Dockerfile: sources (paths of the build context), or the stage they come from."""

    sources: tuple[str, ...]
    target: str
    from_stage: str
    span: Span
    stage: int = 0


class Generated(NamedTuple):
    """A file says of itself that it is generated, exported or locked; it is not to be edited."""

    reason: str
    span: Span


Node = ImageRef | Requirement | IndexOption | Include | Install | Copy | Generated
