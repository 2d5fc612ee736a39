"""``cuda-field``: a member of a struct of the CUDA toolkit that has a new name, or that is gone.

Rule arguments: ``types``, the names of the struct; ``returned-by``, functions that give a pointer to one; ``fields``,
old -> new name, or what to ask instead (``message`` says how). Only on what this file declares with one of the types.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from cudamig.hosts.cpp import CppDocument
from cudamig.hosts.cpp_expr import ACCESS, Chain, chain, chain_start
from cudamig.matchers.cpp_places import fate, finding
from cudamig.matchers.cpp_tensor import lookup
from cudamig.matchers.cuda_places import for_hip
from cudamig.model import Edit, Finding, Fix, Safety, Span, manual
from cudamig.rules.model import Context, Rule

_QUALIFIER = re.compile(r"\b(?:const|volatile|struct|static)\b ?|[&*]|^::")
_BEFORE, _AFTER = 8, 40  # words around a type or function among which the name of a variable is looked for
_HOLDER = re.compile(r"(?:std::)?(?:vector|array|unique_ptr|shared_ptr|deque)<(.*?)(?:,\w+)?>")


def match(document: CppDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Every use of an old member."""
    for rule in rules:
        fields, words = rule.args["fields"], document.words
        near = _near(words, rule)
        for index, word in enumerate(words if near else ()):
            if (
                word not in fields
                or not index
                or words[index - 1] not in ACCESS
                or words[index + 1 : index + 2] == ["("]
            ):
                continue
            declared = _declared(document, rule, index, near)
            if declared and not _own(document, rule) and not for_hip(document, document.starts[index]):
                span = Span(document.starts[index], document.tokens.end(index))
                new, how = str(fields[word]), str(rule.args["message"])
                message = how.format(type=declared, field=word, new=new, fate=fate(rule, context))
                yield finding(document, context, rule, span, message, _fix(document, rule, span, new))


def _near(words: Sequence[str], rule: Rule) -> frozenset[str]:
    """The words that stand where one of the types may declare them: few, so that most files need no syntax tree."""
    types, givers = rule.args["types"], rule.args.get("returned-by", ())
    out = set[str]()
    for index, word in enumerate(words):
        if word in givers:
            out.update(words[max(index - _BEFORE, 0) : index + 1])
        elif word in types:
            rest = words[index + 1 : index + 1 + _AFTER]
            out.update(itertools.takewhile(lambda other: other not in (";", "{", ")"), rest))
    return frozenset(out)


def _fix(document: CppDocument, rule: Rule, span: Span, new: str) -> Fix:
    if rule.safety is Safety.MANUAL:
        return manual(rule.title, rule.reason)
    return Fix(rule.title, rule.safety, rule.reason, (Edit(document.source.path, span, new),))


def _own(document: CppDocument, rule: Rule) -> bool:
    """Whether the file shows that a type of that name is another one."""
    rows = [row for name in rule.args["types"] for row in document.declared.get(name, ())]
    return any(row.kind in ("class", "alias", "using") and row.type not in rule.args["types"] for row in rows)


def _declared(document: CppDocument, rule: Rule, index: int, near: frozenset[str]) -> str:
    """The struct that the member before token ``index`` is taken of; ``""`` when this file does not say so."""
    first = chain_start(document, index - 1)
    found = chain(document, first, index - 1) if first >= 0 else None
    if not found or found.name.rpartition("::")[2] not in near:
        return ""
    steps = found.steps
    if _returned(found, rule):
        return str(rule.args["types"][0])
    if any(step.kind != "index" for step in steps):
        return ""
    row = lookup(document, found.name, document.starts[index])
    if not row:
        return ""
    written = _QUALIFIER.sub("", row.type)
    if written == "auto":
        return _initial(document, rule, row.offset)
    holder = _HOLDER.fullmatch(written)
    written = holder.group(1) if holder else written
    return written if written in rule.args["types"] else ""


def _returned(found: Chain, rule: Rule) -> bool:
    name = found.name.rpartition("::")[2]
    return name in rule.args.get("returned-by", ()) and [step.kind for step in found.steps] == ["call"]


def _initial(document: CppDocument, rule: Rule, offset: int) -> str:
    """The struct that an ``auto`` variable points to: it is initialised with a call that gives one."""
    words, index = document.words, document.tokens.at(offset)
    if words[index + 1 : index + 2] != ["="]:
        return ""
    end = index + 2
    while end < len(words) and words[end] not in (";", ",", ")", "}", "\n"):
        end = document.pairs[end] + 1 if document.pairs[end] > end else end + 1
    found = chain(document, index + 2, end)
    return str(rule.args["types"][0]) if found and _returned(found, rule) else ""
