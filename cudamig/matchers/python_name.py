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
from cudamig.codemods.python_moves import Wanted, plan
from cudamig.codemods.python_rows import Row, Rows, within
from cudamig.codemods.python_unused import unused
from cudamig.codemods.refused import Refused
from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_chains import (
    ANNOTATION,
    BASE,
    CALL,
    CLASSINFO,
    DECORATOR,
    LOOKUP,
    PARTIAL,
    STORE,
    SUPER,
    VALUE,
)
from cudamig.hosts.python_names import Use
from cudamig.hosts.python_patches import replaced
from cudamig.hosts.python_scopes import Other
from cudamig.model import Edit, Finding, Fix, Safety, Span
from cudamig.rules.model import Context, Rule

LOOSE = "loose"  # the role of a value that no call is given
_BARE = {
    ANNOTATION: "it is an annotation here",
    CLASSINFO: "objects are checked for it here",
    BASE: "it is subclassed here, and its constructor takes other arguments",
    DECORATOR: "it is a decorator without parentheses here",
    PARTIAL: "the rest of its arguments is given elsewhere",
    LOOKUP: "it is looked up by its name here",
    VALUE: "it is passed on without a call here",
}


def match(document: PythonDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Findings for every use of a name that one of ``rules`` knows, unless it is written for some versions only."""
    path, packages = document.source.path, context.packages
    rows = Rows(rules, lambda package: packages is not None and packages.own(path, package))
    uses = document.names.uses(rows.roots)
    mentioned = {use.name for use in uses}
    patched = replaced(document, uses)
    wanted: list[Wanted] = []
    for use in uses:
        hit = None if use.guarded or use.chain.role == STORE else _found(rows, use)
        if hit and mentioned.isdisjoint(hit[0].unless) and _counts(use, *hit):
            if hit[0].once and _told(use, rows, wanted):
                continue
            wanted.append(_wanted(document, use, *hit, context, patched))
    planned, gone = leave(document, rows, uses, plan(document, wanted, uses))
    for each in planned:
        use, row = each.wanted.use, each.wanted.row
        fix = row.mend(each.edits, each.group, each.refusal)
        node = document.names.formatted.get(id(use.chain.node), use.chain.node)
        yield _finding(document, context, row, document.span(node), use.name, fix)
    for statement in gone:
        fix = statement.row.mend(statement.edits, statement.group, statement.refusal)
        alias = statement.found.alias
        yield _finding(document, context, statement.row, document.span(alias), alias.name, fix)
    for row, found, fix in unused(document, rows, uses):
        yield _finding(document, context, row, document.span(found.alias), found.target, fix)


def _found(rows: Rows, use: Use) -> tuple[Row, str] | None:
    """The row for a use. What is called by a new name is found where it gets that name."""
    hit, first = rows.find(use.name), use.imports[0]
    if hit and first.indirect and (hit[0].old.endswith(".") if first.starred else within(use.target, hit[0].old)):
        return None
    return hit


def _told(use: Use, rows: Rows, wanted: Sequence[Wanted]) -> bool:
    """Whether something else is found already at the import that a use comes by, or the import itself is."""
    found = use.imports[0]
    itself = not found.named and rows.find(found.alias.name) is not None
    return itself or any(other.row.once and other.use.imports[0].alias is found.alias for other in wanted)


def _counts(use: Use, row: Row, rest: str) -> bool:
    """Whether a use is one that the row speaks of: a call may already give what it asks for."""
    role, call = _role(use, row, rest), use.chain.call
    if not (row.lacks or row.has):
        return role != SUPER  # the class that subclasses it is found as such
    if call is None or role not in (CALL, PARTIAL, SUPER):
        return bool(row.lacks) and role in (LOOKUP, VALUE) and not rest
    skip = int(role == PARTIAL)
    if any(given(call, row, name, skip) or _spread(use, call, name) for name in row.lacks):
        return False
    return not row.has or any(given(call, row, name, skip) or _spread(use, call, name) for name in row.has)


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
        if use.vague:
            raise Refused("the name may come from another star import")
        if id(use.chain.node) in document.names.formatted:
            raise Refused("it stands inside an f-string")
        for name in row.refuse:
            if use.chain.role in (CALL, SUPER) and use.chain.call and given(use.chain.call, row, name):
                raise Refused(row.refuse[name])
        if not row.moves and not row.changes_call:
            manual_only = row.rule.safety is Safety.MANUAL or row.safety is Safety.MANUAL
            reason = row.reason or row.rule.reason
            raise Refused(reason if manual_only else "nothing is known that could stand for it")
        if not context.target.reaches(row.rule.replacement_since):
            raise Refused("the target does not have the replacement yet")
        return _changed(document, use, row, rest)
    except Refused as refused:
        return Wanted(use, row, rest, refusal=str(refused))


def _changed(document: PythonDocument, use: Use, row: Row, rest: str) -> Wanted:
    """The use with the edits besides that of its name, and the row that its call turned out to be. Raises Refused."""
    role = _role(use, row, rest)
    if role in row.doubtful or (LOOSE in row.doubtful and role == VALUE and not _argument(document, use)):
        row = row._replace(safety=Safety.UNSAFE, reason=row.doubt)
    if use.chain.role == LOOKUP:
        raise Refused(_BARE[LOOKUP])
    if role == PARTIAL and use.chain.call and row.before_rest:
        return Wanted(use, row, rest, tuple(change_call(document, use.chain.call, row, partial=True)))
    if role not in (CALL, SUPER) or not use.chain.call:
        return Wanted(use, row, rest, tuple(_edits(document, use, row, role)))
    row = chosen(use.chain.call, row)
    own: list[Edit] = []
    if row.codemod:
        codemod = importlib.import_module(f"cudamig.codemods.python_{row.codemod}")
        row, own = codemod.change(document, use, row)
    return Wanted(use, row, rest, (*own, *change_call(document, use.chain.call, row)))


def _argument(document: PythonDocument, use: Use) -> bool:
    """Whether a name is given to a call."""
    calls = (node for node in document.names.every if isinstance(node, ast.Call))
    node = use.chain.node
    return any(node in call.args or any(keyword.value is node for keyword in call.keywords) for call in calls)


def _edits(document: PythonDocument, use: Use, row: Row, role: str) -> list[Edit]:
    """The edits besides the name's where it is not called. Raises Refused."""
    if not row.changes_call or (row.types and role in (ANNOTATION, CLASSINFO)):
        return []
    if role == DECORATOR and row.decorator:
        return parentheses(document, use.chain.node, row)
    raise Refused(_BARE[role])


def _finding(document: PythonDocument, context: Context, row: Row, span: Span, name: str, fix: Fix) -> Finding:
    return context.finding(row.rule, document.source.path, span, row.message.format(name=name, to=row.to), fix)
