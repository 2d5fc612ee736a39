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
from cudamig.codemods.python_counts import backported, counts, found, role_of, told
from cudamig.codemods.python_gone import leave
from cudamig.codemods.python_moves import plan
from cudamig.codemods.python_planned import Wanted
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
    document.takers = context.takers
    rows = Rows(rules, lambda package: packages is not None and packages.own(path, package))
    uses = document.names.uses(rows.roots)
    mentioned = {use.name for use in uses}
    patched = replaced(document, uses)
    wanted: list[Wanted] = []
    for use in uses:
        hit = None if use.guarded or use.chain.role == STORE else found(rows, use)
        if hit and mentioned.isdisjoint(hit[0].unless) and counts(use, *hit) and not backported(*hit, patched):
            if hit[0].once and told(use, rows, wanted):
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
    for row, bound, fix in unused(document, rows, uses):
        yield _finding(document, context, row, document.span(bound.alias), bound.target, fix)


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
    role = role_of(use, row, rest)
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
