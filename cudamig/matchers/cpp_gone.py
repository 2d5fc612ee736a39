"""``cpp-gone``: names of a library that went, which only a person can replace; each is told once for a file.

Rule arguments: ``names``, patterns; ``vague``, patterns that count only in a file that includes a header which
``headers`` matches; ``except``, names that other rules replace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cudamig.hosts.cpp import CppDocument
from cudamig.hosts.cpp_expr import ACCESS
from cudamig.matchers.cpp_places import fate, finding, guard, own
from cudamig.model import Finding, Related, Span, manual
from cudamig.rules.model import Context, Rule

_SHOWN = 9  # further places of one name


def match(document: CppDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """The first place of each name, with the others."""
    for rule in rules:
        for name, spans in _found(document, rule).items():
            live = [span for span in spans if not guard(document, span.start, (name,))] or spans
            others = tuple(Related(document.source.path, span, "and here") for span in live[1 : 1 + _SHOWN])
            more = f" ({len(live)} places in this file)" if len(live) > 1 else ""
            message = f"{name} is {fate(rule, context)}{more}"
            fix = manual(rule.title, rule.reason)
            yield finding(document, context, rule, live[0], message, fix, others, (name,))


def _found(document: CppDocument, rule: Rule) -> dict[str, list[Span]]:
    """Where the names stand that the repository does not define itself."""
    patterns = list(rule.args["names"])
    if any(re.match(rule.args.get("headers", "(?!)"), include.name) for include in document.includes):
        patterns += rule.args.get("vague", ())
    wanted, handled = re.compile("|".join(patterns)), rule.args.get("except", ())
    words, out = document.words, dict[str, list[Span]]()
    for index, word in enumerate(words):
        if word not in handled and wanted.fullmatch(word) and (not index or words[index - 1] not in (*ACCESS, "##")):
            out.setdefault(word, []).append(Span(document.starts[index], document.tokens.end(index)))
    return {name: spans for name, spans in out.items() if not own(document, name) and not _class(document, name)}


def _class(document: CppDocument, name: str) -> bool:
    """Whether the file, or a header of the repository that it includes, declares a class of that name."""
    for reader in (document, *document.headers(name)):
        words = reader.words
        if any(word == name and words[index - 1] in ("struct", "class", "using") for index, word in enumerate(words)):
            return True
    return False
