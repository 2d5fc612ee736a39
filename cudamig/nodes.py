"""What hosts find that names a stack, wherever it stands: in a Dockerfile, a requirements file, a manifest.

Nodes travel between processes and know nothing about CUDA. Spans and offsets are code points of the file.
"""

from __future__ import annotations

from typing import NamedTuple

from cudamig.model import Span
from cudamig.text import EMPTY, Text

ANY_SCOPE = -1  # an index option that reaches every install command of its file


class ImageRef(NamedTuple):
    """An image reference: ``FROM``, ``COPY --from=``, ``image:``."""

    text: Text  # resolved
    span: Span  # as written
    stage: int = 0  # which build stage it starts; 0 outside Dockerfiles
    parent: int = -1  # the earlier stage of the same file that it names instead of an image
    name: str = ""  # of the stage
    key: str = ""  # in YAML, the key that it or the list around it stands under; else the instruction, but for FROM


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
    text: Text  # all of it, without marker, hashes and comment
    stage: int = 0
    scope: int = 0  # which install command of the file: options and requirements of one command share it
    end: int = -1  # in a command: offset just past the word as written, its quotes too
    line: Span | None = None  # in a file: its line with comment and line end, all continuations of it
    declared: bool = False  # by a package, for everyone who installs it


class IndexOption(NamedTuple):
    """``--index-url``, ``--extra-index-url`` or ``--find-links`` with its address."""

    option: str  # long form
    label: Text  # the option as written
    url: Text
    stage: int = 0
    scope: int = 0
    name: Text = EMPTY  # what the file calls the index
    only: bool = False  # it serves only what is said to come from it by name


class IndexUse(NamedTuple):
    """A file says by name from which of its indexes a project comes."""

    project: str  # normalised; "" where the name stands for a purpose that is not known
    name: Text
    choice: str = ""  # the extra or group for which this holds
    marker: str = ""


class Group(NamedTuple):
    """An extra or a group of a project's requirements, which those who install it name."""

    name: Text
    scope: int


class PythonRange(NamedTuple):
    """The Pythons that a project says it runs on."""

    clauses: tuple[Clause, ...]
    text: Text  # as written
    resolver: str  # the tool that wants one answer for all of them ("uv"); "" where there is none


class Include(NamedTuple):
    """What is installed together with the rest and stands elsewhere: ``-r`` or ``-c`` with a path, as written.

    ``-e`` stands for a folder with a project in it that is installed, editable or not.
    """

    option: str  # "-r", "-c" or "-e"
    target: str
    span: Span
    stage: int = 0
    everywhere: bool = False  # a variable says so, for every install command of the file


class Install(NamedTuple):
    """A command other than pip's requirements: what was asked of which tool.

    ``tool``: conda, environment (one package of a conda environment file), apt, python (``words`` are interpreter
    versions), locked (a tool that installs what its lock file says), pip (``words`` is the program that runs it:
    ``python3.10``), cmake (a command of CMake), guard (the conditions of a block of CMake, whose span is the block),
    message (what is only printed), start (what a container runs when it starts), other (any other command, or a text
    that is handed to it). ``words``: packages and options, without the command itself; all for cmake, message, start
    and other.
    """

    tool: str
    words: tuple[Text, ...]
    span: Span
    stage: int = 0


class Setting(NamedTuple):
    """A variable that a build sets (``ENV``, ``ARG``), with its value as far as it is known."""

    name: str
    value: Text
    stage: int = 0


class Copy(NamedTuple):
    """``COPY`` or ``ADD`` in a Dockerfile: sources (paths of the build context), or the stage they come from."""

    sources: tuple[str, ...]
    target: str
    from_stage: str
    span: Span
    stage: int = 0
    words: tuple[Text, ...] = ()  # sources and target where they stand


class Unread(NamedTuple):
    """A place that the host's grammar takes for something else than it is; what else stands there is not known."""

    reason: str
    span: Span


class Generated(NamedTuple):
    """A file says of itself that it is generated, exported or locked; it is not to be edited."""

    reason: str
    span: Span
    command: str = ""  # that wrote it, as the file says


class Remark(NamedTuple):
    """Words of a document beside its commands: what it says of a block of them, or a line that names a version."""

    text: str
    span: Span
    over: Span  # the block that it stands before, its heading or the line above; empty for any other line


Node = (
    ImageRef
    | Requirement
    | IndexOption
    | IndexUse
    | Group
    | PythonRange
    | Include
    | Install
    | Setting
    | Copy
    | Unread
    | Generated
    | Remark
)
