"""Methods of a library's objects that changed or went, where it is clear whose they are.

- ``derived``: a class -> methods that a class below it must not define any more, each with what to do;
- ``made``: a class -> methods of its objects, called on a name that nothing but calls of the class give;
- ``package``: a package that a file must import for ``called``: methods that nobody else's objects have. Each is
  found once in a file; one that takes one of the attributes ``unless`` knows of the change, and is left alone.

Names are found through imports; what is written for some versions only is left alone.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from cudamig.codemods.python_row_text import alternatives
from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_chains import BASE, CALL
from cudamig.hosts.python_names import Use
from cudamig.hosts.python_scopes import Other
from cudamig.model import Finding, Span, manual
from cudamig.rules.model import Context, Rule

_Methods = Mapping[str, str]


class _Seen(NamedTuple):
    """A method at its place, and what to do about it."""

    span: Span
    name: str
    why: str


def match(document: PythonDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Findings for all methods that ``rules`` name."""
    path, packages = document.source.path, context.packages
    for rule in rules:
        derived, made = _table(rule, "derived"), _table(rule, "made")
        package = str(rule.args.get("package", ""))
        roots = {name.partition(".")[0] for name in (*derived, *made, package) if name}
        uses = document.names.uses(frozenset(r for r in roots if not (packages and packages.own(path, r))))
        uses = [use for use in uses if not use.guarded]
        seen = [*_derived(document, uses, derived), *_made(document, uses, made)]
        if package and any(use.target.partition(".")[0] == package for use in uses):
            seen += _called(document, rule.args["called"], rule.args.get("unless", ()))
        for span, name, why in seen:
            message = str(rule.args["message"]).format(name=name)
            yield context.finding(rule, path, span, message, manual(rule.title, why))


def _table(rule: Rule, key: str) -> Mapping[str, _Methods]:
    table: Mapping[str, _Methods] = rule.args.get(key, {})
    return {name: methods for names, methods in table.items() for name in alternatives(names)}


def _derived(document: PythonDocument, uses: Sequence[Use], table: Mapping[str, _Methods]) -> Iterator[_Seen]:
    bases = {id(use.chain.node): table[use.name] for use in uses if use.chain.role == BASE and use.name in table}
    for node in document.names.every if bases else ():
        for methods in (bases.get(id(base), {}) for base in getattr(node, "bases", ())):
            for item in getattr(node, "body", ()):
                if isinstance(item, ast.FunctionDef) and item.name in methods:
                    yield _Seen(_heading(document, item), item.name, methods[item.name])


def _heading(document: PythonDocument, function: ast.FunctionDef) -> Span:
    """``def name`` of a function."""
    start = document.span(function).start
    return Span(start, document.source.text.index(function.name, start + len("def")) + len(function.name))


def _made(document: PythonDocument, uses: Sequence[Use], table: Mapping[str, _Methods]) -> Iterator[_Seen]:
    calls = {id(use.chain.call): table[use.name] for use in uses if use.chain.role == CALL and use.name in table}
    for chain in document.names.chains if calls else ():
        if chain.role != CALL or len(chain.attributes) != 1:
            continue
        bound = chain.scope.lookup(chain.root)
        methods = [calls.get(id(each.value), {}) if isinstance(each, Other) else {} for each in bound]
        method = chain.attributes[0]
        if methods and all(method in each for each in methods):
            yield _Seen(document.span(chain.node), method, methods[0][method])


def _called(document: PythonDocument, methods: _Methods, unless: Collection[str]) -> list[_Seen]:
    taken = [node for node in document.names.every if isinstance(node, ast.Attribute)]
    if any(node.attr in unless for node in taken):
        return []
    first = {node.attr: node for node in reversed(taken) if node.attr in methods}
    return [_Seen(document.span(node), name, methods[name]) for name, node in sorted(first.items())]
