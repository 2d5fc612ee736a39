"""Calls that do nothing any more: the statement goes, and the import that nothing else uses."""

from __future__ import annotations

import ast
import re

from cudamig.codemods.python_handed import handed_on
from cudamig.codemods.python_imports import Move, rewrite
from cudamig.codemods.python_rows import Row
from cudamig.codemods.refused import Refused
from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_lists import line_start
from cudamig.hosts.python_names import Use
from cudamig.model import Edit, Span

_REST = re.compile(r"[ \t\f]*(?:\r\n|\r|\n|\Z)")
_BLANK_BEFORE = re.compile(r"(?<=[\r\n])(?:[ \t\f]*(?:\r\n|\r|\n))+\Z")
_BLOCKS = ("body", "orelse", "finalbody")


def change(document: PythonDocument, use: Use, row: Row) -> tuple[Row, list[Edit]]:
    """The edit that takes the statement out, with its lines. Raises Refused."""
    call = use.chain.call
    for node in document.names.every:
        for name in _BLOCKS:
            block = getattr(node, name, None)
            for statement in block if isinstance(block, list) else []:
                if call and isinstance(statement, ast.Expr) and statement.value is call:
                    deletion = _deletion(document, statement, call, alone=block == [statement])
                    return row, [deletion, *_import_gone(document, use)]
    raise Refused("what it returns is used")


def _import_gone(document: PythonDocument, use: Use) -> list[Edit]:
    """The edits on the import that nothing else needs, where it is clear that nothing does."""
    found, names = use.imports[0], document.names
    used = sum(chain.root == found.local for chain in names.chains) > 1 or found.local in names.words
    if used or len(use.imports) > 1 or found.indirect or handed_on(document, found):
        return []
    try:
        return rewrite(document, [Move(found, "", found.local)])
    except Refused:
        return []


def _deletion(document: PythonDocument, statement: ast.Expr, call: ast.Call, alone: bool) -> Edit:
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    if not all(isinstance(value, ast.Constant | ast.Name) for value in values):
        raise Refused("its arguments are computed, and that may have effects")
    if alone:
        raise Refused("nothing else stands in its block")
    text, span = document.source.text, document.span(statement)
    start, rest = line_start(text, span.start), _REST.match(text, span.end)
    if text[start : span.start].strip() or not rest:
        raise Refused("it shares its line with something else")
    blank = _BLANK_BEFORE.search(text, 0, start)
    if blank and _REST.match(text, rest.end()):  # blank lines on both sides: one side's are enough
        start = blank.start()
    return Edit(document.source.path, Span(start, rest.end()), "")
