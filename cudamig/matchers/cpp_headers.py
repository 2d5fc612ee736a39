"""Add an ``#include`` for a name that a fix writes, where every use of the name sees it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cudamig.hosts.cpp import CppDocument, Include
from cudamig.matchers.cpp_places import seen_from
from cudamig.model import Edit, Span

_TORCH = re.compile(r"(?:ATen|torch|c10|THC?)/")
_HEADER = re.compile(r"\.(?:h|hpp|hh|hxx|cuh|inl)$", re.I)


def is_header(document: CppDocument) -> bool:
    """Whether other files include this one, by its name."""
    return bool(_HEADER.search(document.source.path))


def has(document: CppDocument, headers: Sequence[str], offsets: Sequence[int]) -> bool:
    """Whether one of ``headers`` is included for all the places of ``offsets``."""
    found = (include for include in document.includes if include.name in headers)
    return any(seen_from(document, include, offsets) for include in found)


def insertion(document: CppDocument, header: str, offsets: Sequence[int]) -> Edit | None:
    """The edit that includes ``header`` for all uses at ``offsets``; None when no include stands above all of them.

    It follows the last include of torch that all uses see, else the last include of any kind.
    """
    above = [
        include
        for include in document.includes
        if include.end < min(offsets) and seen_from(document, include, offsets) and _outermost(document, include)
    ]
    if not above:
        return None
    place = next((include for include in reversed(above) if _TORCH.match(include.name)), above[-1])
    indent = document.source.text[place.start : place.span.start].partition("#")[0]
    line = f"{document.source.newline}{indent}#include <{header}>"
    return Edit(document.source.path, Span(place.end, place.end), line)


def _outermost(document: CppDocument, include: Include) -> bool:
    """Whether an include stands in no braces: a header of templates must not go into ``extern "C" { }``."""
    end = document.tokens.at(include.start)
    return not any(document.words[i] == "{" and not 0 <= document.pairs[i] < end for i in range(end))
