"""``cuda-name``: an identifier of the CUDA toolkit that has a new name, or that is gone.

Rule arguments as for ``cpp-name``, and ``templates``: a class template -> words of which one must stand among its
arguments, where the name alone (``texture``) may be anybody's. What only HIP compiles is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cudamig.hosts.cpp import CppDocument
from cudamig.hosts.cpp_expr import ACCESS, after_angle
from cudamig.matchers import cpp_name
from cudamig.matchers.cpp_places import fate, finding
from cudamig.matchers.cuda_places import for_hip, speaks_hip
from cudamig.model import Finding, Span, manual
from cudamig.rules.model import Context, Rule

_ALIAS = "a using declaration can only name, and the new name has template arguments"
_HIP = "the file is compiled for HIP too, which does not have the new name"


def match(document: CppDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Every use of an old name."""
    by_id = {rule.id: rule for rule in rules}
    for found in cpp_name.match(document, rules, context):
        if for_hip(document, found.span.start):
            continue
        rule, index = by_id[found.rule], document.tokens.at(found.span.start)
        why = _ALIAS if index and document.words[index - 1] == "using" else ""
        if not why and rule.fix.get("header") and speaks_hip(document):
            why = _HIP
        yield found._replace(fix=manual(rule.title, why)) if why and found.fix.edits else found
    for rule in rules:
        for name, marks in rule.args.get("templates", {}).items():
            yield from _templates(document, rule, context, (name, frozenset(marks)))


def _templates(
    document: CppDocument, rule: Rule, context: Context, wanted: tuple[str, frozenset[str]]
) -> Iterator[Finding]:
    words, (name, marks) = document.words, wanted
    for index, word in enumerate(words):
        if word != name or words[index + 1 : index + 2] != ["<"] or (index and words[index - 1] in (*ACCESS, "::")):
            continue
        end = after_angle(document, index + 1)
        if marks.intersection(words[index + 1 : end]) and not for_hip(document, document.starts[index]):
            span = Span(document.starts[index], document.tokens.end(index))
            message = f"{name}<> is {fate(rule, context)}"
            yield finding(document, context, rule, span, message, manual(rule.title, rule.reason))
