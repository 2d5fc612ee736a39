"""Names that move: how each use is written afterwards, and what becomes of the imports behind them.

An import of the very name (``from torch.cuda.amp import autocast``) moves with all its uses or not at all. An import
of a module on the way (``from torch.cuda import amp``) is pointed elsewhere when all uses agree; otherwise each use
is written out, and the import goes when nothing uses it any more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cudamig.codemods.python_handed import handed_on
from cudamig.codemods.python_import_lines import Statement, new_import
from cudamig.codemods.python_imports import Move, rewrite
from cudamig.codemods.python_rows import Row, within
from cudamig.codemods.python_spelling import spell
from cudamig.codemods.refused import Refused
from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_names import Use
from cudamig.hosts.python_scopes import Import
from cudamig.model import Edit


class Wanted(NamedTuple):
    """A use that a rule finds. ``edits`` are those on its call; ``refusal`` says why it is not rewritten."""

    use: Use
    row: Row
    rest: str  # of the dotted name beyond the row's own: ".attribute"
    edits: tuple[Edit, ...] = ()
    refusal: str = ""


class Planned(NamedTuple):
    """The edits of a use and the group that they belong to, or why there are none."""

    wanted: Wanted
    edits: tuple[Edit, ...] = ()
    group: str = ""
    refusal: str = ""


class _Binding(NamedTuple):
    """The imports behind one name, all its uses, and those uses that a rule moves."""

    imports: tuple[Import, ...]
    uses: Sequence[Use]
    moving: Sequence[Wanted]


class _Part(NamedTuple):
    """One name's part in the change of an import statement."""

    move: Move
    planned: Sequence[Planned]  # without the edits on the statement
    needs: frozenset[str]  # modules to import


def plan(document: PythonDocument, wanted: Iterable[Wanted], uses: Iterable[Use]) -> list[Planned]:
    """What becomes of each of ``wanted``; ``uses`` are all uses of the same packages in the file."""
    out: list[Planned] = []
    bindings: dict[tuple[Import, ...], tuple[list[Use], list[Wanted]]] = {}
    for use in uses:
        bindings.setdefault(use.imports, ([], []))[0].append(use)
    for each in wanted:
        if each.row.moves:
            bindings[each.use.imports][1].append(each)
        else:
            out.append(Planned(each, each.edits, refusal=each.refusal))
    statements: dict[Statement, list[_Part]] = {}
    for imports, (all_uses, moving) in bindings.items():
        decided = _decide(document, _Binding(imports, all_uses, moving)) if moving else []
        if isinstance(decided, _Part):
            statements.setdefault(decided.move.found.statement, []).append(decided)
        else:
            out += decided
    for statement, parts in statements.items():
        out += _together(document, statement, parts)
    return out


def _together(document: PythonDocument, statement: Statement, parts: list[_Part]) -> list[Planned]:
    """One group: the changes of a statement and of everything that its names stand for."""
    planned = [each for part in parts for each in part.planned]
    try:
        needs = frozenset[str]().union(*(part.needs for part in parts))
        edits = rewrite(document, [part.move for part in parts], needs)
    except Refused as refused:
        return [Planned(each.wanted, refusal=str(refused)) for each in planned]
    names = ", ".join(part.move.found.local for part in parts)
    group = f"{document.source.path}:{statement.lineno} {names}"
    return [each._replace(edits=(*each.edits, *edits), group=group) for each in planned]


def _decide(document: PythonDocument, binding: _Binding) -> _Part | list[Planned]:
    found = binding.imports[0]
    if found.indirect:
        return [_alone(document, found, each) for each in binding.moving]
    leaf = found.named and any(within(found.target, each.row.old) for each in binding.moving)
    package = not found.named or not (leaf or "." in found.target)
    blocker = "a package is not moved for what is in it" if package else _blocker(document, binding)
    target = "" if blocker else _target(found, binding.moving, leaf)
    if target:
        return _repoint(document, found, target, binding.moving)
    blocker = blocker or handed_on(document, found)
    if leaf and blocker:
        return [Planned(each, refusal=each.refusal or blocker) for each in binding.moving]
    if not blocker:
        try:
            return _dissolve(document, found, binding.moving)
        except Refused as refused:
            if leaf:
                return [Planned(each, refusal=str(refused)) for each in binding.moving]
    return [_alone(document, found, each) for each in binding.moving]


def _blocker(document: PythonDocument, binding: _Binding) -> str:
    """Why an import cannot move together with all its uses, or ``""``."""
    found = binding.imports[0]
    if len(binding.imports) > 1:
        return f"`{found.local}` is imported more than once"
    if any(each.row.changes_call or not each.row.dotted for each in binding.moving) and handed_on(document, found):
        return handed_on(document, found)
    moving = {id(each.use.chain): each for each in binding.moving}
    for use in binding.uses:
        line = use.chain.node.lineno
        each = moving.get(id(use.chain))
        if use.guarded:
            return f"line {line} uses `{found.local}` for some versions only, and both share its import"
        if not each:
            return f"line {line} uses `{found.local}` in another way, and both share its import"
        if each.refusal:
            return f"line {line} shares its import, and cannot move: {each.refusal}"
    return ""


def _target(found: Import, moving: Sequence[Wanted], leaf: bool) -> str:
    """What the import must stand for so that all uses mean their new names, or ``""`` when they do not agree."""
    targets = set()
    for each in moving:
        tail = "".join(f".{attribute}" for attribute in each.use.chain.attributes)
        name = each.row.to + each.rest
        targets.add(name.removesuffix(tail) if each.row.dotted and name.endswith(tail) else "")
    target = targets.pop() if len(targets) == 1 else ""
    return target if leaf or _last(target) == _last(found.target) else ""


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _repoint(document: PythonDocument, found: Import, target: str, moving: Sequence[Wanted]) -> _Part:
    """The import stands for ``target``; a use changes only when the name is called otherwise there."""
    local, path = found.local, document.source.path
    new = _last(target)
    module = any(each.row.needs == target for each in moving) or "." not in target
    handed = handed_on(document, found)
    looked_up = handed or local in document.names.words or re.search(rf"\b{new}\b", document.source.text)
    if not (module or found.alias.asname or new == local or looked_up):
        local = new
    planned = []
    for each in moving:
        rename = Edit(path, document.span(each.use.chain.first), local)
        planned.append(Planned(each, (*each.edits, *([rename] if local != found.local else []))))
    return _Part(Move(found, target, local, module), planned, frozenset())


def _dissolve(document: PythonDocument, found: Import, moving: Sequence[Wanted]) -> _Part:
    """Every use is written out, and the import goes. Raises Refused."""
    planned: list[Planned] = []
    needs: set[str] = set()
    for each in moving:
        spelled = spell(document, each.use, each.row, each.rest)
        if spelled.keeps:
            raise Refused(f"`{found.local}` is still needed")
        needs |= {spelled.needs} - {""}
        planned.append(Planned(each, (*each.edits, spelled.edit)))
    if found.local in document.names.words:
        raise Refused(f"a string names `{found.local}`, which may be looked up")
    return _Part(Move(found, "", found.local), planned, frozenset(needs))


def _alone(document: PythonDocument, found: Import, wanted: Wanted) -> Planned:
    """The use is written out; the import stays as it is."""
    if wanted.refusal:
        return Planned(wanted, refusal=wanted.refusal)
    try:
        spelled = spell(document, wanted.use, wanted.row, wanted.rest)
        added = new_import(document, spelled.needs, found) if spelled.needs else []
    except Refused as refused:
        return Planned(wanted, refusal=str(refused))
    return Planned(wanted, (*wanted.edits, spelled.edit, *added))
