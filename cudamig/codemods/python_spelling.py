"""How a new name is written at one place of a file, with the names that mean something there."""

from __future__ import annotations

import ast
from typing import NamedTuple

from cudamig.codemods.python_rows import Row
from cudamig.codemods.refused import Refused
from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_names import Use
from cudamig.hosts.python_scopes import FUNCTION, MODULE, Import
from cudamig.model import Edit


class Spelled(NamedTuple):
    """The edit of a use, and what it needs."""

    edit: Edit
    needs: str  # the module that has to be imported; "" when nothing has
    keeps: bool = False  # it still goes through the same import


def spell(document: PythonDocument, use: Use, row: Row, rest: str) -> Spelled:
    """Write ``row.to`` instead of the name as it stands. Raises Refused when a word would mean something else there."""
    span = document.span(use.chain.node)
    if document.source.slice(span) != ".".join((use.chain.root, *use.chain.attributes)):
        raise Refused("the name is not written in one piece")
    path, new = document.source.path, row.to + rest
    if row.dotted and new.startswith(f"{use.target}."):
        return Spelled(Edit(path, span, use.chain.root + new.removeprefix(use.target)), "", True)
    _free_words(document, use, row)
    module = row.module
    if not module:
        return Spelled(Edit(path, span, new), "")
    local = _local(document, use, module)
    edit = Edit(path, span, (local or module) + new.removeprefix(module))
    return Spelled(edit, "" if local else module, local.partition(".")[0] == use.chain.root)


def _free_words(document: PythonDocument, use: Use, row: Row) -> None:
    """The builtins of an expression must be builtins here."""
    if row.dotted:
        return
    words = {node.id for node in ast.walk(ast.parse(row.to, mode="eval")) if isinstance(node, ast.Name)}
    for word in sorted(words - {row.module.partition(".")[0]}):
        if use.chain.scope.lookup(word):
            raise Refused(f"`{word}` means something else here")


def _local(document: PythonDocument, use: Use, module: str) -> str:
    """What ``module`` is called at the place of ``use``; ``""`` when it has to be imported. Raises Refused."""
    names, scope = document.names, use.chain.scope
    for found in names.imports:
        if _reaches(found, module) and _runs_before(found, use) and found in names.resolve(scope, found.local):
            return found.local if found.named else module
    root = module.partition(".")[0]
    bound = scope.lookup(root)
    if bound and not any(isinstance(each, Import) and each.target == root for each in bound):
        raise Refused(f"`{root}` means something else here")
    return ""


def _reaches(found: Import, module: str) -> bool:
    """Whether an import makes ``module`` usable: it binds it, or loads it below the package that it binds."""
    return found.target == module or (not found.named and f"{found.alias.name}.".startswith(f"{module}."))


def _runs_before(found: Import, use: Use) -> bool:
    """Whether an import is sure to have run at the place of a use."""
    if not found.unconditional or found.scope.kind not in (MODULE, FUNCTION) or found.local in found.scope.declared:
        return False
    deferred = found.scope.kind == MODULE and use.chain.scope.kind == FUNCTION
    return deferred or found.statement.lineno < use.chain.node.lineno
