"""``cuda-shuffle``: a warp function without ``_sync``, which has a mask as its first argument since CUDA 9.

Rule arguments: ``names`` (old -> new), ``arguments`` (how many the old ones take), ``mask`` (what to write).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cudamig.hosts.cpp import CppDocument
from cudamig.hosts.cpp_expr import ACCESS, arguments
from cudamig.matchers.cpp_places import fate, finding, own
from cudamig.matchers.cuda_places import for_hip
from cudamig.model import Edit, Finding, Fix, Span, manual
from cudamig.rules.model import Context, Rule

_ARCHITECTURE = re.compile(r"__CUDA_ARCH__\s*[<>]")
_MASK = re.compile(r"(?i)\w*mask\w*|0xf{8}u?l*|~0u?")


def match(document: CppDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Every call of an old function that the file does not define itself."""
    for rule in rules:
        names = {old: new for old, new in rule.args["names"].items() if old in document.words}
        names = {old: new for old, new in names.items() if not own(document, old)}
        for index, word in enumerate(document.words if names else ()):
            if word not in names or (index and document.words[index - 1] in (*ACCESS, "::", "##")):
                continue
            start = document.starts[index]
            if not for_hip(document, start) and not _for_old_gpus(document, start):
                span = Span(start, document.tokens.end(index))
                message = f"{word} without a mask is {fate(rule, context)}; use {names[word]}"
                fix = _fix(document, rule, index, names[word])
                yield finding(document, context, rule, span, message, fix)


def _for_old_gpus(document: CppDocument, offset: int) -> bool:
    """Whether a place is compiled for some architectures only: the old ones have these functions."""
    return any(_ARCHITECTURE.search(test) for branch in document.branches.around(offset) for test in branch.tests)


def _conditional(document: CppDocument, index: int) -> bool:
    """Whether an ``if``, ``else``, ``switch`` or ``?`` stands around a place, up to the outermost braces."""
    words, pairs = document.words, document.pairs
    while index > 0:
        index -= 1
        word = words[index]
        if word in (")", "]", "}") and 0 <= pairs[index] < index:
            index = pairs[index]
            if word == "}":  # a block or statement that has ended: what heads it is over too
                index = _statement(words, pairs, index)
            elif words[index - 1 : index] == ["if"] or words[index - 1 : index] == ["switch"]:
                return True
        elif word in ("else", "?", "&&", "||"):
            return True
        elif word == ";":
            index = _statement(words, pairs, index)
        elif word == "\n" and document.macro_at(index + 1):
            return False
    return False


def _statement(words: Sequence[str], pairs: Sequence[int], index: int) -> int:
    """The token just after the brace or statement end before the statement that ends at ``index``."""
    while index > 0 and words[index - 1] not in (";", "{", "}"):
        index = pairs[index - 1] if 0 <= pairs[index - 1] < index - 1 else index - 1
    return index


def _fix(document: CppDocument, rule: Rule, index: int, new: str) -> Fix:
    words, open_ = document.words, index + 1
    if words[open_ : open_ + 1] != ["("] or document.pairs[open_] < open_:
        return manual(rule.title, "it is not called here, so what it is for cannot be seen")
    given = arguments(document, open_)
    if len(given) not in rule.args["arguments"]:
        return manual(
            rule.title, f"it is called with {len(given)} arguments, so it may be a function of the repository"
        )
    first, last = given[0]
    if len(given) > 1 and _MASK.fullmatch("".join(words[first:last])):
        return manual(rule.title, "its first argument looks like a mask, so it may be a function of the repository")
    if _conditional(document, index):
        return manual(rule.title, "it stands behind a condition, which not all threads of a warp may meet")
    path = document.source.path
    edits = (
        Edit(path, Span(document.starts[index], document.tokens.end(index)), new),
        Edit(path, Span(document.starts[open_] + 1, document.starts[open_] + 1), f"{rule.args['mask']}, "),
    )
    return Fix(rule.title, rule.safety, rule.reason, edits)
