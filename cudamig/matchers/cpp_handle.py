"""``cpp-handle``: variables of a type that went, which were only there to be handed to functions that went too.

Rule arguments: ``type`` (``THCState`` for ``THCState *state``); ``initial``, what such a variable is initialised with;
``taken-by``, the functions that took it as their first argument and have rules of their own; ``finds``:
``declaration`` (of a variable that goes, now or when those calls are gone) or ``rest`` (what a person must change).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cudamig.hosts.cpp import CppDocument
from cudamig.hosts.cpp_expr import ACCESS
from cudamig.hosts.cpp_files import is_header
from cudamig.hosts.cpp_lex import BREAK
from cudamig.matchers.cpp_places import fate, finding, own
from cudamig.matchers.cpp_tensor import lookup
from cudamig.model import Edit, Finding, Fix, Safety, Span, manual
from cudamig.rules.model import Context, Rule

_BLANK = re.compile(r"[ \t]*(?:\r?\n|\Z)")


class _Variable(NamedTuple):
    """A declaration: its tokens from first to last (the semicolon), and the token of its name."""

    first: int
    last: int
    name: int


def match(document: CppDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Every place of the type."""
    for rule in rules:
        wanted = str(rule.args["type"])
        if wanted not in document.words or own(document, wanted):
            continue
        for index, word in enumerate(document.words):
            if word == wanted:
                fix = _fix(document, rule, index)
                if (rule.args["finds"] == "declaration") is (fix is not None):
                    span = Span(document.starts[index], document.tokens.end(index))
                    message = f"{wanted} is {fate(rule, context)}"
                    yield finding(document, context, rule, span, message, fix or manual(rule.title, rule.reason))


def _fix(document: CppDocument, rule: Rule, index: int) -> Fix | None:
    """What happens to the variable that is declared at a place; None when a person has to look at it."""
    variable = _variable(document, rule, index)
    shared = is_header(document.source.path)
    if not variable or (shared and document.words[variable.first] != "extern"):
        return None
    name, takers = document.words[variable.name], set[str]()
    for reader in (document, *document.users(name)) if shared else (document,):
        uses = _uses(reader, name, variable.name if reader is document else None)
        if any(reader.words[use - 1] != "(" or reader.words[use - 2] not in rule.args["taken-by"] for use in uses):
            return None
        takers.update(reader.words[use - 2] for use in uses)
    if takers:
        why = f"{name} is still given to {', '.join(sorted(takers))}; a fix deletes it together with the last of them"
        return manual(rule.title, why)
    return _removal(document, rule, variable)


def _variable(document: CppDocument, rule: Rule, index: int) -> _Variable | None:
    """``[extern|static] Type *name [= initial];`` as a statement of its own, and no member of a class."""
    words = document.words
    first = index - 1 if index and words[index - 1] in ("extern", "static") else index
    name = index + 2
    if words[index + 1 : index + 2] != ["*"] or (first and words[first - 1] not in ("{", "}", ";", BREAK)):
        return None
    last = next((i for i in range(name, len(words)) if words[i] in (";", "{", "}", BREAK)), len(words))
    if words[last : last + 1] != [";"] or not document.tokens.plain(first, last + 1):
        return None
    initial = "".join(words[name + 1 : last])
    if initial and initial not in {f"={known}" for known in rule.args["initial"]}:
        return None
    row = next((row for row in document.declared.get(words[name], ()) if row.offset == document.starts[name]), None)
    return _Variable(first, last, name) if row and row.kind == "variable" else None


def _uses(document: CppDocument, name: str, declared: int | None) -> list[int]:
    """Tokens that name a variable, or may: a macro body is not where its names are looked up.

    It is declared at a token of the file; with None, in a header that the file sees.
    """
    words, starts = document.words, document.starts
    own = None if declared is None else starts[declared]
    out = []
    for index, word in enumerate(words):
        if word == name and index != declared and words[index - 1] not in ACCESS:
            row = lookup(document, name, starts[index])
            if not row or row.offset == own or document.macro_at(index):
                out.append(index)
    return out


def _removal(document: CppDocument, rule: Rule, variable: _Variable) -> Fix:
    """The declaration with its line, where it has one; of two empty lines around it one goes too."""
    text, path = document.source.text, document.source.path
    start, end = document.starts[variable.first], document.tokens.end(variable.last)
    head = text[text.rfind("\n", 0, start) + 1 : start]
    rest = re.compile(r"[^\r\n]*").match(text, end)
    tail = rest.group() if rest else ""
    comment = tail.strip()
    fix = Fix(rule.title, rule.safety, rule.reason)
    if head.strip() or (comment and not comment.startswith("//")):
        return fix._replace(edits=(Edit(path, Span(start, end + len(tail) - len(tail.lstrip())), ""),))
    if comment and rule.args["type"] not in comment:
        fix = fix._replace(safety=Safety.UNSAFE, reason="the comment on its line goes with it")
    start, end = start - len(head), end + len(tail)
    end += 2 if text.startswith("\r\n", end) else text.startswith("\n", end)
    below = _BLANK.match(text, end)
    above = text[:start].split("\n")[-2:-1]
    if below and below.group() and (not above or not above[0].strip()):
        end = below.end()
    return fix._replace(edits=(Edit(path, Span(start, end), ""),))
