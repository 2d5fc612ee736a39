"""``cuda-atomic``: an ``atomicAdd`` for doubles of the file's own, which CUDA declares itself.

Rule arguments: ``name`` of the function, ``type`` of its values, ``above``: the architecture from which CUDA has it. In
``fix``: ``open`` and ``close``, the lines to put around the definition.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cudamig.hosts.cpp import CppDocument
from cudamig.matchers.cpp_places import finding
from cudamig.matchers.cuda_places import for_hip
from cudamig.model import Edit, Finding, Fix, Span, manual
from cudamig.rules.model import Context, Rule

_END = frozenset((";", "}", "{", "\n"))
_NAMED = re.compile(r"\bdefined\b")


def match(document: CppDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Every definition of the function outside of namespaces and classes."""
    for rule in rules:
        for index, word in enumerate(document.words):
            if word == rule.args["name"] and _defines(document, rule, index):
                start = document.starts[index]
                guards = [test for branch in document.branches.around(start) for test in branch.tests]
                mine = [test for test in guards if "__CUDA_ARCH__" in test]
                if for_hip(document, start) or any(_NAMED.search(test) for test in mine):
                    continue
                span = Span(start, document.tokens.end(index))
                if mine:
                    why = f"#if {mine[0]} is true where the host is compiled, which has no __CUDA_ARCH__: ask for both"
                    fix = manual(rule.title, why)
                else:
                    fix = _wrapped(document, rule, index)
                yield finding(document, context, rule, span, str(rule.args["message"]), fix)


def _defines(document: CppDocument, rule: Rule, index: int) -> bool:
    """Whether ``index`` is the name in ``__device__ double atomicAdd(double* a, double b) {`` at the top of a file."""
    words, kind = document.words, rule.args["type"]
    if words[index - 1 : index] != [kind] or words[index + 1 : index + 2] != ["("] or document.macro_at(index):
        return False
    close = document.pairs[index + 1]
    given = [word for word in words[index + 2 : close] if word in (kind, "*", ",")]
    if (
        words[index + 2 : index + 3] != [kind]
        or close < 0
        or given != [kind, "*", ",", kind]
        or words[close + 1 : close + 2] != ["{"]
    ):
        return False
    first = _first(document, index)
    if "__device__" not in words[first:index] or "template" in words[first:index]:
        return False
    return not any(words[i] == "{" and document.pairs[i] > index for i in range(index))


def _first(document: CppDocument, index: int) -> int:
    """The first token of the declaration that ``index`` stands in."""
    while index and document.words[index - 1] not in _END:
        index -= 1
    return index


def _wrapped(document: CppDocument, rule: Rule, index: int) -> Fix:
    text, end_of_line = document.source.text, document.source.newline
    start = document.starts[_first(document, index)]
    body = document.pairs[document.pairs[index + 1] + 1]
    if body < 0:
        return manual(rule.title, "its body has no end")
    begin = text.rfind("\n", 0, start) + 1
    line_end = re.compile(r"[ \t]*(?://[^\n]*)?(\r?\n|\Z)").match(text, document.tokens.end(body))
    if text[begin:start].strip() or not line_end:
        return manual(rule.title, "something else stands on its lines")
    path, stop = document.source.path, line_end.end()
    before = end_of_line.join(rule.fix["open"]) + end_of_line
    missing = "" if line_end.group(1) else end_of_line
    after = missing + end_of_line.join(rule.fix["close"]) + end_of_line
    edits = (Edit(path, Span(begin, begin), before), Edit(path, Span(stop, stop), after))
    return Fix(rule.title, rule.safety, rule.reason, edits)
