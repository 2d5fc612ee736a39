"""``cpp-method``: methods of libtorch's classes, and functions of its namespaces, that have no new name.

Rule arguments: ``methods``, patterns of their names; ``of``: what they are called on (``tensor``: what is not shown to
be something else; ``shown-tensor``; ``type``: what ``Tensor::type()`` gives; ``options``: TensorOptions); ``spaces``,
namespaces in which functions have these names; ``bare``: only calls without arguments. In
``fix``: ``drop`` takes a call with arguments out of its chain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cudamig.hosts.cpp import CppDocument
from cudamig.hosts.cpp_expr import ACCESS, chain, chain_start
from cudamig.matchers.cpp_places import fate, finding, speaks_torch
from cudamig.matchers.cpp_tensor import kind_of, lookup
from cudamig.matchers.cpp_types import Kind
from cudamig.model import Edit, Finding, Fix, Span, manual
from cudamig.rules.model import Context, Rule

_OPTIONS = re.compile("options|dtype|device|device_index|layout|requires_grad|pinned_memory|is_variable")


def match(document: CppDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Every call of such a method or function, in code for torch."""
    if not speaks_torch(document):
        return
    words = document.words
    for rule in rules:
        pattern = re.compile("|".join(rule.args["methods"]))
        for index in range(1, len(words) - 1):
            if words[index + 1] == "(" and document.pairs[index + 1] > 0 and pattern.fullmatch(words[index]):
                fix = _called(document, rule, index)
                if fix:
                    span = Span(document.starts[index], document.tokens.end(index))
                    yield finding(document, context, rule, span, f"{words[index]} is {fate(rule, context)}", fix)


def _called(document: CppDocument, rule: Rule, index: int) -> Fix | None:
    """What to do about a call; None when it is none of libtorch's."""
    words, access = document.words, index - 1
    if words[access] == "::":
        named = index > 1 and words[index - 2] in rule.args.get("spaces", ())
        foreign = index > 2 and words[index - 3] == "::" and index > 3 and words[index - 4].isidentifier()
        return manual(rule.title, rule.reason) if named and not foreign else None
    if words[access] not in ACCESS:
        return None
    first = chain_start(document, access)
    if not _receiver(document, rule.args.get("of", "tensor"), first, access):
        return None
    empty = document.pairs[index + 1] == index + 2
    if not rule.fix.get("drop"):
        return manual(rule.title, rule.reason) if empty or not rule.args.get("bare") else None
    return (
        manual(rule.title, "its result is used; say what it is for") if empty else _drop(document, rule, first, index)
    )


def _receiver(document: CppDocument, of: str, first: int, access: int) -> bool:
    """Whether a method is called on what the rule is about."""
    kind = kind_of(document, first, access) if first >= 0 else Kind.UNKNOWN
    if of == "type":
        named = document.words[access - 3 : access] == ["type", "(", ")"] and document.words[access - 4] in ACCESS
        return kind is Kind.TYPE or (named and kind_of(document, first, access - 4) is Kind.UNKNOWN)
    if of == "options":
        return first >= 0 and _options(document, first, access)
    unknown = kind is Kind.UNKNOWN and of == "tensor" and not (first >= 0 and _options(document, first, access))
    return kind is Kind.TENSOR or unknown


def _options(document: CppDocument, first: int, last: int) -> bool:
    """Whether an expression is shown to be options: by a method of theirs in it, or by its base."""
    found = chain(document, first, last)
    if not found:
        return False
    steps = [step.name for step in found.steps if step.kind == "member"]
    if steps:
        return _OPTIONS.fullmatch(steps[-1]) is not None and found.steps[-1].kind == "call"
    if found.name.split("::")[-1] == "TensorOptions" or _OPTIONS.fullmatch(found.name.split("::")[-1]):
        return True
    row = lookup(document, found.name, document.starts[found.first])
    return bool(row) and "TensorOptions" in (row.type if row else "")


def _drop(document: CppDocument, rule: Rule, first: int, index: int) -> Fix:
    """Take ``.name(...)`` out of a chain."""
    words, last = document.words, document.pairs[index + 1]
    if words[first - 1] in (";", "{", "}") and words[last + 1 : last + 2] == [";"]:
        return manual(rule.title, "the statement does nothing: options are not changed in place; remove it")
    if not document.tokens.plain(index - 2, last + 1):
        return manual(rule.title, "a comment stands in the call")
    span = Span(document.tokens.end(index - 2), document.tokens.end(last))
    return Fix(rule.title, rule.safety, rule.reason, (Edit(document.source.path, span, ""),))
