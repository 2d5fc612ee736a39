"""Lock files, as far as they say which torch they hold. They are written by tools and are never edited."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cudamig.nodes import Clause, IndexOption, Node, Requirement
from cudamig.source import Source
from cudamig.text import EMPTY, Text

# one entry of torch: TOML (poetry, uv, pdm), JSON (pipenv), YAML (conda-lock, pixi), an address (pixi)
_ENTRY = re.compile(
    r'^name = "torch"\r?\nversion = "(?P<toml>[^"\n]+)"'
    r'|^[ \t]*"torch": \{(?P<json>[^{}]*)\}'
    r"|^[ \t]*(?:- )?name: (?:py)?torch\r?\n[ \t]*version: [\"']?(?P<yaml>[^\"'\s]+)"
    r"|^[ \t]*- (?:pypi|conda): \S*/(?:py)?torch-(?P<file>\d[\w.]*(?:%2B\w+)?)-\S*",
    re.M,
)
_VERSION = re.compile(r'"version": "==([^"]+)"')
_END = re.compile(r"^\[\[|^[ \t]*- ", re.M)
_ADDRESS = re.compile(r"https?://[^\s\"']*/whl/[^\s\"']+")


class LockDocument:
    """A lock file."""

    errors = 0

    def __init__(self, source: Source) -> None:
        """Find the entries of torch."""
        self.source = source
        self.nodes: list[Node] = [
            node for scope, entry in enumerate(_ENTRY.finditer(source.text), 1) for node in _nodes(source, entry, scope)
        ]


def parse(source: Source) -> LockDocument:
    """Read a lock file."""
    return LockDocument(source)


def _nodes(source: Source, entry: re.Match[str], scope: int) -> Iterator[Node]:
    start, end = entry.span(entry.lastgroup or 0)
    if entry.lastgroup == "json":
        found = _VERSION.search(source.text, start, end)
        if not found:
            return
        start, end = found.span(1)
    written = Text.of(source.text, start, end)
    version = Text(written.value.replace("%2B", "+"), written.at[:1] * len(written.value.replace("%2B", "+")))
    clause = Clause("==", version if "%" in written.value else written)
    yield Requirement("torch", EMPTY, (), (clause,), "", None, False, written, 0, scope)
    stop = _END.search(source.text, entry.end())
    address = _ADDRESS.search(source.text, entry.start(), stop.start() if stop else len(source.text))
    if address:
        yield IndexOption("--extra-index-url", EMPTY, Text.of(source.text, *address.span()), 0, scope)
