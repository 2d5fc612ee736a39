"""Which uses of names the rows of rules speak of."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence

from cudamig.codemods.python_arguments import given, placed
from cudamig.codemods.python_planned import Wanted
from cudamig.codemods.python_rows import Row, Rows, within
from cudamig.hosts.python_chains import CALL, LOOKUP, PARTIAL, SUPER, VALUE
from cudamig.hosts.python_names import Use
from cudamig.hosts.python_scopes import Other
from cudamig.model import Severity


def role_of(use: Use, row: Row, rest: str) -> str:
    """An attribute of a name is no call of the name, unless the row speaks of all that is below it."""
    return VALUE if rest and not row.old.endswith(".") else use.chain.role


def found(rows: Rows, use: Use) -> tuple[Row, str] | None:
    """The row for a use. What is called by a new name is found where it gets that name."""
    hit, first = rows.find(use.name), use.imports[0]
    if hit and first.indirect and (hit[0].old.endswith(".") if first.starred else within(use.target, hit[0].old)):
        return None
    return hit


def told(use: Use, rows: Rows, wanted: Sequence[Wanted]) -> bool:
    """Whether something else is found already at the import that a use comes by, or the import itself is."""
    found = use.imports[0]
    itself = not found.named and rows.find(found.alias.name) is not None
    return itself or any(other.row.once and other.use.imports[0].alias is found.alias for other in wanted)


def counts(use: Use, row: Row, rest: str) -> bool:
    """Whether a use is one that the row speaks of: a call may already give what it asks for."""
    role, call = role_of(use, row, rest), use.chain.call
    if (row.called and role not in (CALL, PARTIAL)) or ((row.called or row.whole) and rest):
        return False
    if row.placed and (call is None or role not in (CALL, SUPER) or not any(placed(call, row, n) for n in row.placed)):
        return False
    if not (row.lacks or row.has):
        return role != SUPER  # the class that subclasses it is found as such
    if call is None or role not in (CALL, PARTIAL, SUPER):
        return bool(row.lacks) and role in (LOOKUP, VALUE) and not rest
    if row.rule.severity is Severity.INFO and any(keyword.arg is None for keyword in call.keywords):
        return False  # whether it lacks anything is not known, and nobody waits for this advice
    skip = int(role == PARTIAL)
    if any(given(call, row, name, skip) or _spread(use, call, name) for name in row.lacks):
        return False
    return not row.has or any(given(call, row, name, skip) or _spread(use, call, name) for name in row.has)


def backported(row: Row, rest: str, patched: Collection[str]) -> bool:
    """Whether the file gives the new name to a library that lacks it: the old one is for those releases."""
    return bool(row.to) and row.to + rest in patched


def _spread(use: Use, call: ast.Call, name: str) -> bool:
    """Whether a call gives ``name`` in a ``**`` argument: a dict that is written there, or where its name is bound."""
    spread = [keyword.value for keyword in call.keywords if keyword.arg is None]
    names = [value.id for value in spread if isinstance(value, ast.Name)]
    bound = [binding for each in names for binding in use.chain.scope.lookup(each)]
    values = [*spread, *(binding.value for binding in bound if isinstance(binding, Other) and binding.value)]
    return any(_names(node, name) for value in values for node in ast.walk(value))


def _names(node: ast.AST, name: str) -> bool:
    """Whether a node is a key of a dict: ``{"name": ...}`` or ``dict(name=...)``."""
    if isinstance(node, ast.Dict):
        return any(isinstance(key, ast.Constant) and key.value == name for key in node.keys)
    return isinstance(node, ast.keyword) and node.arg == name
