"""How lists of GPU architectures are written: capabilities and compiler options, with the separators between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cudamig.facts import store
from cudamig.model import Span
from cudamig.text import NOWHERE, UNKNOWN, Text

SEPARATORS = " \t\r\n;,"
_CODE = r"(?:sm|compute|lto)_\d+[a-z]?"
_OPTION = re.compile(
    r"(?:--?gencode|--generate-code)(?:[=;]|[ \t\r\n]+)arch=compute_\d+[a-z]?,code="
    rf"(?:\[[^\]\s]*\]|(?P<quote>\\?[\"'])(?:{_CODE},?)+(?P=quote)|{_CODE}(?:,{_CODE})*)(?![\w$,])"
)
_SINGLE = re.compile(rf"(?<!\S)-{{1,2}}(?:arch|gpu-architecture|code|gpu-code)[= ]{_CODE}(?![\w$])")
CODED = re.compile(r"(?:sm|compute)_\d")
NUMBER = re.compile(r"_(\d+)")
_ENTRY = re.compile(r"(?:(\d{1,3}\.\d)|(\d{2,3})|([A-Z][a-z]+(?:\+Te(?:sla|gra))?))[a-z]?(?:\+PTX|-real|-virtual)?")
_CONTINUATION = 3  # at most so many characters between two that are joined: a backslash and a line end


class Entry(NamedTuple):
    """One entry of a list, or one option."""

    start: int
    end: int
    numbers: tuple[int, ...]  # compute capabilities without the dot


def options_of(value: str) -> Iterator[Entry]:
    """The ``-gencode`` options of a command."""
    for found in _OPTION.finditer(value):
        yield Entry(*found.span(), tuple(int(number) for number in NUMBER.findall(found.group())))


def capabilities(value: str) -> Iterator[Entry]:
    """The entries of a list; none when a part of it is no entry, so that ``2.1(2.0)`` or a version is left alone."""
    names = store.load("facts-cuda")["architecture_names"]
    entries = []
    for word in re.finditer(rf"[^{re.escape(SEPARATORS)}]+", value):
        found = _ENTRY.fullmatch(word.group())
        if found and found.group(3):
            found = found if found.group(3) in names else None
            number = names.get(found.group(3), "") if found else ""
        else:
            number = (found.group(1) or found.group(2)) if found else ""
        if found:
            entries.append(Entry(*word.span(), (int(number.replace(".", "")),)))
        elif UNKNOWN not in word.group():
            return
    yield from entries


def regions(value: str, old: list[Entry]) -> Iterator[tuple[int, int]]:
    """What to delete: runs of neighbouring entries, each with the separators after it, or before it at the end."""
    runs: list[tuple[int, int]] = []
    for entry in old:
        if runs and not value[runs[-1][1] : entry.start].strip(SEPARATORS):
            runs[-1] = runs[-1][0], entry.end
        else:
            runs.append((entry.start, entry.end))
    for start, end in runs:
        after = end + len(value[end:]) - len(value[end:].lstrip(SEPARATORS))
        if after < len(value):
            yield start, after
        else:
            yield len(value[:start].rstrip(SEPARATORS)), end


def spans_of(text: Text, start: int, end: int) -> list[Span]:
    """Where ``text[start:end]`` stands; a continuation between two blanks goes too, so that no empty line stays."""
    spans: list[Span] = []
    for index in range(start, end):
        at = text.at[index]
        if at == NOWHERE:
            continue
        gap = at - spans[-1].end if spans else -1
        blank = text.value[index - 1 : index + 1].isspace()
        if gap == 0 or (blank and 0 < gap <= _CONTINUATION):
            spans[-1] = Span(spans[-1].start, at + 1)
        else:
            spans.append(Span(at, at + 1))
    return spans


def singles_of(value: str) -> Iterator[Entry]:
    """The options that name one architecture, ``-arch=sm_70`` and ``-code=sm_70``."""
    for found in _SINGLE.finditer(value):
        yield Entry(*found.span(), tuple(int(number) for number in NUMBER.findall(found.group())))
