"""The cells of a notebook with the place of every character of their source: a scan over the tokens of its JSON.

Only ``source`` (``input`` in notebooks of format 3) of cells is looked at. Outputs, some of them pictures of megabytes,
are skipped token by token.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from cudamig.hosts import NotUnderstood
from cudamig.text import Text

_TOKEN = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?|[\[\]{}]', re.S)
_ESCAPE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.S)
_SOURCE = frozenset(("source", "input"))
_REPLACED = "\N{REPLACEMENT CHARACTER}"  # stands for what no program text can hold


class Cell(NamedTuple):
    """One cell. A character that an escape stands for stands where the escape ends, and begins elsewhere."""

    code: bool
    text: Text
    begins: tuple[int, ...]


def cells(text: str) -> list[Cell]:
    """The cells of a notebook in order. Raises NotUnderstood for what is no notebook."""
    try:
        notebook = json.loads(text)
    except ValueError as error:
        raise NotUnderstood(f"not valid JSON: {error}") from None
    if not isinstance(notebook, dict) or not ("cells" in notebook or "worksheets" in notebook):
        raise NotUnderstood("no notebook: it has no cells")
    scan = _Scan(text)
    if [cell.text.value for cell in scan.cells] != _sources(notebook):
        raise NotUnderstood("a cell's source cannot be told apart from others")
    return scan.cells


def _sources(notebook: dict[str, Any]) -> list[str]:
    """The source of all cells as a JSON reader sees it."""
    sheets = notebook.get("worksheets")
    groups = [notebook.get("cells")]
    groups += [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)] if isinstance(sheets, list) else []
    found = []
    for group in groups:
        for cell in group if isinstance(group, list) else []:
            source = cell.get("source", cell.get("input")) if isinstance(cell, dict) else None
            if isinstance(source, list):
                source = "".join(line for line in source if isinstance(line, str))
            if isinstance(source, str):
                found.append("".join(map(_usable, source)))
    return found


class _Scan:
    """One pass over the tokens. ``_path``: for each open bracket the key it stands under, None in a list."""

    def __init__(self, text: str) -> None:
        self.cells: list[Cell] = []
        self._path: list[str | None] = []
        self._key: str | None = None
        self._parts: list[tuple[int, int]] | None = None  # strings of the open cell
        self._text = text
        self._kind = ""
        for token in _TOKEN.finditer(text):
            self._take(token)

    def _take(self, token: re.Match[str]) -> None:
        mark = token.group()
        if mark in "{[":
            if mark == "[" and self._key in _SOURCE and self._in_cell(len(self._path)):
                self._parts = []
            self._path.append(self._key)
            self._key = None
        elif mark in "}]":
            if mark == "}" and self._in_cell(len(self._path)):
                self._close()
            self._key = None
            if self._path:
                self._path.pop()
        elif token.group(2):
            self._key = token.group(1)
            if self._key in _SOURCE and self._in_cell(len(self._path)):
                self._parts = None
        else:
            self._value(token)
            self._key = None

    def _value(self, token: re.Match[str]) -> None:
        depth = len(self._path)
        if self._key == "cell_type" and self._in_cell(depth):
            self._kind = token.group(1)
        elif (self._key in _SOURCE and self._in_cell(depth)) or (
            self._key is None and depth and self._path[-1] in _SOURCE and self._in_cell(depth - 1)
        ):
            self._parts = [*(self._parts or ()), token.span(1)]

    def _in_cell(self, depth: int) -> bool:
        """Whether the innermost of ``depth`` brackets is a cell: ``{cells: [{``, ``{worksheets: [{cells: [{``."""
        path = self._path[:depth]
        return path in ([None, "cells", None], [None, "worksheets", None, "cells", None])

    def _close(self) -> None:
        if self._parts is not None:
            self.cells.append(_cell(self._text, self._kind == "code", self._parts))
        self._parts, self._kind = None, ""


def _cell(text: str, code: bool, parts: list[tuple[int, int]]) -> Cell:
    """The characters of the JSON strings between their quotes."""
    value: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    for position, end in parts:
        for found in _ESCAPE.finditer(text, position, end):
            value += [text[position : found.start()], _usable(json.loads(f'"{found.group()}"'))]
            begins += range(position, found.start() + 1)
            ends += [*range(position, found.start()), found.end() - 1]
            position = found.end()
        value.append(text[position:end])
        begins += range(position, end)
        ends += range(position, end)
    return Cell(code, Text("".join(value), ends), tuple(begins))


def _usable(char: str) -> str:
    """A character as program text may hold it: no NUL, no half of a surrogate pair."""
    return _REPLACED if char == "\0" or "\ud800" <= char <= "\udfff" else char


def escaped(text: str) -> str:
    """A text as it stands between the quotes of a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1]
