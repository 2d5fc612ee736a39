"""``cuda-base``: a base class that gave nothing but type names, and that is gone.

Rule arguments: ``bases`` (their qualified names), ``gave``: the type names that a class got from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cudamig.hosts.cpp import CppDocument
from cudamig.hosts.cpp_expr import after_angle
from cudamig.matchers.cpp_places import fate, finding
from cudamig.matchers.cuda_places import for_hip
from cudamig.model import Edit, Finding, Fix, Span, manual
from cudamig.rules.model import Context, Rule

_ACCESS = ("public", "private", "protected", "virtual")


def match(document: CppDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Every use of one of the classes."""
    words = document.words
    for rule in rules:
        for base in rule.args["bases"]:
            parts = [word for part in base.split("::") for word in ("::", part)][1:]
            for index, word in enumerate(words):
                if word == parts[0] and words[index : index + len(parts)] == parts:
                    start, end = document.starts[index], document.tokens.end(index + len(parts) - 1)
                    if not for_hip(document, start):
                        message = f"{base} is {fate(rule, context)}"
                        fix = _fix(document, rule, index, index + len(parts))
                        yield finding(document, context, rule, Span(start, end), message, fix)


def _fix(document: CppDocument, rule: Rule, first: int, angle: int) -> Fix:
    """Take the base out of the list of bases, where that is all that the class got of it."""
    words = document.words
    end = after_angle(document, angle) if words[angle : angle + 1] == ["<"] else -1
    mark = first - 1
    while mark > 0 and (words[mark] in _ACCESS or (words[mark] == "::" and mark == first - 1)):
        mark -= 1
    if end < 0 or mark < 1 or words[mark] not in (":", ",") or words[end : end + 1] not in (["{"], [","]):
        return manual(rule.title, "it is used here for something else than as a base class")
    gave = next((name for name in rule.args["gave"] if name in words), "")
    if gave:
        return manual(rule.title, f"the file uses {gave}, which it gave: write that into the classes that need it")
    others = words[mark] == ":" and words[end] == ","
    last = end + 1 if others else end
    if not document.tokens.plain(mark - 1, last + others):
        return manual(rule.title, "a comment or a directive stands inside the list of bases")
    start = document.starts[mark + 1] if others else document.tokens.end(mark - 1)
    stop = document.starts[last] if others else document.tokens.end(end - 1)
    return Fix(rule.title, rule.safety, rule.reason, (Edit(document.source.path, Span(start, stop), ""),))
