"""``import torch._six``: statements that bind the package but load a module below it that is gone or moved.

All uses of the module must be rewritten for the statement to change; then both change together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cudamig.codemods.python_imports import Move, rewrite
from cudamig.codemods.python_moves import Planned
from cudamig.codemods.python_rows import Row, Rows, within
from cudamig.codemods.refused import Refused
from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_names import Use
from cudamig.hosts.python_scopes import Import
from cudamig.model import Edit


class Gone(NamedTuple):
    """Such a statement, and its edits or why there are none."""

    found: Import
    row: Row
    edits: tuple[Edit, ...] = ()
    group: str = ""
    refusal: str = ""


def leave(
    document: PythonDocument, rows: Rows, uses: Sequence[Use], planned: list[Planned]
) -> tuple[list[Planned], list[Gone]]:
    """``planned`` with the groups that such statements make of it, and the statements."""
    gone: list[Gone] = []
    for found in document.names.imports:
        hit = None if found.named else rows.find(found.alias.name)
        if hit and hit[0].old.endswith(".") and not document.names.fallback(found):
            gone.append(_leave(document, found, hit[0], hit[1], uses, planned))
    groups = {each.found: each.group for each in gone}
    return [_grouped(each, groups) for each in planned], gone


def _grouped(planned: Planned, groups: dict[Import, str]) -> Planned:
    use = planned.wanted.use
    for found in use.imports:
        if groups.get(found) and within(use.name, found.alias.name):
            return planned._replace(group=groups[found])
    return planned


def _leave(
    document: PythonDocument, found: Import, row: Row, rest: str, uses: Sequence[Use], planned: Sequence[Planned]
) -> Gone:
    name = found.alias.name
    done = {id(each.wanted.use.chain) for each in planned if each.edits}
    for use in uses:
        if found in use.imports and within(use.name, name) and id(use.chain) not in done:
            return Gone(found, row, refusal=f"line {use.chain.node.lineno} still needs it")
    root = found.local
    to = row.to + rest if row.to else ("" if _bound_before(found, uses) else root)
    try:
        edits = rewrite(document, [Move(found, to, root)])
    except Refused as refused:
        return Gone(found, row, refusal=str(refused))
    return Gone(found, row, tuple(edits), f"{document.source.path} import {name}")


def _bound_before(found: Import, uses: Sequence[Use]) -> bool:
    """Whether another statement binds the package before anything uses it."""
    first = min((use.chain.node.lineno for use in uses if found in use.imports), default=found.statement.lineno)
    others = [each for each in found.scope.bindings.get(found.local, []) if isinstance(each, Import)]
    return any(
        each.unconditional and each.alias.name == found.local and each.statement.lineno <= max(first - 1, 0)
        for each in others
    )
