"""Names that move: how each use is written afterwards, and what becomes of the imports behind them.

An import of the very name (``from torch.cuda.amp import autocast``) moves with all its uses or not at all. An import
of a module on the way (``from torch.cuda import amp``) is pointed elsewhere when all uses agree; otherwise each use
is written out, and the import goes when nothing uses it any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cudamig.codemods.python_handed import handed_on
from cudamig.codemods.python_import_lines import Statement
from cudamig.codemods.python_imports import Move, rewrite
from cudamig.codemods.python_planned import Planned, Wanted
from cudamig.codemods.python_rows import within
from cudamig.codemods.python_written import Binding, Part, alone, alone_or, dissolve, last, repoint
from cudamig.codemods.refused import Refused
from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_names import Use
from cudamig.hosts.python_scopes import Import


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
    statements: dict[Statement, list[Part]] = {}
    for imports, (all_uses, moving) in bindings.items():
        decided = _decide(document, Binding(imports, all_uses, moving)) if moving else []
        if isinstance(decided, Part):
            statements.setdefault(decided.move.found.statement, []).append(decided)
        else:
            out += decided
    for statement, parts in statements.items():
        out += _together(document, statement, parts)
    return out


def _together(document: PythonDocument, statement: Statement, parts: list[Part]) -> list[Planned]:
    """One group: the changes of a statement and of everything that its names stand for."""
    planned = [each for part in parts for each in part.planned]
    try:
        needs = frozenset[str]().union(*(part.needs for part in parts))
        edits = rewrite(document, [part.move for part in parts], needs)
        again = [found for part in parts for found in part.again]
        edits += [edit for found in again for edit in rewrite(document, [Move(found, "", found.local)])]
    except Refused as refused:
        return [Planned(each.wanted, refusal=str(refused)) for each in planned]
    names = ", ".join(part.move.found.local for part in parts)
    group = f"{document.source.path}:{statement.lineno} {names}"
    return [each._replace(edits=(*each.edits, *edits), group=group) for each in planned]


def _decide(document: PythonDocument, binding: Binding) -> Part | list[Planned]:
    found = binding.imports[0]
    if found.indirect:
        return [alone(document, found, each) for each in binding.moving]
    leaf = found.named and any(within(found.target, each.row.old) for each in binding.moving)
    package = not found.named or not (leaf or "." in found.target)
    blocker = _blocker(document, binding)
    single = not package and len(binding.imports) == 1
    target = _target(found, binding.moving, leaf) if single and not blocker else ""
    if target:
        return repoint(document, found, target, binding.moving)
    blocker = blocker or handed_on(document, found) or ("" if single else _loads(binding.imports))
    if leaf and blocker:
        return [alone_or(document, found, each, blocker) for each in binding.moving]
    if not blocker:
        try:
            return dissolve(document, binding, package)
        except Refused as refused:
            if leaf:
                return [alone_or(document, found, each, str(refused)) for each in binding.moving]
    return [alone(document, found, each) for each in binding.moving]


def _loads(imports: Sequence[Import]) -> str:
    """Why imports of a package, or several of one name, have to stay where nothing uses the name any more."""
    if any(not found.named and "." in found.alias.name for found in imports):
        return "the import loads a module"
    if len(imports) > 1 and len({found.scope for found in imports}) > 1:
        return f"`{imports[0].local}` is imported more than once"
    return "" if all(found.unconditional for found in imports) else "the import stands under a condition"


def _blocker(document: PythonDocument, binding: Binding) -> str:
    """Why an import cannot move together with all its uses, or ``""``."""
    found = binding.imports[0]
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
        follows = each.row.dotted and not each.row.vanishes and name.endswith(tail)
        targets.add(name.removesuffix(tail) if follows else "")
    target = targets.pop() if len(targets) == 1 else ""
    return target if leaf or last(target) == last(found.target) else ""
