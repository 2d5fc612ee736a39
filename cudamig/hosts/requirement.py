"""One requirement, and one index option, as pip writes them in a requirements file or on a command line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cudamig.model import Span
from cudamig.nodes import ANY_SCOPE, Clause, Include, IndexOption, Requirement
from cudamig.text import EMPTY, Text

INDEX_OPTIONS = {
    "-i": "--index-url",
    "--index-url": "--index-url",
    "--default-index": "--index-url",
    "--extra-index-url": "--extra-index-url",
    "--index": "--extra-index-url",
    "-f": "--find-links",
    "--find-links": "--find-links",
    "--torch-backend": "--torch-backend",
}
INDEX_VARIABLES = {
    "PIP_INDEX_URL": "--index-url",
    "PIP_EXTRA_INDEX_URL": "--extra-index-url",
    "PIP_FIND_LINKS": "--find-links",
    "UV_INDEX_URL": "--index-url",
    "UV_DEFAULT_INDEX": "--index-url",
    "UV_EXTRA_INDEX_URL": "--extra-index-url",
    "UV_INDEX": "--extra-index-url",
    "UV_FIND_LINKS": "--find-links",
    "UV_TORCH_BACKEND": "--torch-backend",
}
FILE_VARIABLES = {
    "PIP_CONSTRAINT": "-c",
    "PIP_REQUIREMENT": "-r",
    "UV_CONSTRAINT": "-c",
    "UV_OVERRIDE": "-c",
}
PIP_VARIABLES = frozenset((*INDEX_VARIABLES, *FILE_VARIABLES))
_HEAD = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?\s*")
_CLAUSE = re.compile(r"\s*(===|==|~=|!=|<=|>=|<|>)\s*([^\s,;()#]+)\s*,?")
_WHEEL = re.compile(r"([A-Za-z0-9][A-Za-z0-9._]*?)-\d[^/]*\.(?:whl|tar\.gz|zip)(?:[?#;\s]|$)")
_URL = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//|git\+|[a-z]+\+[a-z]+:|file:")


def normalise(name: str) -> str:
    """A project name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement(text: Text, stage: int = 0, scope: int = 0, hashed: bool = False) -> Requirement:
    """Read ``name[extras]clauses ; marker``, ``name @ url``, a URL or a path.

    What follows the part that could be read is left to the caller: ``Requirement.text`` ends where reading ended.
    """
    value = text.value
    if _URL.match(value) or value.startswith((".", "/", "~")):
        wheel = _WHEEL.search(value.rpartition("/")[2])
        name = normalise(wheel.group(1)) if wheel else ""
        return Requirement(name, text[:0], (), (), "", text, hashed, text, stage, scope)
    head = _HEAD.match(value)
    if not head:
        return Requirement("", text[:0], (), (), "", None, hashed, text, stage, scope)
    extras = tuple(part.strip() for part in (head.group(2) or "").split(",") if part.strip())
    label = text[head.start(1) : head.end(1)]
    name = normalise(head.group(1))
    position = head.end()
    if value[position : position + 1] == "@":
        url = re.compile(r"@\s*(\S+)").match(value, position)
        end = url.end() if url else len(value)
        address = text[url.start(1) : end] if url else None
        return Requirement(name, label, extras, (), _marker(value, end), address, hashed, text[:end], stage, scope)
    clauses = list(_clauses(text, position))
    end = clauses[-1][1] if clauses else len(value[:position].rstrip())
    found = tuple(clause for clause, _ in clauses)
    body = text[head.start(1) : end]
    return Requirement(name, label, extras, found, _marker(value, end), None, hashed, body, stage, scope)


def _clauses(text: Text, position: int) -> Iterator[tuple[Clause, int]]:
    """Version clauses from ``position`` (a pair of parentheses around them is old but legal), each with its end."""
    if text.value[position : position + 1] == "(":
        position += 1
    while match := _CLAUSE.match(text.value, position):
        yield Clause(match.group(1), text[match.start(2) : match.end(2)]), match.end(2)
        position = match.end()


def _marker(value: str, position: int) -> str:
    found = re.compile(r"[\s)]*;\s*([^#\n]*)").match(value, position)
    return found.group(1).strip() if found else ""


def pip_variable(name: str, value: Text, stage: int = 0) -> Iterator[IndexOption | Include]:
    """The nodes of a variable that pip or uv reads as an option of every command; nothing for any other."""
    if name in INDEX_VARIABLES:
        for url in re.finditer(r"\S+", value.value):
            yield IndexOption(INDEX_VARIABLES[name], EMPTY, value[slice(*url.span())], stage, ANY_SCOPE)
    elif name in FILE_VARIABLES:
        for path in value.value.split():
            span = value.stretch() or Span(0, 0)
            yield Include(FILE_VARIABLES[name], path.removeprefix("file://"), span, stage, everywhere=True)


def index_option(label: Text, url: Text, stage: int = 0, scope: int = 0) -> Iterator[IndexOption]:
    """The node of an index option; nothing for any other option."""
    option = INDEX_OPTIONS.get(label.value)
    if option:
        yield IndexOption(option, label, url, stage, scope)
