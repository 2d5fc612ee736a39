"""Names of a Python library that change: renamed, gone, or called with other arguments.

A rule is a table: which names, when a call of one counts, and what becomes of it (see ``codemods/python_rows.py``).
All rules are looked at together, because one import statement can bring in the names of several.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Collection, Iterator, Sequence

from cudamig.codemods.python_arguments import change_call, given, parentheses
from cudamig.codemods.python_cases import chosen
from cudamig.codemods.python_gone import leave
from cudamig.codemods.python_moves import plan
from cudamig.codemods.python_planned import Wanted, within
from cudamig.codemods.python_rows import Row, Rows
from cudamig.codemods.refused import Refused
from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_chains import ANNOTATION, BASE, CALL, CLASSINFO, DECORATOR, PARTIAL, STORE, SUPER, VALUE
from cudamig.hosts.python_names import Use
from cudamig.hosts.python_patches import replaced
from cudamig.hosts.python_scopes import Import, Other
from cudamig.model import Edit, Finding, Fix, Safety, Severity, Span, manual
from cudamig.rules.model import Context, Rule

_BARE = {
    ANNOTATION: "it is an annotation here",
    CLASSINFO: "objects are checked for it here",
    BASE: "it is subclassed here, and its constructor takes other arguments",
    DECORATOR: "it is a decorator without parentheses here",
    PARTIAL: "the rest of its arguments is given elsewhere",
    VALUE: "it is passed on without a call here",
}


def match(document: PythonDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Findings for every use of a name that one of ``rules`` knows, unless it is written for some versions only."""
    rows = Rows(rules)
    uses = document.names.uses(rows.roots)
    mentioned = {use.name for use in uses}
    patched = replaced(document, uses)
    wanted = []
    for use in uses:
        hit = None if use.guarded or use.chain.role == STORE else rows.find(use.name)
        if hit and mentioned.isdisjoint(hit[0].unless) and _counts(use, *hit) and not _backported(*hit, patched):
            wanted.append(_wanted(document, use, *hit, context, patched))
    planned, gone = leave(document, rows, uses, plan(document, wanted, uses))
    for each in planned:
        use, row = each.wanted.use, each.wanted.row
        fix = _fix(row, each.edits, each.group, each.refusal)
        node = document.names.formatted.get(id(use.chain.node), use.chain.node)
        yield _finding(document, context, row, document.span(node), use.name, fix)
    for statement in gone:
        fix = _fix(statement.row, statement.edits, statement.group, statement.refusal)
        alias = statement.found.alias
        yield _finding(document, context, statement.row, document.span(alias), alias.name, fix)
    yield from _unused(document, rows, uses, context)


def _counts(use: Use, row: Row, rest: str) -> bool:
    """Whether a use is one that the row speaks of: a call may already give what it asks for."""
    role, call = _role(use, row, rest), use.chain.call
    if (row.called and role not in (CALL, PARTIAL)) or ((row.called or row.whole) and rest):
        return False
    if not (row.lacks or row.has):
        return role != SUPER  # the class that subclasses it is found as such
    if call is None or role not in (CALL, PARTIAL, SUPER):
        return bool(row.lacks) and role == VALUE and not rest
    if row.rule.severity is Severity.INFO and any(keyword.arg is None for keyword in call.keywords):
        return False  # whether it lacks anything is not known, and nobody waits for this advice
    skip = int(role == PARTIAL)
    if any(given(call, row, name, skip) or _spread(use, call, name) for name in row.lacks):
        return False
    return not row.has or any(given(call, row, name, skip) or _spread(use, call, name) for name in row.has)


def _backported(row: Row, rest: str, patched: Collection[str]) -> bool:
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


def _role(use: Use, row: Row, rest: str) -> str:
    """An attribute of a name is no call of the name, unless the row speaks of all that is below it."""
    return VALUE if rest and not row.old.endswith(".") else use.chain.role


def _wanted(
    document: PythonDocument, use: Use, row: Row, rest: str, context: Context, patched: Collection[str]
) -> Wanted:
    """The use with the edits on its call, or why there are none."""
    try:
        if any(within(use.name, name) or within(name, use.name) for name in patched):
            raise Refused("this file replaces it, so what it does here is not known")
        if id(use.chain.node) in document.names.formatted:
            raise Refused("it stands inside an f-string")
        if not row.moves and not row.changes_call:
            manual_only = row.rule.safety is Safety.MANUAL
            raise Refused(row.rule.reason if manual_only else "nothing is known that could stand for it")
        if not context.target.reaches(row.rule.replacement_since):
            raise Refused("the target does not have the replacement yet")
        return _changed(document, use, row, rest)
    except Refused as refused:
        return Wanted(use, row, rest, refusal=str(refused))


def _changed(document: PythonDocument, use: Use, row: Row, rest: str) -> Wanted:
    """The use with the edits besides that of its name, and the row that its call turned out to be. Raises Refused."""
    role = _role(use, row, rest)
    if role not in (CALL, SUPER) or not use.chain.call:
        return Wanted(use, row, rest, tuple(_edits(document, use, row, role)))
    row = chosen(use.chain.call, row)
    own: list[Edit] = []
    if row.codemod:
        codemod = importlib.import_module(f"cudamig.codemods.python_{row.codemod}")
        row, own = codemod.change(document, use, row)
    return Wanted(use, row, rest, (*own, *change_call(document, use.chain.call, row)))


def _edits(document: PythonDocument, use: Use, row: Row, role: str) -> list[Edit]:
    """The edits besides the name's where it is not called. Raises Refused."""
    if not row.changes_call or (row.types and role in (ANNOTATION, CLASSINFO)):
        return []
    if role == DECORATOR and row.decorator:
        return parentheses(document, use.chain.node, row)
    raise Refused(_BARE[role])


def _fix(row: Row, edits: tuple[Edit, ...], group: str, refusal: str) -> Fix:
    rule = row.rule
    safety, reason = row.safety or rule.safety, row.reason or rule.reason
    if edits and safety is not Safety.MANUAL:
        return Fix(rule.title, safety, reason, edits, group)
    return manual(rule.title, refusal or reason)


def _finding(document: PythonDocument, context: Context, row: Row, span: Span, name: str, fix: Fix) -> Finding:
    return context.finding(row.rule, document.source.path, span, row.message.format(name=name, to=row.to), fix)


def _unused(document: PythonDocument, rows: Rows, uses: Sequence[Use], context: Context) -> Iterator[Finding]:
    """Imports of a name that moves or is gone, which nothing in the file uses: another file may."""
    used = {each for use in uses for each in use.imports}
    for found in document.names.imports:
        hit = rows.find(found.target) if found.named and found not in used else None
        if not hit or document.names.fallback(found):
            continue
        row, rest = hit
        if row.called or (row.whole and rest) or row.rule.severity is Severity.INFO:
            continue
        if (row.moves or not row.changes_call) and not (row.lacks or row.has):
            fix = manual(row.rule.title, _why_unused(document, found))
            yield _finding(document, context, row, document.span(found.alias), found.target, fix)


def _why_unused(document: PythonDocument, found: Import) -> str:
    if not document.names.resolve(found.scope, found.local):
        return f"`{found.local}` also stands for something else in this file"
    if found.local in document.names.words:
        return f"only strings in this file name `{found.local}`"
    return "nothing in this file uses the import; another file may take it from here"
