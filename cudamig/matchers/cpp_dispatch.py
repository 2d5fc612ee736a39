"""``cpp-dispatch``: a type-dispatch macro of ATen that is given ``x.type()`` where it takes a scalar type.

Rule arguments: ``macros``, name -> position of the type argument (``NAME_AND`` takes one more scalar type before it,
``NAME_ANDn`` takes n); ``old`` and ``new``, the method called.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cudamig.hosts.cpp import CppDocument
from cudamig.hosts.cpp_expr import Chain, arguments, chain
from cudamig.hosts.cpp_lex import Macro
from cudamig.matchers.cpp_held import rewritten
from cudamig.matchers.cpp_places import fate, finding, speaks_torch
from cudamig.matchers.cpp_tensor import declared_kind, kind_of, lookup
from cudamig.matchers.cpp_types import Kind
from cudamig.model import Edit, Finding, Fix, Related, Span, manual
from cudamig.rules.model import Context, Rule

_MORE = re.compile(r"(\w+?)_AND(\d*)")
_DEEPEST = 4  # macros that hand on to macros
_NO_TENSOR = "what is dispatched on is declared as something else than a tensor"
_UNSEEN = "this file does not show that the macro does no more with the type than hand it on to one of ATen's"


class _Argument(NamedTuple):
    """A type argument of a dispatch macro; ``seen`` tells that it goes to one of ATen's."""

    macro: str
    first: int
    last: int
    seen: bool


def match(document: CppDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Dispatches on a ``Tensor::type()``: written in the call, or held in a variable."""
    for rule in rules:
        found = list(_arguments(document, rule))
        dispatched = {argument.first for argument in found if argument.seen and argument.last - argument.first == 1}
        for argument in found:
            yield from _finding(document, rule, argument, context, dispatched)


def _arguments(document: CppDocument, rule: Rule) -> Iterator[_Argument]:
    words, own = document.words, _forwarding(document, rule)
    for index, word in enumerate(words):
        named = "DISPATCH" in word or word in own
        if not named or words[index + 1 : index + 2] != ["("] or document.pairs[index + 1] < 0:
            continue
        given = _given(document, index + 1)
        place = own.get(word, _position(word, rule.args["macros"]) if word not in document.macros else None)
        if place is not None and place < len(given):
            first, last = given[place]
            yield from ([_Argument(word, first, last, True)] if first < last else ())
        elif place is None and speaks_torch(document):
            for first, last in given:
                if _typed(document, first, last, rule):
                    yield _Argument(word, first, last, False)


def _given(document: CppDocument, open_: int) -> list[tuple[int, int]]:
    """The arguments of a macro call, each without brackets around all of it."""
    out = []
    for first, last in arguments(document, open_):
        while last - first > 2 and document.words[first] == "(" and document.pairs[first] == last - 1:
            first, last = first + 1, last - 1
        out.append((first, last))
    return out


def _position(name: str, macros: dict[str, int]) -> int | None:
    """Which argument of an ATen macro is the type, or None for a macro that is not ATen's."""
    if name in macros:
        return macros[name]
    more = _MORE.fullmatch(name)
    if more and more.group(1) in macros:
        return macros[more.group(1)] + int(more.group(2) or 1)
    return None


def _forwarding(document: CppDocument, rule: Rule) -> dict[str, int]:
    """The repository's macros that hand one parameter on to an ATen macro as its type, and do nothing else with it.

    One that hands it to another such macro counts too.
    """
    documents, known = (document, *document.headers("DISPATCH")), dict[str, int]()
    for _ in range(_DEEPEST):
        places: dict[str, set[int | None]] = {}
        for other in documents:
            for name, definitions in other.macros.items():
                places.setdefault(name, set()).update(_forwarded(other, macro, rule, known) for macro in definitions)
        only = {name: next(iter(found)) for name, found in places.items() if len(found) == 1}
        found = {name: place for name, place in only.items() if place is not None}
        if found == known:
            break
        known = found
    return known


def _forwarded(document: CppDocument, macro: Macro, rule: Rule, known: dict[str, int]) -> int | None:
    words, handed = document.words, set[int]()
    for index in range(macro.first, macro.last - 1):
        place = known.get(words[index], _position(words[index], rule.args["macros"]))
        if place is None or words[index + 1] != "(" or document.pairs[index + 1] < 0:
            continue
        given = _given(document, index + 1)
        if place < len(given) and given[place][1] - given[place][0] == 1:
            handed.add(given[place][0])
    names = {words[index] for index in handed}
    if len(names) != 1 or not names.issubset(macro.params or ()):
        return None
    name = names.pop()
    uses = {index for index in range(macro.first, macro.last) if words[index] == name}
    return (macro.params or ()).index(name) if uses == handed else None


def _typed(document: CppDocument, first: int, last: int, rule: Rule) -> Chain | None:
    """The argument as a chain, when it is one that ends in a call of the old method."""
    if document.words[last - 3 : last] != [rule.args["old"], "(", ")"]:
        return None
    found = chain(document, first, last)
    return found if found and len(found.steps) >= 2 else None


def _finding(
    document: CppDocument, rule: Rule, argument: _Argument, context: Context, dispatched: set[int]
) -> Iterator[Finding]:
    words, first, last = document.words, argument.first, argument.last
    span = Span(document.starts[first], document.tokens.end(last - 1))
    related: tuple[Related, ...] = ()
    if last - first == 1:
        row = lookup(document, words[first], span.start)
        if not row or declared_kind(document, row) is not Kind.TYPE:
            return
        related = (Related(document.source.path, Span(row.offset, row.offset + len(row.name)), "declared here"),)
        fix = rewritten(document, rule, row, dispatched)
    elif words[last - 3 : last] != [rule.args["old"], "(", ")"]:
        return
    else:
        known = _known(document, rule, argument)
        if known == "":
            return
        fix = manual(rule.title, known) if known else _rename(document, rule, last - 3)
    message = (
        f"{argument.macro} takes a scalar type; Tensor.{rule.args['old']}() as its argument is {fate(rule, context)}"
    )
    yield finding(document, context, rule, span, message, fix, related)


def _known(document: CppDocument, rule: Rule, argument: _Argument) -> str | None:
    """Why an argument cannot be rewritten; None when it can; empty when it is nothing of ours."""
    found = _typed(document, argument.first, argument.last, rule)
    if not found:
        return "the argument is more than one chain of calls"
    receiver = kind_of(document, argument.first, found.steps[-2].first)
    if receiver in (Kind.OTHER, Kind.TYPE):
        return _NO_TENSOR if argument.seen else ""
    return None if argument.seen else _UNSEEN


def _rename(document: CppDocument, rule: Rule, index: int) -> Fix:
    span = Span(document.starts[index], document.tokens.end(index))
    return Fix(rule.title, rule.safety, rule.reason, (Edit(document.source.path, span, rule.args["new"]),))
