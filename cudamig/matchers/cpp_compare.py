"""``cpp-type-comparison``: ``x.type() == y.type()``, written out as what it compares.

Rule arguments: ``method``, the one called on both sides, and ``parts``, what is compared in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cudamig.hosts.cpp import CppDocument
from cudamig.hosts.cpp_expr import ACCESS, Chain, chain, chain_start, is_name
from cudamig.matchers.cpp_places import fate, finding, speaks_torch
from cudamig.matchers.cpp_tensor import kind_of
from cudamig.matchers.cpp_types import Kind
from cudamig.model import Edit, Finding, Fix, Span, manual
from cudamig.rules.model import Context, Rule

_BEFORE = frozenset(("(", ",", "{", ";", "=", "&", "|", "?", ":", "return"))
_AFTER = frozenset((")", ",", ";", "&", "|", "?", ":", "}"))
_ALONE = (frozenset("(,;="), frozenset("),;"))  # what stands around an expression that needs no brackets
_PLAIN = re.compile(r"[\w.]+|->|\[|\]|\(|\)|\*|::")
_WIDE = 100  # columns of a line that is not broken


class _Side(NamedTuple):
    """One operand. ``receiver`` is the token after what the method is called on; -1: it is no call of the method."""

    first: int
    last: int
    receiver: int
    kind: Kind


def match(document: CppDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Every comparison of what tensors are."""
    words, starts = document.words, document.starts
    for rule in rules:
        for index in range(1, len(words) - 1):
            joined = words[index + 1] == "=" and starts[index + 1] == starts[index] + 1
            if joined and words[index] in ("=", "!"):
                yield from _finding(document, context, rule, index)


def _finding(document: CppDocument, context: Context, rule: Rule, index: int) -> Iterator[Finding]:
    start, end = chain_start(document, index), _chain_end(document, index + 2)
    calls = (document.words[index - 3 : index], document.words[end - 3 : end])
    if start < 0 or end < 0 or [rule.args["method"], "(", ")"] not in calls:
        return
    left, right = _side(document, rule, start, index), _side(document, rule, index + 2, end)
    if Kind.TYPE not in (left.kind, right.kind) and not _of_macro(document, left, right):
        return
    if not {left.kind, right.kind} <= {Kind.TYPE, Kind.UNKNOWN}:
        return
    reason = _obstacle(document, left, right)
    fix = manual(rule.title, reason) if reason else _written_out(document, rule, left, right)
    span = Span(document.starts[left.first], document.tokens.end(right.last - 1))
    message = f"Tensor.{rule.args['method']}() is {fate(rule, context)}; compare what it stood for"
    yield finding(document, context, rule, span, message, fix)


def _chain_end(document: CppDocument, first: int) -> int:
    """The token after the postfix expression that begins at ``first``; -1 when none does."""
    words, index, joined = document.words, first, True
    while index < len(words):
        word = words[index]
        if word in ("(", "[") and document.pairs[index] > index:
            index, joined = document.pairs[index] + 1, False
        elif word in (*ACCESS, "::") or (joined and is_name(word)):
            index, joined = index + 1, word in (*ACCESS, "::")
        else:
            break
    return index if index > first and chain(document, first, index) else -1


def _side(document: CppDocument, rule: Rule, first: int, last: int) -> _Side:
    words = document.words
    called = words[last - 3 : last] == [rule.args["method"], "(", ")"] and words[last - 4] in ACCESS
    return _Side(first, last, last - 4 if called and last - 4 > first else -1, kind_of(document, first, last))


def _of_macro(document: CppDocument, *sides: _Side) -> bool:
    """Whether both operands are calls on parameters of a macro, in code for torch."""
    macro = document.macro_at(sides[0].first)
    params = macro.params if macro and macro.params else ()
    return speaks_torch(document) and all(s.receiver > 0 and document.words[s.first] in params for s in sides)


def _obstacle(document: CppDocument, left: _Side, right: _Side) -> str:
    """Why the comparison cannot be written out, or ``""``."""
    words = document.words
    if left.receiver < 0 or right.receiver < 0:
        return "one side is a type that is held or made, and has no tensor to ask"
    macro = document.macro_at(left.first)
    if macro and {words[left.first], words[right.first]}.intersection(macro.params or ()):
        return f"it would evaluate the parameters of {macro.name} three times"
    if not (_repeatable(document, left) and _repeatable(document, right)):
        return "it would evaluate the operands three times, and they are more than names"
    if not document.tokens.plain(left.first, right.last):
        return "a comment stands inside it"
    before, after = words[left.first - 1 : left.first], words[right.last : right.last + 1]
    return "" if _BEFORE.issuperset(before) and _AFTER.issuperset(after) else "it is part of a larger expression"


def _repeatable(document: CppDocument, side: _Side) -> bool:
    """Whether an operand calls nothing, so that it may stand several times."""
    found: Chain | None = chain(document, side.first, side.receiver)
    whole = all(_PLAIN.fullmatch(word) for word in document.words[side.first : side.receiver])
    return bool(found) and whole and all(step.kind != "call" for step in (found.steps if found else ()))


def _written_out(document: CppDocument, rule: Rule, left: _Side, right: _Side) -> Fix:
    words, starts, text = document.words, document.starts, document.source.text
    sign, joint = ("==", "&&") if words[left.last] == "=" else ("!=", "||")
    a, b = ("".join(words[side.first : side.receiver + 1]) for side in (left, right))
    parts = [f"{a}{part} {sign} {b}{part}" for part in rule.args["parts"]]
    new, span = f" {joint} ".join(parts), Span(starts[left.first], document.tokens.end(right.last - 1))
    alone = {words[left.first - 1]} <= _ALONE[0] and {words[right.last]} <= _ALONE[1]
    line = text[text.rfind("\n", 0, span.start) + 1 : span.start]
    if len(line) + len(new) > _WIDE and not document.macro_at(left.first):
        pad = re.sub(r"[^\t]", " ", line) + ("" if alone else " ")
        new = f" {joint}{document.source.newline}{pad}".join(parts)
    edit = Edit(document.source.path, span, new if alone else f"({new})")
    return Fix(rule.title, rule.safety, rule.reason, (edit,))
