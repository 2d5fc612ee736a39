"""``cpp-macro``: a macro or function of libtorch that has a new name and the same arguments.

Rule arguments: ``names`` (old -> new). In ``fix``: ``shape``, what the new name expands to where that matters
(``if``: a bare if statement, ``statement``: no expression), and ``header`` with ``brought-by``, the headers that
declare it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cudamig.hosts.cpp import CppDocument
from cudamig.hosts.cpp_expr import ACCESS, after_angle
from cudamig.hosts.cpp_lex import BREAK
from cudamig.matchers.cpp_headers import included
from cudamig.matchers.cpp_places import fate, finding, guard, own
from cudamig.model import Edit, Finding, Fix, Span, manual
from cudamig.rules.model import Context, Rule

_BEFORE_STATEMENT = frozenset(("{", "}", ";", ")", ":", "else", "do", BREAK))


class _Use(NamedTuple):
    """An old name in the code. ``open`` is the bracket of its arguments; -1 when it is not called."""

    rule: Rule
    at: int
    open: int


def match(document: CppDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Uses of old names, but where the file defines the name itself or means the old release."""
    for rule in rules:
        names: dict[str, str] = rule.args["names"]
        for old, new in names.items():
            if old in document.words and not own(document, old):
                uses = list(_uses(document, rule, old))
                yield from _findings(document, context, uses, (old, new))


def _uses(document: CppDocument, rule: Rule, old: str) -> Iterator[_Use]:
    words = document.words
    for index, word in enumerate(words):
        if word == old and (not index or words[index - 1] not in (*ACCESS, "::", "##")):
            open_ = index + 1
            if open_ < len(words) and words[open_] == "<":
                open_ = after_angle(document, open_)
            called = 0 < open_ < len(words) and words[open_] == "(" and document.pairs[open_] > open_
            yield _Use(rule, index, open_ if called else -1)


def _findings(document: CppDocument, context: Context, uses: list[_Use], names: tuple[str, str]) -> Iterator[Finding]:
    new = names[1]
    reasons = [_obstacle(document, use, new) for use in uses]
    starts = [document.starts[use.at] for use in uses]
    movable = [
        start for start, reason in zip(starts, reasons, strict=True) if not reason and not guard(document, start, names)
    ]
    include = included(document, uses[0].rule, movable) if movable else ()
    for use, reason in zip(uses, reasons, strict=True):
        rule, span = use.rule, Span(document.starts[use.at], document.tokens.end(use.at))
        if include is None and not reason:
            reason = f"it needs {rule.fix['header']}, and no #include stands above all uses under the same conditions"
        if reason or include is None:
            fix = manual(rule.title, reason)
        else:
            fix = Fix(rule.title, rule.safety, rule.reason, (Edit(document.source.path, span, new), *include))
        message = f"{document.words[use.at]} is {fate(rule, context)}; its new name is {new}"
        yield finding(document, context, rule, span, message, fix, names=names)


def _obstacle(document: CppDocument, use: _Use, new: str) -> str:
    """Why the new name cannot simply take the old one's place, or ``""``."""
    macro, words = document.macro_at(use.at), document.words
    if macro and macro.name == new:
        return f"this file defines {new} by it; remove that definition"
    if use.open < 0:
        alone = macro and macro.last - macro.first == 1
        return "" if alone else "it is not called here, so what it is for cannot be seen"
    after = document.pairs[use.open] + 1
    shape = use.rule.fix.get("shape", "")
    if shape == "if" and _before_else(words[after : after + 2]):
        return f"{new} expands to a bare if, which would take the else that follows; put braces around the call"
    if shape == "statement" and not _statement(words, use.at, after):
        return f"{new} is a statement, and the old name is used as an expression here"
    return ""


def _statement(words: Sequence[str], index: int, after: int) -> bool:
    """Whether a call is a statement of its own, or the whole body of a macro."""
    before = words[index - 1] if index else BREAK
    following = words[after] if after < len(words) else BREAK
    return before in _BEFORE_STATEMENT and following in (";", BREAK)


def _before_else(following: Sequence[str]) -> bool:
    return following[:1] == ["else"] or following == [";", "else"]
