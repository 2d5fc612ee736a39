"""Edits on one import statement: what its names are imported from, and names taken out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cudamig.codemods.python_import_lines import Statement, beside, whole_lines
from cudamig.codemods.refused import Refused
from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_lists import Item, indent, items, line_start, without
from cudamig.hosts.python_nodes import every
from cudamig.hosts.python_scopes import Import
from cudamig.model import Edit, Span

_FROM = re.compile(r"from[ \t]+([\w.]+)[ \t]+import\b(?:[ \t\f]|\\(?:\r\n|\r|\n))*(\()?")
_LINT = re.compile(r"#\s*(?:noqa|type:|pylint|isort|ruff|flake8|yapf|fmt:|nopep8|pragma)", re.I)
_LINE_END = re.compile(r"\r\n|\r|\n|\Z")


class Move(NamedTuple):
    """What becomes of one imported name: it comes from ``to`` and is called ``local``; ``to`` is "" when it goes.

    ``module``: ``to`` is a module that has to be imported as ``import a.b as c``.
    """

    found: Import
    to: str
    local: str
    module: bool = False

    @property
    def home(self) -> str:
        """The module that the name is imported from."""
        return self.to.rpartition(".")[0]

    @property
    def clause(self) -> str:
        """The name as it stands in a ``from`` import."""
        name = self.to.rpartition(".")[2]
        return name if name == self.local else f"{name} as {self.local}"


def rewrite(document: PythonDocument, moves: Sequence[Move], extra: Iterable[str] = ()) -> list[Edit]:
    """The edits that make ``moves`` in the one statement that they are all in. Raises Refused.

    ``extra``: modules to import beside it. Where every name of a ``from`` import goes to one module, only the
    module's name changes, and what stays in its module changes in its place; the rest gets a line of its own.
    """
    statement = moves[0].found.statement
    lines = [f"import {module}" for module in sorted(extra)]
    if isinstance(statement, ast.ImportFrom):
        edits = _rewrite_from(document, statement, moves, lines)
    else:
        edits = _rewrite_plain(document, statement, moves, lines)
    return [Edit(document.source.path, span, new) for span, new in edits]


def _rewrite_plain(
    document: PythonDocument, statement: ast.Import, moves: Sequence[Move], lines: list[str]
) -> list[tuple[Span, str]]:
    """``import torch.cuda.amp as amp``: the module's name changes, or the clause goes."""
    text, span = document.source.text, document.span(statement)
    gone = [move for move in moves if not move.to]
    if len(gone) == len(statement.names):
        return _replace(document, statement, lines)
    edits = []
    for move in moves:
        start, name = document.span(move.found.alias).start, move.found.alias.name
        if move.to:
            edits.append((Span(start, start + len(name)), move.to))
            if not text.startswith(name, start):
                raise Refused("its import is written with blanks in the name")
    listed = _items(document, statement, span.start + len("import"), span.end)
    return edits + _take_out(text, listed, statement, gone) + beside(document, statement, lines)


def _rewrite_from(
    document: PythonDocument, statement: ast.ImportFrom, moves: Sequence[Move], lines: list[str]
) -> list[tuple[Span, str]]:
    text, span = document.source.text, document.span(statement)
    head = _FROM.match(text, span.start)
    if not head:
        raise Refused("its import is not written on one line")
    listed = _items(document, statement, head.end(), span.end - bool(head[2]))
    stays = len(moves) < len(statement.names)
    named = [move for move in moves if move.to and not move.module]
    module = statement.module or ""
    home = "" if stays or not named else named[0].home
    home = module if any(move.home == module for move in named) else home
    here = [move for move in named if move.home == home]
    away = [move for move in moves if move not in here]
    lines = [*lines, *_lines([move for move in away if move.to])]
    if not stays and not here:
        return _replace(document, statement, lines)
    edits = [(Span(*head.span(1)), home)] if here and home != module else []
    for move in here:
        if move.clause.split() != _clause(move.found.alias):
            edits.append((document.span(move.found.alias), move.clause))
    return edits + _take_out(text, listed, statement, away) + beside(document, statement, lines, home)


def _clause(alias: ast.alias) -> list[str]:
    return [alias.name, "as", alias.asname] if alias.asname else [alias.name]


def _lines(moves: Sequence[Move]) -> list[str]:
    """New import lines for names that leave their statement."""
    clauses: dict[str, list[str]] = {}
    plain = []
    for move in moves:
        if move.module:
            plain.append(f"import {move.to}" if move.local == move.to else f"import {move.to} as {move.local}")
        else:
            clauses.setdefault(move.home, []).append(move.clause)
    return plain + [f"from {module} import {', '.join(names)}" for module, names in sorted(clauses.items())]


def _items(document: PythonDocument, statement: Statement, begin: int, end: int) -> list[Item]:
    found = items(document.source.text, begin, [document.span(alias) for alias in statement.names], end)
    if found is None:
        raise Refused("its import statement is not understood")
    return found


def _take_out(text: str, listed: Sequence[Item], statement: Statement, gone: Sequence[Move]) -> list[tuple[Span, str]]:
    indexes = {statement.names.index(move.found.alias) for move in gone}
    return [(span, "") for span in without(text, listed, indexes)]


def _replace(document: PythonDocument, statement: Statement, lines: list[str]) -> list[tuple[Span, str]]:
    """New lines instead of a statement, or nothing. A comment behind it stays unless it speaks to a linter."""
    text, span = document.source.text, document.span(statement)
    if "#" in text[span.start : span.end]:
        raise Refused("its import has comments inside")
    whole = whole_lines(document, statement)
    if lines:
        return [(span, (document.source.newline + indent(text, span.start)).join(lines))]
    if _only_one(document.tree, statement):
        return [(span, "pass")]
    comment = text[span.end : whole.end].strip()
    if comment and not _LINT.match(comment):
        return [(Span(span.start, whole.end - len(comment)), "")]
    ending = _LINE_END.match(text, whole.end)
    return [(Span(line_start(text, span.start), ending.end() if ending else whole.end), "")]


def _only_one(tree: ast.Module, statement: ast.stmt) -> bool:
    """Whether a statement is alone in its block, so that the block needs another."""
    for node in every(tree):
        for name in ("body", "orelse", "finalbody"):
            if getattr(node, name, None) == [statement]:
                return not isinstance(node, ast.Module)
    return False
