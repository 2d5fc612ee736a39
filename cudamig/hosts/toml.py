"""What TOML files declare: pyproject.toml and what other tools write in its manner (Pipfile, uv.toml, pixi.toml)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from cudamig.hosts import poetry
from cudamig.hosts.requirement import normalise, pip_variable, requirement
from cudamig.hosts.toml_tables import Table, read
from cudamig.model import Span
from cudamig.nodes import ANY_SCOPE, Group, Include, IndexOption, IndexUse, Install, Node, PythonRange
from cudamig.source import Source
from cudamig.text import EMPTY, NOWHERE, Text

_UV_LISTS = ("dev-dependencies", "constraint-dependencies", "override-dependencies", "build-constraint-dependencies")
_EQUALS = Text("=", [NOWHERE])
_PIPFILE = frozenset(("source", "requires", "scripts", "pipenv", "pipfile"))


class TomlDocument:
    """A file of declarations."""

    errors = 0

    def __init__(self, source: Source) -> None:
        """Read the tables and what they declare."""
        self.source = source
        top = read(source)
        self._scopes = itertools.count(1)
        name = source.path.rpartition("/")[2].lower()
        self.nodes: list[Node] = []
        if name == "pipfile":
            self.nodes += self._pipfile(top)
        elif name == "uv.toml":
            self.nodes += self._uv(top)
        elif name == "pixi.toml":
            self.nodes += self._pixi(top)
        else:
            self.nodes += self._pyproject(top)
        self.nodes += _others(top, self.nodes)

    def _list(self, table: Table, *path: str) -> Iterator[Node]:
        """The requirements of an array of strings."""
        scope = next(self._scopes)
        for text in table.texts(*path):
            yield requirement(text, scope=scope)

    def _lists(self, table: Table, *path: str) -> Iterator[Node]:
        """The requirements of all arrays of a table: extras, groups."""
        for name, label in table.table(*path).names.items():
            scope = next(self._scopes)
            yield Group(label, scope)
            for text in table.texts(*path, name):
                yield requirement(text, scope=scope)

    def _pyproject(self, top: Table) -> Iterator[Node]:
        yield from self._list(top, "project", "dependencies")
        yield from self._lists(top, "project", "optional-dependencies")
        yield from self._lists(top, "dependency-groups")
        yield from self._list(top, "build-system", "requires")
        yield from self._uv(top.table("tool", "uv"))
        yield from self._poetry(top.table("tool", "poetry"))
        yield from self._lists(top, "tool", "pdm", "dev-dependencies")
        yield from _sources(top.tables("tool", "pdm", "source"))
        yield from self._hatch(top.table("tool", "hatch"))
        yield from self._pixi(top.table("tool", "pixi"))
        for path in ("dependencies", "optional-dependencies"):
            yield from _files(top.table("tool", "setuptools", "dynamic", path))
        python = top.text("project", "requires-python")
        if python:
            yield PythonRange(poetry.clauses(python) or (), python, _resolver(top.table("tool")))

    def _uv(self, uv: Table) -> Iterator[Node]:
        for name in _UV_LISTS:
            yield from self._list(uv, name)
        for row in uv.tables("index"):
            url, explicit = row.text("url"), row.text("explicit")
            if url:
                only = explicit is not None and explicit.value == "true"
                yield IndexOption("--extra-index-url", EMPTY, url, 0, ANY_SCOPE, row.text("name") or EMPTY, only)
        for table in (uv, uv.table("pip")):
            yield from _index_options(table, "index-url", "extra-index-url", "find-links")
        backend = uv.text("pip", "torch-backend")
        if backend:
            yield IndexOption("--torch-backend", EMPTY, backend, 0, ANY_SCOPE)
        for project, item in uv.table("sources").values.items():
            for part in item if isinstance(item, list) else [item]:
                if isinstance(part, Table):
                    yield from _uv_source(project, part, next(self._scopes))

    def _poetry(self, tool: Table) -> Iterator[Node]:
        yield from poetry.nodes(tool.table("dependencies"), next(self._scopes))
        yield from poetry.nodes(tool.table("dev-dependencies"), next(self._scopes))
        for group in tool.table("group").values:
            scope = next(self._scopes)
            yield Group(tool.table("group").names[group], scope)
            yield from poetry.nodes(tool.table("group", group, "dependencies"), scope)
        yield from _sources(tool.tables("source"))
        python = tool.text("dependencies", "python")
        if python:
            yield PythonRange(poetry.clauses(python) or (), python, "poetry")

    def _hatch(self, tool: Table) -> Iterator[Node]:
        for name in tool.table("envs").values:
            yield from self._list(tool, "envs", name, "dependencies")
            yield from self._list(tool, "envs", name, "extra-dependencies")
            for variable, value in tool.table("envs", name, "env-vars").values.items():
                if isinstance(value, Text):
                    yield from pip_variable(variable, value)

    def _pipfile(self, top: Table) -> Iterator[Node]:
        yield from _sources(top.tables("source"), first_serves_all=True)
        for name, item in top.values.items():
            if name not in _PIPFILE and isinstance(item, Table):
                yield from poetry.nodes(item, next(self._scopes))

    def _pixi(self, top: Table) -> Iterator[Node]:
        features = top.table("feature")
        for table in (top, *(features.table(name) for name in features.values)):
            yield from poetry.nodes(table.table("pypi-dependencies"), next(self._scopes))
            options = table.table("pypi-options")
            yield from _index_options(options, "index-url", "extra-index-urls", "")
            for name, item in table.table("dependencies").values.items():
                if isinstance(item, Text):
                    word = table.table("dependencies").names[name] + _EQUALS + item
                    yield Install("environment", (word,), item.stretch() or Span(0, 0))


def parse(source: Source) -> TomlDocument:
    """Read a file. Raises NotUnderstood for text that is no TOML."""
    return TomlDocument(source)


def _index_options(table: Table, index: str, extra: str, links: str) -> Iterator[Node]:
    for option, name in (("--index-url", index), ("--extra-index-url", extra), ("--find-links", links)):
        for url in table.texts(name):
            yield IndexOption(option, EMPTY, url, 0, ANY_SCOPE)


def _sources(tables: list[Table], first_serves_all: bool = False) -> Iterator[Node]:
    """Indexes as poetry, pdm and pipenv name them; pipenv takes from the later ones only what names them."""
    for number, row in enumerate(tables):
        url, kind, priority = row.text("url"), row.text("type"), row.text("priority")
        if url:
            option = "--find-links" if kind is not None and kind.value == "find_links" else "--extra-index-url"
            only = (priority is not None and priority.value == "explicit") or (first_serves_all and number > 0)
            yield IndexOption(option, EMPTY, url, 0, ANY_SCOPE, row.text("name") or EMPTY, only)


def _uv_source(project: str, table: Table, scope: int) -> Iterator[Node]:
    """One entry of ``[tool.uv.sources]``: an index by its name, or one file by its address."""
    name, url, marker = table.text("index"), table.text("url"), table.text("marker")
    choice = table.text("extra") or table.text("group")
    condition = marker.value if marker else ""
    if name:
        yield IndexUse(normalise(project), name, choice.value if choice else "", condition)
    elif url:
        item = requirement(url, scope=scope)
        yield item._replace(name=normalise(project), marker=condition)


def _files(table: Table) -> Iterator[Node]:
    """``{file = ["requirements.txt"]}`` of setuptools, for dependencies and for each extra."""
    for path in table.texts("file"):
        yield Include("-r", path.value, path.stretch() or Span(0, 0))
    for name, item in table.values.items():
        if isinstance(item, Table):
            yield from _files(table.table(name))


def _resolver(tool: Table) -> str:
    return next((name for name in ("uv", "poetry", "pdm", "pixi") if name in tool.values), "")


def _others(top: Table, nodes: list[Node]) -> Iterator[Node]:
    """Places where the name of an index stands for a purpose that is not known."""
    known = {node.name for node in nodes if isinstance(node, IndexOption | IndexUse)}
    names = {node.name.value for node in nodes if isinstance(node, IndexOption) and node.name.value}
    places = {name.at for name in known}
    for text in top.all_texts() if names else ():
        if text.value in names and text.at not in places:
            yield IndexUse("", text)
