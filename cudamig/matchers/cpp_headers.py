"""Add an ``#include`` for a name that a fix writes, where every use of the name sees it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cudamig.hosts.cpp import CppDocument, Include
from cudamig.matchers.cpp_places import conditions
from cudamig.model import Edit, Span
from cudamig.rules.model import Rule

_TORCH = re.compile(r"(?:ATen|torch|c10|THC?)/")
_CUDA = re.compile(r"\.cuh?$", re.I)


def for_nvcc(document: CppDocument) -> bool:
    """Whether nvcc compiles the file, by its name."""
    return bool(_CUDA.search(document.source.path))


def has(document: CppDocument, headers: Sequence[str], offsets: Sequence[int]) -> bool:
    """Whether one of ``headers`` is included wherever the places of ``offsets`` are compiled, directly or not."""
    shared = _shared(document, offsets)
    above = [include for include in document.includes if under(document, include) <= shared]
    return any(include.name in headers or _brings(document, include, headers) for include in above)


def _brings(document: CppDocument, include: Include, headers: Sequence[str]) -> bool:
    """Whether a file of the repository includes one of ``headers``, under no condition."""
    files = document.files
    path = files.find(document.source.path, include.name)
    seen = map(files.document, (path, *files.seen(path))) if path else ()
    rows = ((other, row) for other in seen if other for row in other.includes)
    return any(row.name in headers and not under(other, row) for other, row in rows)


def insertion(document: CppDocument, header: str, offsets: Sequence[int]) -> Edit | None:
    """The edit that includes ``header`` for the uses at ``offsets``; None when there is no place for it.

    It follows the last include of torch (or of anything) that stands above all uses, under the conditions that they
    share: a CUDA header must not get into what is compiled without CUDA. Only in a file for nvcc fewer will do.
    """
    shared = _shared(document, offsets)
    above = [
        i for i in document.includes if i.end < min(offsets) and under(document, i) <= shared and outermost(document, i)
    ]
    same = [include for include in above if under(document, include) == shared]
    if not same and for_nvcc(document):
        same = above
    if not same:
        return None
    place = next((include for include in reversed(same) if _TORCH.match(include.name)), same[-1])
    line = f"{document.source.newline}{indentation(document, place)}#include <{header}>"
    return Edit(document.source.path, Span(place.end, place.end), line)


def included(document: CppDocument, rule: Rule, offsets: Sequence[int]) -> tuple[Edit, ...] | None:
    """The edit that includes the header of a rule's new name, if it needs one; None when there is no place for it."""
    header = rule.fix.get("header")
    if not header or has(document, (header, *rule.fix.get("brought-by", ())), offsets):
        return ()
    edit = insertion(document, header, offsets)
    return (edit,) if edit else None


def indentation(document: CppDocument, include: Include) -> str:
    """What stands before the ``#`` of an include."""
    return document.source.text[include.start : include.span.start].partition("#")[0]


def outermost(document: CppDocument, include: Include) -> bool:
    """Whether an include stands in no braces: a header of templates must not go into ``extern "C" { }``."""
    end = document.tokens.at(include.start)
    return not any(document.words[i] == "{" and not 0 <= document.pairs[i] < end for i in range(end))


def _shared(document: CppDocument, offsets: Sequence[int]) -> frozenset[tuple[str, ...]]:
    return frozenset.intersection(*(conditions(document, offset) for offset in offsets))


def under(document: CppDocument, include: Include) -> frozenset[tuple[str, ...]]:
    """The conditions that an include stands under."""
    return conditions(document, include.start)
