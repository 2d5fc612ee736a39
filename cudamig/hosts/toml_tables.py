"""TOML as tables whose keys and strings know where they stand. ``tomllib`` decides what is valid TOML."""

from __future__ import annotations

import bisect
import itertools
import re
import tomllib
from collections.abc import Iterator

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from cudamig.hosts import NotUnderstood
from cudamig.source import Source
from cudamig.text import NOWHERE, Text

_ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[ \t]*\r?\n\s*|.)", re.S)
_PLAIN = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}


class Table:
    """A table: names to what stands there, and to the place of the name."""

    def __init__(self) -> None:
        """An empty table."""
        self.values: dict[str, Item] = {}
        self.names: dict[str, Text] = {}

    def get(self, *path: str) -> Item | None:
        """What stands at a path of names; None where nothing does, or no table is on the way."""
        item: Item | None = self
        for name in path:
            item = item.values.get(name) if isinstance(item, Table) else None
        return item

    def table(self, *path: str) -> Table:
        """The table at a path of names, or an empty one."""
        item = self.get(*path)
        return item if isinstance(item, Table) else Table()

    def tables(self, *path: str) -> list[Table]:
        """The tables of the array at a path of names."""
        item = self.get(*path)
        return [part for part in item if isinstance(part, Table)] if isinstance(item, list) else []

    def text(self, *path: str) -> Text | None:
        """The string (or the token of another single value) at a path of names, or None."""
        item = self.get(*path)
        return item if isinstance(item, Text) else None

    def texts(self, *path: str) -> list[Text]:
        """The strings of the array at a path of names, or the one string there."""
        item = self.get(*path)
        if isinstance(item, Text):
            return [item]
        return [part for part in item if isinstance(part, Text)] if isinstance(item, list) else []

    def all_texts(self) -> Iterator[Text]:
        """Every name and every single value below, in no particular order."""
        yield from self.names.values()
        todo: list[Item] = list(self.values.values())
        while todo:
            item = todo.pop()
            if isinstance(item, Table):
                yield from item.names.values()
                todo += item.values.values()
            elif isinstance(item, list):
                todo += item
            else:
                yield item


Item = Table | list["Item"] | Text


def read(source: Source) -> Table:
    """The tables of a file. Raises NotUnderstood for text that is no TOML."""
    try:
        tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        raise NotUnderstood(str(error)) from None
    tree = Parser(Language(tree_sitter_toml.language())).parse(source.text.encode())
    if tree.root_node.has_error:
        raise NotUnderstood("the TOML grammar cannot read it")
    return _Reader(source.text).file(tree.root_node)


class _Reader:
    """Walks the syntax tree of a file that is known to be valid."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._ends = None if text.isascii() else list(itertools.accumulate(len(c.encode()) for c in text))

    def file(self, root: Node) -> Table:
        top = here = Table()
        for node in root.named_children:
            if node.type == "pair":
                self._pair(node, top)
            elif node.type in ("table", "table_array_element"):
                here = self._header(node.named_children[0], top, node.type == "table_array_element")
                for pair in node.named_children[1:]:
                    if pair.type == "pair":
                        self._pair(pair, here)
        return top

    def _at(self, offset: int) -> int:
        return offset if self._ends is None else bisect.bisect_right(self._ends, offset)

    def _written(self, node: Node) -> Text:
        return Text.of(self.text, self._at(node.start_byte), self._at(node.end_byte))

    def _header(self, key: Node, top: Table, array: bool) -> Table:
        names = self._key(key)
        here = self._down(top, names[:-1])
        last = names[-1]
        here.names.setdefault(last.value, last)
        if not array:
            return self._down(here, [last])
        items = here.values.setdefault(last.value, [])
        table = Table()
        if isinstance(items, list):
            items.append(table)
        return table

    def _down(self, here: Table, names: list[Text]) -> Table:
        for name in names:
            here.names.setdefault(name.value, name)
            item = here.values.setdefault(name.value, Table())
            if isinstance(item, list):
                item = item[-1]
            if not isinstance(item, Table):
                raise NotUnderstood(f"{name.value} is no table")
            here = item
        return here

    def _pair(self, node: Node, here: Table) -> None:
        key, value = [child for child in node.named_children if child.type != "comment"]
        names = self._key(key)
        here = self._down(here, names[:-1])
        here.names[names[-1].value] = names[-1]
        here.values[names[-1].value] = self._value(value)

    def _key(self, node: Node) -> list[Text]:
        if node.type == "dotted_key":
            return [name for child in node.named_children for name in self._key(child)]
        written = self._written(node)
        return [_string(written) if node.type == "quoted_key" else written]

    def _value(self, node: Node) -> Item:
        if node.type == "array":
            return [self._value(child) for child in node.named_children if child.type != "comment"]
        if node.type == "inline_table":
            table = Table()
            for child in node.named_children:
                if child.type == "pair":
                    self._pair(child, table)
            return table
        written = self._written(node)
        return _string(written) if node.type == "string" else written


def _string(written: Text) -> Text:
    """The value of a string; what an escape stands for has no place of its own."""
    quotes = written.value[:3] if written.value[:3] in ('"""', "'''") and len(written) >= 6 else written.value[:1]
    body = written[len(quotes) : len(written) - len(quotes)]
    if len(quotes) == 3:
        body = body[len(body.value) - len(re.sub(r"^\r?\n", "", body.value)) :]
    if quotes[0] == "'" or "\\" not in body.value:
        return body
    out, position = body[:0], 0
    for match in _ESCAPE.finditer(body.value):
        char = _unescaped(match.group())
        out = out + body[position : match.start()] + Text(char, [NOWHERE] * len(char))
        position = match.end()
    return out + body[position:]


def _unescaped(escape: str) -> str:
    if escape[1] in "uU":
        return chr(int(escape[2:], 16))
    return "" if escape[1].isspace() else _PLAIN.get(escape[1], escape[1])
