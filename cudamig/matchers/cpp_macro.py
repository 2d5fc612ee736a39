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
from cudamig.matchers.cpp_headers import has, insertion
from cudamig.matchers.cpp_places import fate, intended, own
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
                uses = [use for use in _uses(document, rule, old) if not _meant(document, use, (old, new))]
                yield from _findings(document, context, uses, new)


def _uses(document: CppDocument, rule: Rule, old: str) -> Iterator[_Use]:
    words = document.words
    for index, word in enumerate(words):
        if word == old and (not index or words[index - 1] not in (*ACCESS, "::", "##")):
            open_ = index + 1
            if open_ < len(words) and words[open_] == "<":
                open_ = after_angle(document, open_)
            called = 0 < open_ < len(words) and words[open_] == "(" and document.pairs[open_] > open_
            yield _Use(rule, index, open_ if called else -1)


def _meant(document: CppDocument, use: _Use, names: tuple[str, str]) -> bool:
    return intended(document, document.starts[use.at], names)


def _findings(document: CppDocument, context: Context, uses: list[_Use], new: str) -> Iterator[Finding]:
    reasons = [_obstacle(document, use, new) for use in uses]
    places = [document.starts[use.at] for use, reason in zip(uses, reasons, strict=True) if not reason]
    for use, reason in zip(uses, reasons, strict=True):
        rule, start, end = use.rule, document.starts[use.at], document.tokens.end(use.at)
        edits = () if reason else _edits(document, rule, Span(start, end), new, places)
        if not reason and not edits:
            reason = f"it needs {rule.fix['header']}, and there is no #include that all uses see to put it after"
        fix = Fix(rule.title, rule.safety, rule.reason, edits) if edits else manual(rule.title, reason)
        message = f"{document.words[use.at]} is {fate(rule)}; its new name is {new}"
        yield context.finding(rule, document.source.path, Span(start, end), message, fix)


def _edits(document: CppDocument, rule: Rule, span: Span, new: str, places: Sequence[int]) -> tuple[Edit, ...]:
    """The rename, with the header that it needs; none when that has no place."""
    rename = Edit(document.source.path, span, new)
    header = rule.fix.get("header")
    if not header or has(document, (header, *rule.fix.get("brought-by", ())), places):
        return (rename,)
    include = insertion(document, header, places)
    return (rename, include) if include else ()


def _obstacle(document: CppDocument, use: _Use, new: str) -> str:
    """Why the new name cannot simply take the old one's place, or ``""``."""
    macro, words = document.macro_at(use.at), document.words
    if macro and macro.name == new:
        return f"this file defines {new} by it; remove that definition"
    if use.open < 0:
        alone = macro and macro.last - macro.first == 1
        return "" if alone else "it is not called here, so what it is for cannot be seen"
    after = document.pairs[use.open] + 1
    rest = words[after : after + 2]
    shape = use.rule.fix.get("shape", "")
    if shape == "if" and "else" in (rest[:1] + rest[1:] if rest[:1] == [";"] else rest[:1]):
        return f"{new} expands to a bare if, which would take the else that follows; put braces around the call"
    if shape == "statement" and not _statement(words, use.at, after):
        return f"{new} is a statement, and the old name is used as an expression here"
    return ""


def _statement(words: Sequence[str], index: int, after: int) -> bool:
    """Whether a call is a statement of its own, or the whole body of a macro."""
    before = words[index - 1] if index else BREAK
    following = words[after] if after < len(words) else BREAK
    return before in _BEFORE_STATEMENT and following in (";", BREAK)
