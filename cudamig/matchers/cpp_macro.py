"""``cpp-macro``: a macro or function of libtorch that became another one.

Rule arguments: ``names`` (old -> new, with the same arguments) and ``calls``, where arguments change: templates such as
``"THArgCheck(c, n, ...)": "TORCH_CHECK(c, ...)"`` (see ``cpp_call.py``); ``harmless``, arguments that are calls and may
be dropped; ``printf: true`` where ``...`` is a printf format. In ``fix``: ``shape``, what the new name expands to where
that matters (``if``: a bare if statement, ``statement``: no expression; for all new names, or a table of them),
``header`` with ``brought-by``, the headers that declare it, and ``together: true`` where a file's calls move all or
none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cudamig.hosts.cpp import CppDocument
from cudamig.hosts.cpp_expr import after_angle
from cudamig.matchers.cpp_call import Call, printf, rewrite, template, uses
from cudamig.matchers.cpp_headers import included
from cudamig.matchers.cpp_places import fate, finding, guard, own, speaks_torch
from cudamig.matchers.cpp_statement import Statement, braces, exposing, needs_braces, statement
from cudamig.model import Edit, Finding, Fix, Safety, Span, manual
from cudamig.rules.model import Context, Rule


class _Use(NamedTuple):
    """An old name in the code. ``open`` is the bracket of its arguments; -1 when it is not called."""

    call: Call
    at: int
    open: int


def match(document: CppDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Uses of old names, but where the repository defines the name itself or means the old release."""
    for rule in rules:
        rows = {**rule.args.get("names", {}), **rule.args.get("calls", {})}
        calls = [template(old, new) for old, new in rows.items()]
        found = [use for call in calls for use in _uses(document, call)]
        if found:
            yield from _findings(document, context, rule, found)


def _uses(document: CppDocument, call: Call) -> Iterator[_Use]:
    words = document.words
    if call.head[0] not in words or (len(call.head) == 1 and own(document, call.old)):
        return
    for index in uses(document, call):
        open_ = index + len(call.head)
        macro = document.macro_at(index)
        if call.rename and words[open_ : open_ + 1] == ["<"]:
            open_ = after_angle(document, open_)
        called = 0 < open_ < len(words) and words[open_] == "(" and document.pairs[open_] > open_
        alias = macro is not None and macro.last - macro.first == 1
        if called or alias or speaks_torch(document):  # AT_ERROR is an answer of a modem too
            yield _Use(call, index, open_ if called else -1)


def _findings(document: CppDocument, context: Context, rule: Rule, found: list[_Use]) -> Iterator[Finding]:
    fixes = [_fix(document, rule, use) for use in found]
    starts = [document.starts[use.at] for use in found]
    names = [{use.call.head[-1], use.call.new} for use in found]
    movable = [
        start
        for start, fix, known in zip(starts, fixes, names, strict=True)
        if fix.edits and not guard(document, start, known)
    ]
    include = included(document, rule, movable) if movable else ()
    for use, fix, known in zip(found, fixes, names, strict=True):
        call = use.call
        if fix.edits and include is None:
            why = f"it needs {rule.fix['header']}, and no #include stands above all uses under the same conditions"
            fix = manual(rule.title, why)
        elif fix.edits:
            fix = fix._replace(edits=(*fix.edits, *(include or ())))
        if rule.fix.get("together"):
            fix = fix._replace(group=f"{rule.id} {document.source.path}")
        span = Span(document.starts[use.at], document.tokens.end(use.at + len(call.head) - 1))
        becomes = f"its new name is {call.new}" if call.rename else f"use {call.new}"
        message = f"{call.old} is {fate(rule, context)}; {becomes}"
        yield finding(document, context, rule, span, message, fix, names=known)


def _fix(document: CppDocument, rule: Rule, use: _Use) -> Fix:
    """The edits at one place; those that include a header are not in it."""
    call, title = use.call, rule.title
    macro = document.macro_at(use.at)
    plain = Fix(title, rule.safety, rule.reason)
    if macro and macro.name == call.new:
        return manual(title, f"this file defines {call.new} by it; remove that definition")
    if use.open < 0:
        if not (call.rename and macro and macro.last - macro.first == 1):
            return manual(title, "it is not called here, so what it is for cannot be seen")
        reason = _exposed(document, rule, call.new, use.at)
        return manual(title, reason) if reason else rewrite(document, call, use.at, use.open, plain)
    if not document.tokens.plain(use.at, use.at + len(call.head)):
        return manual(title, "a comment stands inside the name")
    if rule.args.get("printf") and printf(document, call, use.open):
        return manual(title, f"the message is a printf format, and {call.new} puts its arguments one after the other")
    fix = rewrite(document, call, use.at, use.open, plain, tuple(rule.args.get("harmless", ())))
    return _placed(document, rule, use, fix) if fix.edits and _shape(rule, call.new) else fix


def _placed(document: CppDocument, rule: Rule, use: _Use, fix: Fix) -> Fix:
    """The fix, where the new name may stand only as a statement: with braces before an ``else``."""
    close, new = document.pairs[use.open], use.call.new
    bare = _shape(rule, new) == "if"
    found = statement(document, use.at, close)
    if not found and bare and rule.safety is Safety.SAFE and use.call.rename:
        found = Statement(use.at, close)  # the old name was as bare: wherever it stood, the new one may
    if not found or (not bare and document.words[found.last] != ";" and not _ends_macro(document, found.last)):
        return manual(rule.title, f"{new} is a statement, and the old name is used as an expression here")
    edits = list(fix.edits)
    if found.first < use.at:
        cast = Span(document.starts[found.first], document.starts[use.at])
        edits.append(Edit(document.source.path, cast, ""))
    if bare:
        reason = _exposed(document, rule, new, found.last)
        around = braces(document, found) if needs_braces(document, found) else []
        if reason or around is None:
            why = f"{new} expands to a bare if, which would take the else that follows; put braces around the call"
            return manual(rule.title, reason or why)
        edits += around
    return fix._replace(edits=tuple(edits))


def _shape(rule: Rule, new: str) -> str:
    shape = rule.fix.get("shape", "")
    return str(shape.get(new, "") if isinstance(shape, dict) else shape)


def _ends_macro(document: CppDocument, last: int) -> bool:
    macro = document.macro_at(last)
    return macro is not None and macro.last == last + 1


def _exposed(document: CppDocument, rule: Rule, new: str, last: int) -> str:
    name = exposing(document, last) if _shape(rule, new) == "if" else ""
    return f"the macro {name}, which ends with it, is used before an else; put braces there first" if name else ""
