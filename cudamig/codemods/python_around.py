"""What stands around a call that a codemod changes."""

from __future__ import annotations

import ast

from cudamig.codemods.refused import Refused
from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_names import Use
from cudamig.model import Edit, Span


def torch_name(document: PythonDocument, use: Use) -> str:
    """What ``torch`` itself is called where ``use`` stands. Raises Refused where it is not imported."""
    if use.target == "torch":
        return use.chain.root
    found = document.names.resolve(use.chain.scope, "torch")
    if not found or found[0].target != "torch":
        raise Refused("torch itself is not imported under its name here")
    return "torch"


def only_first(document: PythonDocument, call: ast.Call, field: str) -> list[Edit]:
    """The edits that take the choice of the first result away: ``.field``, ``[0]``, or ``X, _ =``. Raises Refused."""
    path, end = document.source.path, document.span(call).end
    for node in document.names.every:
        if isinstance(node, ast.Attribute) and node.value is call and node.attr == field:
            return [Edit(path, Span(end, document.span(node).end), "")]
        if isinstance(node, ast.Subscript) and node.value is call:
            if isinstance(node.slice, ast.Constant) and node.slice.value == 0:
                return [Edit(path, Span(end, document.span(node).end), "")]
            break
        if isinstance(node, ast.Assign) and node.value is call:
            return [_first_target(document, node)]
    raise Refused(f"it gives two results, and the new function only the first (`.{field}`)")


def _first_target(document: PythonDocument, node: ast.Assign) -> Edit:
    target = node.targets[0]
    if len(node.targets) == 1 and isinstance(target, ast.Tuple) and len(target.elts) == 2:
        first, second = target.elts
        if isinstance(second, ast.Name) and second.id.startswith("_") and not _read(document, second.id):
            return Edit(document.source.path, document.span(target), document.source.slice(document.span(first)))
    raise Refused("it gives two results, and the new function only the first; both may be used here")


def _read(document: PythonDocument, name: str) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
        for node in document.names.every
    )
