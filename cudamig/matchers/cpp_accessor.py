"""``cpp-accessor``: packed accessors, whose index type is in their name now.

Rule arguments: ``forms``, rows of ``index`` (the fourth template argument as written, ``""`` for none; a row without
it is for all others), ``names`` (old -> new; methods are called, types are not) and ``reason``, what to look at. The
new name of a row with ``index`` says the index type itself, so that a fourth argument goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from cudamig.hosts.cpp import CppDocument
from cudamig.hosts.cpp_expr import ACCESS, after_angle, chain_start
from cudamig.matchers.cpp_places import fate, finding
from cudamig.matchers.cpp_seen import unproven
from cudamig.matchers.cpp_tensor import kind_of
from cudamig.matchers.cpp_types import Kind
from cudamig.model import Edit, Finding, Fix, Span, manual
from cudamig.rules.model import Context, Rule

_SPACES = ("at", "torch")


class _Use(NamedTuple):
    """An old name at token ``at``. ``arguments`` are its template arguments, token ranges; empty: not understood."""

    rule: Rule
    at: int
    arguments: tuple[tuple[int, int], ...]


def match(document: CppDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Every packed accessor under its old name."""
    for rule in rules:
        names = {name for form in rule.args["forms"] for name in form["names"]}
        for index, word in enumerate(document.words):
            if word in names:
                use = _Use(rule, index, _template_arguments(document, index + 1))
                called = document.words[index - 1] in (*ACCESS, "template") if index else False
                fix = _of_method(document, use) if called else _of_type(document, use)
                if fix:
                    span = Span(document.starts[index], document.tokens.end(index))
                    yield finding(document, context, rule, span, f"{word} is {fate(rule, context)}", fix)


def _template_arguments(document: CppDocument, index: int) -> tuple[tuple[int, int], ...]:
    if document.words[index : index + 1] != ["<"]:
        return ()
    last = after_angle(document, index) - 1
    out, first, depth = [], index + 1, 0
    for here in range(index + 1, last):
        word = document.words[here]
        depth += (word == "<") - (word == ">")
        if word == "," and not depth:
            out.append((first, here))
            first = here + 1
    return (*out, (first, last)) if first < last else ()


def _of_method(document: CppDocument, use: _Use) -> Fix | None:
    """The fix of a call on a tensor; None for what is no tensor."""
    words = document.words
    access = use.at - (2 if words[use.at - 1] == "template" else 1)
    first = chain_start(document, access)
    kind = kind_of(document, first, access) if first >= 0 else Kind.UNKNOWN
    if kind not in (Kind.TENSOR, Kind.UNKNOWN):
        return None
    end = use.arguments[-1][1] + 1 if use.arguments else 0
    if not end or words[end : end + 2] != ["(", ")"]:
        return manual(use.rule.title, "its template arguments are not understood")
    fix = _renamed(document, use)
    if kind is Kind.UNKNOWN and fix.edits and first >= 0:
        fix = fix._replace(reason=f"{unproven(document, first, access)}; {fix.reason}")
    return fix


def _of_type(document: CppDocument, use: _Use) -> Fix | None:
    """The fix of the type's name; None for a type of the file's own."""
    words, name = document.words, document.words[use.at]
    if use.at > 1 and words[use.at - 1] == "::":
        if words[use.at - 2] not in _SPACES:
            return None
    elif document.rows(name).of("class", "alias"):
        return None
    elif document.namespaces.isdisjoint(_SPACES):
        return manual(use.rule.title, "no namespace is written before it, so the new name may not be known here")
    if not use.arguments:
        return manual(use.rule.title, "it stands without template arguments, which say what its new name is")
    return _renamed(document, use)


def _renamed(document: CppDocument, use: _Use) -> Fix:
    form = _form(document, use)
    first, last = use.at, use.arguments[-1][1]
    path, tokens = document.source.path, document.tokens
    edits = [Edit(path, Span(tokens.starts[first], tokens.end(first)), form["names"][document.words[first]])]
    if "index" in form and len(use.arguments) == 4:
        third = use.arguments[2][1] - 1
        if not tokens.plain(third, last):
            return manual(use.rule.title, "a comment stands beside the index type, which has to go")
        edits.append(Edit(path, Span(tokens.end(third), tokens.end(last - 1)), ""))
    return Fix(use.rule.title, use.rule.safety, form["reason"], tuple(edits))


def _form(document: CppDocument, use: _Use) -> dict[str, Any]:
    """The row of the rule for the index type that a use has."""
    written = "".join("".join(document.words[first:last]) for first, last in use.arguments[3:4])
    forms: list[dict[str, Any]] = use.rule.args["forms"]
    return next(form for form in forms if written in form.get("index", (written,)))
