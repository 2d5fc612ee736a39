"""Command line options that are spelled in two ways, as argparse knows them.

The receiver of ``add_argument`` cannot be resolved; its literal option strings tell enough.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_calls import call_text
from cudamig.hosts.python_nodes import every
from cudamig.model import Edit, Finding, Fix, Safety, Span, manual
from cudamig.rules.model import Context, Rule


def match(document: PythonDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Findings for every option that one of ``rules`` wants accepted under a second spelling, too.

    A parser that already has the other spelling is left alone: argparse refuses an option string given twice.
    """
    packages = {found.target.partition(".")[0] for found in document.names.imports}
    calls: list[ast.Call] | None = None
    for rule in rules:
        if packages.isdisjoint(rule.args["imports"]):
            continue
        calls = _calls(document.tree) if calls is None else calls
        if any(_is(argument, rule.args["becomes"]) for call in calls for argument in call.args):
            continue
        for call in calls:
            for argument in call.args:
                if _is(argument, rule.args["option"]):
                    yield _finding(document, rule, call, argument, context)


def _calls(tree: ast.Module) -> list[ast.Call]:
    return [
        node
        for node in every(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add_argument"
    ]


def _is(node: ast.expr, text: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == text


def _finding(document: PythonDocument, rule: Rule, call: ast.Call, argument: ast.expr, context: Context) -> Finding:
    path, span = document.source.path, document.span(argument)
    old, new = str(rule.args["option"]), str(rule.args["becomes"])
    written = document.source.slice(span)
    listed = call_text(document, call)
    if not listed or not all(isinstance(each, ast.Constant) for each in call.args):
        fix = manual(rule.title, "its other option strings are not literal")
    elif written.count(old) != 1 or rule.safety is Safety.MANUAL:
        fix = manual(rule.title, "its option string is not written in one piece")
    else:
        start = next(each.item.start for each in listed.arguments if each.value is argument)  # before its parentheses
        edit = Edit(path, Span(start, start), f"{written.replace(old, new)}, ")
        fix = Fix(rule.title, rule.safety, rule.reason, (edit,))
    return context.finding(rule, path, span, str(rule.args["message"]), fix)
