"""``cpp-name``: an identifier that has a new name, or that is gone.

Rule arguments: ``names``, old -> new; an empty new name says that only a person can replace it. A qualified name
(``c10::optional``) is found as it is written; a plain one where nothing qualifies it and the file does not define it.
``message`` is told where there is no release to tell, with ``{name}`` in it. In ``fix``: ``header`` (for single new
names ``headers``) and ``brought-by``, the headers that declare the new names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cudamig.hosts.cpp import CppDocument
from cudamig.hosts.cpp_expr import ACCESS, is_name
from cudamig.matchers.cpp_headers import included
from cudamig.matchers.cpp_places import fate, finding, guard, own
from cudamig.model import Edit, Finding, Fix, Span, manual
from cudamig.rules.model import Context, Rule


def match(document: CppDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Every use of an old name."""
    words = frozenset(document.words)
    for rule in rules:
        for old, new in rule.args["names"].items():
            parts = old.split("::")
            if words.issuperset(parts) and not (len(parts) == 1 and own(document, old)):
                yield from _findings(document, context, rule, (old, new or ""), list(_uses(document, parts)))


def _uses(document: CppDocument, parts: Sequence[str]) -> Iterator[Span]:
    """Where a name stands that is written with just these qualifiers."""
    wanted = [word for part in parts for word in ("::", part)][1:]
    words, size = document.words, len(wanted)
    for index, word in enumerate(words):
        if word == wanted[0] and words[index : index + size] == wanted:
            before = words[index - 1] if index else ""
            if before == "::" and (size == 1 or is_name(words[index - 2])):
                continue
            if before not in (*ACCESS, "##"):
                yield Span(document.starts[index], document.tokens.end(index + size - 1))


def _findings(
    document: CppDocument, context: Context, rule: Rule, names: tuple[str, str], uses: Sequence[Span]
) -> Iterator[Finding]:
    old, new = names
    live = [use.start for use in uses if not guard(document, use.start)]
    header = rule.fix.get("headers", {}).get(new) or rule.fix.get("header")
    wanted = rule._replace(fix={**rule.fix, "header": header})
    include = included(document, wanted, live) if live and new else ()
    for use in uses:
        if not new:
            fix = manual(rule.title, rule.reason)
        elif document.words[document.tokens.at(use.start) - 1] == "using":
            fix = manual(rule.title, "what this brings in goes by its old name below")
        elif include is None:
            why = f"it needs {header}, and no #include stands above all uses under the same conditions"
            fix = manual(rule.title, why)
        else:
            fix = Fix(rule.title, rule.safety, rule.reason, (Edit(document.source.path, use, new), *include))
        told = rule.args["message"].format(name=old) if "message" in rule.args else f"{old} is {fate(rule, context)}"
        message = told + (f"; its {'' if 'message' in rule.args else 'new '}name is {new}" if new else "")
        yield finding(document, context, rule, use, message, fix)
