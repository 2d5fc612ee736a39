"""What expressions of a module are worth as strings, as far as the module itself says: literals, names with one value.

A name counts where every reader sees one assignment of it. ``os.environ.get(name, default)`` is its default: that is
what a program does that nobody tells otherwise.
"""

from __future__ import annotations

import ast
import re

from cudamig.hosts.python_chains import dotted, last_name
from cudamig.hosts.python_literals import literal, unplaced
from cudamig.hosts.python_names import Names
from cudamig.hosts.python_scopes import Other, Scope
from cudamig.model import Span
from cudamig.source import Source
from cudamig.text import EMPTY, UNKNOWN, Text

_DEPTH = 12  # of names in names
_DEFAULTS = frozenset(("getenv", "get", "setdefault"))
_SAME = frozenset(("strip", "lstrip", "rstrip", "dedent", "cleandoc", "split", "quote", "str"))
_LISTS = (ast.List, ast.Tuple, ast.Set)


class Values:
    """The strings and lists of a module."""

    def __init__(self, source: Source, names: Names) -> None:
        """``names``: of the module that is ``source``."""
        self._source, self._names = source, names
        self._scopes: dict[int, Scope] = {id(chain.first): chain.scope for chain in names.chains}

    def text(self, node: ast.expr, depth: int = _DEPTH, inside: bool = False) -> Text:
        """A string expression as text, UNKNOWN for what only a running program knows.

        ``inside`` an f-string literals stand nowhere: where, is not known before Python 3.12.
        """
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return unplaced(node.value) if inside else self._literal(node, depth)
        if isinstance(node, ast.JoinedStr):
            return unplaced(UNKNOWN) if inside else self._literal(node, depth)
        if depth and isinstance(node, ast.Name):
            value = self.value(node)
            return self.text(value, depth - 1) if value else unplaced(UNKNOWN)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self.text(node.left, depth, inside) + self.text(node.right, depth, inside)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            return _unfilled(self.text(node.left, depth, inside), "%")
        if isinstance(node, ast.Attribute) and dotted(node)[1:] == (("executable",),):
            return unplaced("python") if last_name(node.value) == "sys" else unplaced(UNKNOWN)
        if isinstance(node, ast.Call):
            return self._call(node, depth, inside)
        return unplaced(UNKNOWN)

    def words(self, node: ast.expr, depth: int = _DEPTH) -> list[Text] | None:
        """The strings of a list expression, None for one that is no list as far as is known."""
        if isinstance(node, _LISTS):
            return [self.text(item, depth) for item in node.elts]
        if depth and isinstance(node, ast.Name):
            value = self.value(node)
            return self.words(value, depth - 1) if value else None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self.words(node.left, depth), self.words(node.right, depth)
            if left is None and right is None:
                return None
            unknown = [unplaced(UNKNOWN)]
            return [*(unknown if left is None else left), *(unknown if right is None else right)]
        if isinstance(node, ast.Call) and last_name(node.func) in ("list", "tuple", "sorted") and node.args:
            return self.words(node.args[0], depth)
        return None

    def value(self, node: ast.Name) -> ast.expr | None:
        """The one expression that a name stands for where it is read, or None."""
        scope = self._scopes.get(id(node))
        bound = scope.lookup(node.id) if scope else []
        if len(bound) != 1 or not isinstance(bound[0], Other):
            return None
        value = bound[0].value
        return None if isinstance(value, ast.Tuple) else value

    def all_values(self, node: ast.Name) -> list[ast.expr]:
        """All expressions that are assigned to a name, in order, where nothing else binds it."""
        scope = self._scopes.get(id(node))
        bound = scope.lookup(node.id) if scope else []
        found = [binding.value for binding in bound if isinstance(binding, Other) and binding.value is not None]
        found.sort(key=lambda value: (value.lineno, value.col_offset))
        return found if len(found) == len(bound) else []

    def span(self, node: ast.expr) -> Span:
        """Where an expression stands."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        at = self._source.at
        return Span(at(node.lineno - 1, node.col_offset), at(node.end_lineno - 1, node.end_col_offset))

    def _literal(self, node: ast.Constant | ast.JoinedStr, depth: int) -> Text:
        return literal(self._source.text, *self.span(node), node, lambda field: self.text(field, depth, inside=True))

    def _call(self, node: ast.Call, depth: int, inside: bool) -> Text:
        name = last_name(node.func)
        if name in _DEFAULTS and len(node.args) == 2 and _of_environment(node.func):
            return self.text(node.args[1], depth, inside)
        if name == "join" and isinstance(node.func, ast.Attribute) and len(node.args) == 1:
            return self._joined(self.text(node.func.value, depth, inside), node.args[0], depth)
        if name == "format" and isinstance(node.func, ast.Attribute):
            return _unfilled(self.text(node.func.value, depth, inside), "{")
        if name in _SAME:
            method = isinstance(node.func, ast.Attribute) and not node.args
            inner = [node.func.value] if method and isinstance(node.func, ast.Attribute) else node.args[:1]
            return self.text(inner[0], depth, inside) if inner else unplaced(UNKNOWN)
        return unplaced(UNKNOWN)

    def _joined(self, separator: Text, items: ast.expr, depth: int) -> Text:
        words = self.words(items, depth)
        if words is None:
            return unplaced(UNKNOWN)
        out = EMPTY
        for number, word in enumerate(words):
            out += word if not number else unplaced(separator.value) + word
        return out


def _of_environment(func: ast.expr) -> bool:
    """Whether a call reads the environment: ``os.environ.get``, ``os.getenv``, ``getenv``, ``environ.get``."""
    root, attributes = dotted(func)
    return last_name(func) == "getenv" or "environ" in (*attributes[:-1], last_name(root))


def _unfilled(text: Text, mark: str) -> Text:
    """A format string with UNKNOWN for what is filled in."""
    pattern = r"%(?:\(\w+\))?[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]" if mark == "%" else r"\{[^{}]*\}"
    out, position = EMPTY, 0
    for found in re.finditer(pattern, text.value):
        out += text[position : found.start()] + unplaced(UNKNOWN)
        position = found.end()
    return out + text[position:]
