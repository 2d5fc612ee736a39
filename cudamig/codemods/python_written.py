"""How the uses of one name are written afterwards: through their import, which moves, or without it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from cudamig.codemods.python_handed import handed_on
from cudamig.codemods.python_import_lines import new_import
from cudamig.codemods.python_imports import Move
from cudamig.codemods.python_planned import Planned, Wanted
from cudamig.codemods.python_spelling import spell
from cudamig.codemods.refused import Refused
from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_names import Use
from cudamig.hosts.python_scopes import Import
from cudamig.model import Edit


class Binding(NamedTuple):
    """The imports behind one name, all its uses, and those uses that a rule moves."""

    imports: tuple[Import, ...]
    uses: Sequence[Use]
    moving: Sequence[Wanted]


class Part(NamedTuple):
    """One name's part in the change of an import statement."""

    move: Move
    planned: Sequence[Planned]  # without the edits on the statement
    needs: frozenset[str]  # modules to import
    again: tuple[Import, ...] = ()  # other imports of the same, which go as well


def last(name: str) -> str:
    """The last part of a dotted name."""
    return name.rpartition(".")[2]


def repoint(document: PythonDocument, found: Import, target: str, moving: Sequence[Wanted]) -> Part:
    """The import stands for ``target``; a use changes only when the name is called otherwise there."""
    local, path = found.local, document.source.path
    new = last(target)
    module = any(each.row.needs == target for each in moving) or "." not in target
    handed = handed_on(document, found)
    looked_up = handed or local in document.names.words or re.search(rf"\b{new}\b", document.source.text)
    if not (module or found.alias.asname or new == local or looked_up):
        local = new
    planned = []
    for each in moving:
        rename = Edit(path, document.span(each.use.chain.first), local)
        planned.append(Planned(each, (*each.edits, *([rename] if local != found.local else []))))
    return Part(Move(found, target, local, module), planned, frozenset())


def dissolve(document: PythonDocument, binding: Binding, package: bool) -> Part:
    """Every use is written out, and the import goes. Raises Refused.

    That of a package goes only where no use waits for another: what is safe is not held by what needs review.
    """
    found, *again = binding.imports
    planned: list[Planned] = []
    needs: set[str] = set()
    for each in binding.moving:
        if each.row.vanishes:
            planned.append(Planned(each, each.edits))
            continue
        spelled = spell(document, each.use, each.row, each.rest)
        if spelled.keeps:
            raise Refused(f"`{found.local}` is still needed")
        needs |= {spelled.needs} - {""}
        planned.append(Planned(each, (*each.edits, spelled.edit)))
    if found.local in document.names.words:
        raise Refused(f"a string names `{found.local}`, which may be looked up")
    if package and (needs or len({each.row.safety or each.row.rule.safety for each in binding.moving}) > 1):
        raise Refused("its uses do not go together")
    if package and document.names.quoted(found.local):
        raise Refused(f"code in a string uses `{found.local}`")
    return Part(Move(found, "", found.local), planned, frozenset(needs), tuple(again))


def alone_or(document: PythonDocument, found: Import, wanted: Wanted, blocker: str) -> Planned:
    """An import of the very name stays as it is: only a use that needs it no more can change."""
    if wanted.row.vanishes and not wanted.refusal:
        return alone(document, found, wanted)
    return Planned(wanted, refusal=wanted.refusal or blocker)


def alone(document: PythonDocument, found: Import, wanted: Wanted) -> Planned:
    """The use is written out; the import stays as it is."""
    if wanted.refusal:
        return Planned(wanted, refusal=wanted.refusal)
    if wanted.row.vanishes:
        return Planned(wanted, wanted.edits)
    try:
        spelled = spell(document, wanted.use, wanted.row, wanted.rest)
        added = new_import(document, spelled.needs, found) if spelled.needs else []
    except Refused as refused:
        return Planned(wanted, refusal=str(refused))
    return Planned(wanted, (*wanted.edits, spelled.edit, *added))
