"""A variable that holds a tensor's type, and what it is used for.

``auto& t = x.type();`` becomes ``auto t = x.scalar_type();`` where each use of it wants only the scalar type.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from cudamig.hosts.cpp import CppDocument
from cudamig.hosts.cpp_expr import ACCESS, chain_start
from cudamig.matchers.cpp_tensor import kind_of, lookup
from cudamig.matchers.cpp_types import Kind
from cudamig.model import Edit, Fix, Safety, Span, manual
from cudamig.rules.model import Rule

if TYPE_CHECKING:
    from cudamig.hosts.cpp_tree import Declared

_SCALAR = [".", "scalarType", "(", ")"]  # of a type
_TYPES = ("Type", "DeprecatedTypeProperties")
_REASON = "all uses of {0} in its scope want the scalar type, so {0} is made to hold that"


def rewritten(document: CppDocument, rule: Rule, row: Declared, dispatched: Collection[int]) -> Fix:
    """The fix that makes a variable hold a scalar type; ``dispatched`` are the tokens that dispatch macros take."""
    edits = _declaration(document, rule, row)
    if not edits:
        return manual(rule.title, f"{row.name} holds a type, and where it is made is not seen; pass a scalar type")
    for index in range(document.tokens.at(row.offset) + 1, document.tokens.at(row.end)):
        if document.words[index] != row.name or document.words[index - 1] in (*ACCESS, "::"):
            continue
        if lookup(document, row.name, document.starts[index]) != row:
            continue
        after = document.words[index + 1 : index + 5]
        if document.macro_at(index) or (index not in dispatched and after != _SCALAR):
            return manual(rule.title, f"{row.name} holds a type, and is used for more than its scalar type")
        if after == _SCALAR:
            edits.append(
                Edit(document.source.path, Span(document.tokens.end(index), document.tokens.end(index + 4)), "")
            )
    return Fix(rule.title, Safety.UNSAFE, _REASON.format(row.name), tuple(edits))


def _declaration(document: CppDocument, rule: Rule, row: Declared) -> list[Edit]:
    """The edits of ``const at::Type& t = x.type();``; none when it is written in another way."""
    words, starts = document.words, document.starts
    name = document.tokens.at(row.offset)
    end = name
    while words[end] not in (";", "{", "}", "\n") and end < len(words) - 1:
        end += 1
    if words[name + 1 : name + 2] != ["="] or words[end - 3 : end + 1] != [rule.args["old"], "(", ")", ";"]:
        return []
    access = end - 4
    receiver = chain_start(document, access)
    if receiver != name + 2 or kind_of(document, receiver, access) is not Kind.TENSOR:
        return []
    first = name
    while first and words[first - 1] in ("const", "auto", "&", "at", "::", *_TYPES):
        first -= 1
    if words[first - 1 : first] not in (["{"], ["}"], [";"]) or not document.tokens.plain(first, name + 1):
        return []
    edits = [(end - 3, end - 3, rule.args["new"])]
    for index in range(first, name):
        if words[index] == "&":
            apart = starts[index] > document.tokens.end(index - 1) or starts[index + 1] > document.tokens.end(index)
            edits.append((index, index, "" if apart else " "))
        elif words[index] in _TYPES:
            edits.append((index - 2 if words[index - 1] == "::" else index, index, "auto"))
    path = document.source.path
    return [Edit(path, Span(starts[a], document.tokens.end(b)), new) for a, b, new in edits]
