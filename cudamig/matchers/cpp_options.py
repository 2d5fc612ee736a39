"""``cpp-type-options``: a tensor's type where options are taken: ``at::zeros({n}, x.type())``, ``x.to(y.type())``.

Rule arguments: ``factories``, functions of ATen that take options after what comes first; ``methods``, those of a
tensor that take them first; ``convert``, the method of a type that gives another one of a scalar type; ``type-first``:
only factories that are given a type as their first argument, which becomes the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cudamig.hosts.cpp import CppDocument
from cudamig.hosts.cpp_expr import ACCESS, Chain, arguments, chain, chain_start
from cudamig.hosts.cpp_lex import BREAK
from cudamig.matchers.cpp_places import fate, finding
from cudamig.matchers.cpp_seen import unproven
from cudamig.matchers.cpp_tensor import kind_of
from cudamig.matchers.cpp_types import Kind
from cudamig.model import Edit, Finding, Fix, Span, manual
from cudamig.rules.model import Context, Rule

_SPACES = ("at", "torch")


def match(document: CppDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Types that stand for options, and conversions of types anywhere else."""
    words = document.words
    for rule in rules:
        told, old = set[int](), rule.args.get("type-first", False)
        for index, word in enumerate(words):
            if word in rule.args["factories"] or word in rule.args["methods"]:
                given = _given(document, rule, index)
                for place, (first, last) in enumerate(given):
                    found = _of_type(document, rule, index, (first, last))
                    if found:
                        told.update(range(first, last))
                    if found and old is (place == 0 and len(given) > 1):
                        fix = _fix(document, rule, found)
                        fix = _moved(document, fix, given) if old and fix.edits else fix
                        yield _finding(document, context, rule, (first, last), fix)
        if old:
            continue
        for index, word in enumerate(words):
            if word == rule.args["convert"] and index not in told and words[index - 1] in ACCESS:
                first = chain_start(document, index - 1)
                if first >= 0 and kind_of(document, first, index - 1) is Kind.TYPE:
                    fix = manual(rule.title, "this is not seen to be where options are taken; say what it is for")
                    yield _finding(document, context, rule, (first, index + 1), fix)


def _finding(document: CppDocument, context: Context, rule: Rule, tokens: tuple[int, int], fix: Fix) -> Finding:
    span = Span(document.starts[tokens[0]], document.tokens.end(tokens[1] - 1))
    return finding(document, context, rule, span, f"a tensor's type as its options is {fate(rule, context)}", fix)


def _given(document: CppDocument, rule: Rule, index: int) -> list[tuple[int, int]]:
    """The arguments that may be options: of a factory all, of a method the first."""
    words = document.words
    if words[index + 1 : index + 2] != ["("] or document.pairs[index + 1] < 0 or index < 2:
        return []
    factory = words[index - 1] == "::" and words[index - 2] in _SPACES and words[index] in rule.args["factories"]
    method = words[index - 1] in ACCESS and words[index] in rule.args["methods"]
    given = arguments(document, index + 1)
    return given if factory else given[:1] if method else []


def _of_type(document: CppDocument, rule: Rule, index: int, tokens: tuple[int, int]) -> Chain | None:
    """The argument as a chain, when it is a type; in a factory also when it is only called like one."""
    found = chain(document, *tokens) if tokens[0] < tokens[1] else None
    if not found:
        return None
    if kind_of(document, *tokens) is Kind.TYPE:
        return found
    named = document.words[tokens[1] - 3 : tokens[1]] == ["type", "(", ")"] and len(found.steps) > 1
    likely = named and document.words[index] in rule.args["factories"]
    return found if likely and kind_of(document, tokens[0], found.steps[-2].first) is Kind.UNKNOWN else None


def _moved(document: CppDocument, fix: Fix, given: list[tuple[int, int]]) -> Fix:
    """The fix of a first argument, as one that moves it to the end."""
    first, last, second = *given[0], given[1][0]
    if BREAK in document.words[first : given[-1][1]] or not document.tokens.plain(first - 1, second + 1):
        return manual(fix.title, "a comment or a directive stands beside the argument, which has to go to the end")
    start, end = document.starts[first], document.tokens.end(last - 1)
    text = document.source.text[start:end]
    for edit in sorted(fix.edits, key=lambda edit: edit.span.start, reverse=True):
        text = text[: edit.span.start - start] + edit.replacement + text[edit.span.end - start :]
    behind = document.tokens.end(given[-1][1] - 1)
    path = document.source.path
    gone, made = Edit(path, Span(start, document.starts[second]), ""), Edit(path, Span(behind, behind), f", {text}")
    return fix._replace(edits=(gone, made))


def _fix(document: CppDocument, rule: Rule, found: Chain) -> Fix:
    words, steps = document.words, found.steps
    names = [step.name if step.kind == "member" else step.kind for step in steps]
    converted = names[-2:] == [rule.args["convert"], "call"]
    if converted:
        names = names[:-2]
    if names[-2:] == ["type", "call"]:
        step = steps[len(names) - 2]
        if kind_of(document, found.first, step.first) is not Kind.TENSOR:
            return manual(rule.title, unproven(document, found.first, step.first))
        edits = [(step.last - 1, "options")]
        edits += [(steps[-2].last - 1, "dtype")] if converted else []
        return _written(document, rule, edits)
    space, _, made = found.name.partition("::")
    if names == ["call"] and space in _SPACES and made in ("CUDA", "CPU"):
        ends = found.first, steps[0].first
        span = Span(document.starts[ends[0]], document.tokens.end(ends[1]))
        new = f"{space}::TensorOptions().device({space}::k{made}).dtype("
        return Fix(rule.title, rule.safety, _SAME_DEVICE, (Edit(document.source.path, span, new),))
    return manual(rule.title, f"{words[found.first]} is a type that is held or changed; say what options it stands for")


_SAME_DEVICE = "the same device and scalar type; a shorter form may do"


def _written(document: CppDocument, rule: Rule, edits: Sequence[tuple[int, str]]) -> Fix:
    path = document.source.path
    spans = [(Span(document.starts[at], document.tokens.end(at)), new) for at, new in edits]
    return Fix(rule.title, rule.safety, rule.reason, tuple(Edit(path, span, new) for span, new in spans))
