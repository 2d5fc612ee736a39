"""Calls that are statements, and braces around those that would take an ``else``.

``TORCH_CHECK`` expands to an ``if``. As the arm of an ``if`` that has an ``else`` it needs braces, and as the end of a
macro it must not stand before one.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from typing import NamedTuple

from cudamig.hosts.cpp import CppDocument
from cudamig.hosts.cpp_expr import is_name
from cudamig.hosts.cpp_lex import BREAK
from cudamig.model import Edit, Span

_ELSE = ("else", "elif", "elifdef", "elifndef")
_BEFORE = frozenset(("{", "}", ";", "else", "do", BREAK))
_OPERATOR = re.compile("return|throw|sizeof|alignof|decltype|case|new|delete|and|or|not|co_\\w+")
_CAST = ["(", "void", ")"]


class Statement(NamedTuple):
    """A call that is a whole statement: its first token (a cast to void belongs to it) and its last."""

    first: int
    last: int  # the semicolon, or the call's closing bracket where there is none


def statement(document: CppDocument, at: int, close: int) -> Statement | None:
    """The statement that the call from token ``at`` to its bracket ``close`` is; None when it is an expression.

    One without a semicolon counts too: at the end of a macro, or where it was forgotten.
    """
    words = document.words
    cast = at - 3 if at >= 3 and words[at - 3 : at] == _CAST else at
    first = next((here for here in (cast, at) if _begins(document, here)), -1)
    after = words[close + 1] if close + 1 < len(words) else BREAK
    if first < 0 or _OPERATOR.fullmatch(after):
        return None
    if after == ";":
        return Statement(first, close + 1)
    return Statement(first, close) if after in (BREAK, "}") or is_name(after) else None


def _begins(document: CppDocument, index: int) -> bool:
    """Whether a statement may begin with a token."""
    words = document.words
    before = words[index - 1] if index else BREAK
    if before == ")":
        condition = document.pairs[index - 1] - 1
        return condition >= 0 and is_name(words[condition]) and not _OPERATOR.fullmatch(words[condition])
    return before in _BEFORE or (before == ":" and _labelled(document, index - 1))


def _labelled(document: CppDocument, index: int) -> bool:
    """Whether a colon ends a label, and is not of ``a ? b : c`` or ``for (x : xs)``."""
    index -= 1
    while index >= 0 and document.words[index] not in ("{", "}", ";", BREAK):
        if document.words[index] in ("?", "("):
            return False
        index = document.pairs[index] - 1 if 0 <= document.pairs[index] < index else index - 1
    return True


def before_else(document: CppDocument, last: int) -> bool:
    """Whether an ``else`` follows token ``last`` in what a compiler may see."""
    words, tokens = document.words, document.tokens
    if document.macro_at(last):
        return words[last + 1 : last + 2] == ["else"]
    offset = tokens.end(last)
    place = bisect.bisect_left(tokens.directives, offset, key=lambda directive: directive.start)
    after = _following(document, offset)
    for directive in tokens.directives[place:]:
        if after < len(words) and tokens.starts[after] < directive.start:
            break
        if directive.start >= offset:  # else it stands in branches that are not compiled with this one
            offset = _chain_end(document, directive.end) if directive.name in _ELSE else directive.end
            after = _following(document, offset)
    return words[after : after + 1] == ["else"]


def _following(document: CppDocument, offset: int) -> int:
    after = document.tokens.at(offset)
    while after < len(document.words) and document.words[after] == BREAK:
        after += 1
    return after


def _chain_end(document: CppDocument, offset: int) -> int:
    """Where the ``#if`` chain ends that a place is in."""
    depth = 1
    for directive in document.tokens.directives:
        if directive.start >= offset:
            depth += directive.name.startswith("if") - (directive.name == "endif")
            if not depth:
                return directive.end
    return len(document.source.text)


def needs_braces(document: CppDocument, found: Statement) -> bool:
    """Whether a bare ``if`` in the place of a statement would take an ``else``, or end a ``do`` too early."""
    before = document.words[found.first - 1] if found.first else ""
    return before == "do" or before_else(document, found.last)


def braces(document: CppDocument, found: Statement) -> list[Edit] | None:
    """Put the arm of an ``if``, or the body of a ``do``, in braces as the file is laid out; None for another place."""
    words, text = document.words, document.source.text
    before, following = found.first - 1, found.last + 1
    ends = ("while",) if before >= 0 and words[before] == "do" else ("else",)
    if before < 0 or words[before] not in (")", "else", "do") or words[found.last] != ";":
        return None
    if following >= len(words) or words[following] not in ends:
        return None
    start, end = document.starts[found.first], document.tokens.end(found.last)
    if "\n" in text[document.tokens.end(before) : start]:
        places = [(document.tokens.end(before), " {"), (document.starts[following], "} ")]
    else:
        places = [(start, "{ "), (end, " }")]
    return [Edit(document.source.path, Span(place, place), brace) for place, brace in places]


def exposing(document: CppDocument, last: int) -> str:
    """The macro that ends with token ``last`` and is used before an ``else``, here or in a file that includes this."""
    macro = document.macro_at(last)
    if not macro or macro.last != last + 1:
        return ""
    readers = [document, *document.users(macro.name)]
    names = {macro.name}
    while True:
        more = {name for reader in readers for name in _ending_with(reader, names)}
        if more <= names:
            break
        names |= more
    return next((name for reader in readers for name in _before_an_else(reader, names)), "")


def _ending_with(document: CppDocument, names: set[str]) -> Iterator[str]:
    """The macros of a file whose last call is one of ``names``."""
    words = document.words
    for macro in document.tokens.macros:
        last = macro.last - 1
        last -= last > macro.first and words[last] == ";"
        if last > macro.first and words[last] == ")":
            last = document.pairs[last] - 1
        if last >= macro.first and words[last] in names:
            yield macro.name


def _before_an_else(document: CppDocument, names: set[str]) -> Iterator[str]:
    words = document.words
    for index, word in enumerate(words):
        if word in names:
            called = words[index + 1 : index + 2] == ["("] and document.pairs[index + 1] > index
            last = document.pairs[index + 1] if called else index
            last += words[last + 1 : last + 2] == [";"]
            if needs_braces(document, Statement(index, last)):
                yield word
