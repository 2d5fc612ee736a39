"""``python-build-flag``: compiler flags that a Python build script gives to C++ and CUDA extensions.

Arguments: ``builders``: the functions that build for torch, ``keywords``: their arguments that take flags; ``flag``:
``standard`` (a ``-std=`` below what the target's headers need) or a flag as it is written (to be deleted).

A flag is deleted where it stands in a list beside others and no other builder gets it, since torch adds its own then.
Where one flag of a file cannot be deleted, a standard is raised instead, in all of the file alike.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_chains import CALL, last_name
from cudamig.hosts.python_flow import Flow
from cudamig.hosts.python_lists import items
from cudamig.hosts.python_scopes import Other
from cudamig.model import Edit, Finding, Fix, Safety, Span, manual
from cudamig.rules.model import Context, Rule

_STANDARD = re.compile(r"(?<![\w-])(?:--?|/)std[=:](?:c|gnu)\+\+(\d\w)(?!\w)")
_YEARS = {"98": 3, "0x": 11, "1y": 14, "1z": 17, "2a": 20, "2b": 23}


class _Flag(NamedTuple):
    """A flag in a string literal."""

    node: ast.Constant
    span: Span  # of the flag in the file
    year: Span  # of the standard in it, empty for any other flag
    others: bool  # something else than torch's builders gets it too


def match(document: PythonDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Findings for the flags that reach a builder of torch."""
    for rule in rules:
        flags = list(_flags(document, rule, context))
        edits = _deleted(document, flags)
        for number, flag in enumerate(flags):
            yield _finding(document, rule, flag, edits[number] if edits else None, context)


def _finding(document: PythonDocument, rule: Rule, flag: _Flag, edit: Edit | None, context: Context) -> Finding:
    path = document.source.path
    written = document.source.slice(flag.span)
    if not edit and flag.year.end > flag.year.start:
        edit = Edit(path, flag.year, str(context.target.cxx))
    if rule.safety is Safety.MANUAL or not edit:
        fix = manual(rule.title, rule.reason if rule.safety is Safety.MANUAL else "it is no item of a plain list")
    else:
        fix = Fix(rule.title, rule.safety, rule.reason, (edit,), f"{rule.id}:{path}")
    message = str(rule.args["message"]).format(flag=written, cxx=context.target.cxx, torch=context.target.torch)
    return context.finding(rule, path, flag.span, message, fix)


def _flags(document: PythonDocument, rule: Rule, context: Context) -> Iterator[_Flag]:
    ours, others = builder_calls(document, rule)
    if not ours:
        return
    flow = Flow(document.tree)
    keywords = rule.args["keywords"]
    elsewhere = {id(node) for node in reaching(flow, others, keywords)}
    nodes = {id(node): node for node in reaching(flow, ours, keywords)}
    for node in sorted(nodes.values(), key=lambda node: (node.lineno, node.col_offset)):
        span = document.span(node)
        written = document.source.slice(span)
        for found in _found(written, rule, context):
            year = found.span(1) if found.re is _STANDARD else (0, 0)
            start = span.start
            yield _Flag(
                node,
                Span(start + found.start(), start + found.end()),
                Span(start + year[0], start + year[1]),
                id(node) in elsewhere,
            )


def _found(written: str, rule: Rule, context: Context) -> Iterator[re.Match[str]]:
    if rule.args["flag"] != "standard":
        yield from re.finditer(rf"(?<![\w-]){re.escape(str(rule.args['flag']))}(?![\w.])", written)
        return
    for found in _STANDARD.finditer(written):
        digits = found.group(1)
        year = _YEARS.get(digits) or (int(digits) if digits.isdigit() else 99)
        if year < context.target.cxx:
            yield found


def builder_calls(document: PythonDocument, rule: Rule) -> tuple[list[ast.Call], list[ast.Call]]:
    """The calls of torch's builders, and those of all others that take the same arguments."""
    builders = frozenset(rule.args["builders"])
    uses = [use for use in document.names.uses(frozenset(("torch",))) if use.name in builders]
    named = {id(use.chain.node) for use in uses}
    ours = {id(use.chain.call) for use in uses if use.chain.role == CALL}
    calls = [node for node in ast.walk(document.tree) if isinstance(node, ast.Call)]
    scopes = {id(chain.node): chain.scope for chain in document.names.chains if chain.role == CALL}
    for call in calls:
        scope = scopes.get(id(call.func)) if isinstance(call.func, ast.Name) else None
        bound = scope.lookup(last_name(call.func)) if scope else []
        if any(isinstance(binding, Other) and id(binding.value) in named for binding in bound):
            ours.add(id(call))
    taking = [call for call in calls if any(keyword.arg in rule.args["keywords"] for keyword in call.keywords)]
    return [c for c in taking if id(c) in ours], [c for c in taking if id(c) not in ours]


def reaching(flow: Flow, calls: Iterable[ast.Call], keywords: Sequence[str]) -> Iterator[ast.Constant]:
    """The string literals that may be part of the named arguments of calls."""
    for call in calls:
        for keyword in call.keywords:
            if keyword.arg in keywords:
                yield from flow.literals(keyword.value, call)


def _deleted(document: PythonDocument, flags: list[_Flag]) -> list[Edit] | None:
    """The edits that take all flags out of their lists; None where that cannot be done for one of them."""
    lists = {
        id(item): node
        for node in ast.walk(document.tree)
        if isinstance(node, ast.List | ast.Tuple)
        for item in node.elts
    }
    edits = []
    for flag in flags:
        around = lists.get(id(flag.node))
        cut = _cut(document, flag, around) if around and not flag.others else None
        if cut is None:
            return None
        edits.append(Edit(document.source.path, cut, ""))
    return edits


def _cut(document: PythonDocument, flag: _Flag, around: ast.List | ast.Tuple) -> Span | None:
    """What to delete so that a list lacks a flag; None where more than the flag would go, or nothing would stay."""
    text, span = document.source.text, document.span(around)
    whole = document.span(flag.node)
    listed = items(text, span.start + 1, [document.span(item) for item in around.elts], span.end - 1)
    index = next(number for number, item in enumerate(around.elts) if item is flag.node)
    passed = around.elts[index - 1] if index else None
    if not listed or len(listed) < 2 or text[whole.start + 1 : whole.end - 1] != document.source.slice(flag.span):
        return None
    if isinstance(around, ast.Tuple) or (isinstance(passed, ast.Constant) and passed.value == "-Xcompiler"):
        return None
    last = index == len(listed) - 1
    start = listed[index - 1].end if last else listed[index].start
    end = listed[index].end if last else listed[index + 1].start
    return (
        None if "#" in text[start : listed[index].start] or "#" in text[listed[index].end : end] else Span(start, end)
    )
