"""What a file shows of an expression whose kind is not known: told to the one who has to look at it."""

from __future__ import annotations

from cudamig.hosts.cpp import CppDocument
from cudamig.hosts.cpp_expr import Chain, chain
from cudamig.matchers.cpp_tensor import lookup

_LONGEST = 60  # characters of an expression in a message


def unproven(document: CppDocument, first: int, last: int) -> str:
    """Why a fix needs a look: the tokens of the range are not shown to be a tensor, and what they are shown to be."""
    shown = _short("".join(document.words[first:last]))
    return f"this file does not show that {shown} is a tensor: {seen(document, first, last)}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def seen(document: CppDocument, first: int, last: int) -> str:
    """What was found out of the tokens from ``first`` to before ``last``: a clause for a reason."""
    words = document.words
    while last - first > 2 and words[first] == "(" and document.pairs[first] == last - 1:
        first, last = first + 1, last - 1
    if last - first > 1 and words[first] in ("*", "&"):
        first += 1
    found = chain(document, first, last)
    if not found:
        return "it is more than one chain of calls"
    steps = [step for step in found.steps if step.kind == "member"]
    if steps:
        name, called = steps[-1].name, found.steps[-1].kind == "call"
        return f"what {name}() gives is not known" if called else _member(document, name)
    if not found.name:
        return seen(document, found.first + 1, found.last - 1)
    return _named(document, found)


def _member(document: CppDocument, name: str) -> str:
    members = (row for _, rows in document.everywhere(name) for row in rows.of("member"))
    types = list(dict.fromkeys(row.type for row in members))
    if not types:
        return f"no declaration of {name} in this file or its headers"
    return f"{name} is declared as {' and as '.join(types)}"


def _named(document: CppDocument, found: Chain) -> str:
    name = found.name
    macro = document.macro_at(found.first)
    if macro and macro.params and name in macro.params:
        return f"{name} is a parameter of the macro {macro.name}"
    row = lookup(document, name, document.starts[found.first])
    if not row:
        return _member(document, name)
    if row.kind == "function":
        return f"{name} returns {row.type}"
    made = _made(document, row.offset) if "auto" in row.type.split() else ""
    return f"{name} is declared as {row.type}{made}"


def _made(document: CppDocument, offset: int) -> str:
    """What an ``auto`` variable is made from, as far as it fits a message."""
    words, first = document.words, document.tokens.at(offset) + 2
    if words[first - 1 : first] != ["="]:
        return ""
    last = first
    while last < len(words) and words[last] not in (";", "{", "}", "\n") and last - first < _LONGEST:
        last += 1
    return f" and made from {_short(''.join(words[first:last]))}"
