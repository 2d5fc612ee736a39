"""``cuda-location``: a function of managed memory that takes a place (``cudaMemLocation``) where it took a device.

Rule arguments: ``functions``: name -> ``device``, the position of the device; ``arguments``, how many the old form
takes; ``more``, what the new one takes after the place.
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

_CPU = "cudaCpuDeviceId"
_NUMBER = re.compile(r"\d+")
_NAME = re.compile(r"[^\W\d]\w*")


def match(document: CppDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Every call in the old form."""
    for rule in rules:
        for index, word in enumerate(document.words):
            row = rule.args["functions"].get(word)
            if not row or (index and document.words[index - 1] in ACCESS) or own(document, word):
                continue
            called = document.words[index + 1 : index + 2] == ["("] and document.pairs[index + 1] > index
            given = arguments(document, index + 1) if called else []
            if len(given) not in row["arguments"] or for_hip(document, document.starts[index]):
                continue
            first, last = given[row["device"]]
            written = document.source.text[document.starts[first] : document.tokens.end(last - 1)]
            if first == last or "cudaMemLocation" in written or _place(document, document.words[first:last]):
                continue
            fix = _fix(document, rule, (first, last), row["more"])
            span = Span(document.starts[index], document.tokens.end(index))
            message = f"{word} with the number of a device is {fate(rule, context)}; it takes a cudaMemLocation"
            yield finding(document, context, rule, span, message, fix)


def _place(document: CppDocument, words: Sequence[str]) -> bool:
    """Whether an argument is declared as a place already."""
    return any("cudaMemLocation" in row.type for word in words for row in document.declared.get(word, ()))


def _fix(document: CppDocument, rule: Rule, device: tuple[int, int], more: str) -> Fix:
    first, last = device
    words = document.words[first:last]
    if words == [_CPU]:
        new = "cudaMemLocation{cudaMemLocationTypeHost, 0}"
    elif len(words) == 1 and (_NUMBER.fullmatch(words[0]) or _NAME.fullmatch(words[0])) and _is_gpu(document, words[0]):
        new = f"cudaMemLocation{{cudaMemLocationTypeDevice, {words[0]}}}"
    else:
        return manual(rule.title, "whether this is the number of a GPU or cudaCpuDeviceId is not seen here")
    span = Span(document.starts[first], document.tokens.end(last - 1))
    return Fix(rule.title, rule.safety, rule.reason, (Edit(document.source.path, span, new + more),))


def _is_gpu(document: CppDocument, word: str) -> bool:
    """Whether a name or number can only be a GPU: what the file gets from ``cudaGetDevice``, or a number."""
    if _NUMBER.fullmatch(word):
        return True
    asked = [document.words[i : i + 5] for i, w in enumerate(document.words) if w == "cudaGetDevice"]
    return ["cudaGetDevice", "(", "&", word, ")"] in asked and _CPU not in document.words
