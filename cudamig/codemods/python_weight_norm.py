"""``weight_norm`` as a parametrization, where the file uses nothing that knows only the old form."""

from __future__ import annotations

import ast

from cudamig.codemods.python_rows import Row
from cudamig.codemods.refused import Refused
from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_names import Use
from cudamig.model import Edit

_OLD = frozenset(("remove_weight_norm", "weight_g", "weight_v"))


def change(document: PythonDocument, use: Use, row: Row) -> tuple[Row, list[Edit]]:
    """Only the name changes. Raises Refused where the file takes the norm away again, or reads its parts."""
    for node in document.names.every:
        known = _words(node) & _OLD
        if known:
            raise Refused(f"the file uses `{min(known)}`, which the new form does not have")
    return row._replace(codemod=""), []


def _words(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Attribute):
        return {node.attr}
    if isinstance(node, ast.Name):
        return {node.id}
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return set(node.value.split("."))
    return set()
