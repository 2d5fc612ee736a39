"""Lists of GPU architectures that a build names: the entries that the target's compiler has dropped, taken out.

Two ways to write them: a list of compute capabilities (``TORCH_CUDA_ARCH_LIST="3.5;7.0+PTX"``, CMake's ``35;70-real``)
and compiler options (``-gencode arch=compute_35,code=sm_35``). Nothing is ever added to a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cudamig.facts import store
from cudamig.facts.targets import Target
from cudamig.model import Severity, Span
from cudamig.project.place import Place
from cudamig.text import EMPTY, NOWHERE, UNKNOWN, Text

_SEPARATORS = " \t\r\n;,"
_CODE = r"(?:sm|compute|lto)_\d+[a-z]?"
_OPTION = re.compile(
    r"(?:--?gencode|--generate-code)(?:[=;]|[ \t\r\n]+)arch=compute_\d+[a-z]?,code="
    rf"(?:\[[^\]\s]*\]|(?P<quote>\\?[\"'])(?:{_CODE},?)+(?P=quote)|{_CODE}(?:,{_CODE})*)(?![\w$,])"
)
_SINGLE = re.compile(rf"(?<!\S)-{{1,2}}(?:arch|gpu-architecture|code|gpu-code)[= ]{_CODE}(?![\w$])")
_DEFINITION = re.compile(r"-D(\w*ARCH\w*)(?::\w+)?=")
_CODED = re.compile(r"(?:sm|compute)_\d")
_NUMBER = re.compile(r"_(\d+)")
_ENTRY = re.compile(r"(?:(\d{1,3}\.\d)|(\d{2,3})|([A-Z][a-z]+(?:\+Te(?:sla|gra))?))[a-z]?(?:\+PTX|-real|-virtual)?")
_LIST = re.compile(r"CUDA_?ARCH|ARCH\w*_CUDA")  # in the name of a variable that holds capabilities
_CONTINUATION = 3  # at most so many characters between two that are joined: a backslash and a line end


class Drop(NamedTuple):
    """What of a list of architectures the target's compiler cannot build for."""

    gone: tuple[str, ...]  # entries as written
    edits: tuple[tuple[Span, str], ...]  # that take them out; empty where ``why`` says why it is not done
    why: str = ""


class _Entry(NamedTuple):
    start: int
    end: int
    numbers: tuple[int, ...]  # compute capabilities without the dot


def oldest(target: Target) -> int | None:
    """The oldest compute capability, without the dot, that the target's compiler builds for; None: not known."""
    row = store.load("facts-cuda")["toolkits"].get(target.cuda_minor)
    return min(int(code) for code in row["sass"] if code.isdigit()) if row else None


def judge(path: str, text: Text, target: Target, variable: str = "") -> Iterator[Place]:
    """The place of a string that names architectures, where some of them are too old.

    ``variable``: what holds the string. Bare numbers are architectures only in a variable that is called so.
    """
    if not _LIST.search(variable) and not _CODED.search(text.value):
        return
    drop = drop_old(text, target)
    span = text.stretch()
    if drop and span:
        many = ", ".join(dict.fromkeys(drop.gone))
        message = f"CUDA {target.cuda_minor} has no compiler for {many}"
        where = drop.edits[0][0] if len(drop.edits) == 1 else span
        yield Place("cuda-architecture", path, where, message, Severity.ERROR, drop.edits, drop.why)


def options(path: str, words: Sequence[Text], target: Target) -> Iterator[Place]:
    """The place of the options of one command (``nvcc -gencode ...``, ``cmake -DCMAKE_CUDA_ARCHITECTURES=...``).

    Words are taken out only where one blank stands between them; what else may be there is not seen here.
    """
    for word in words:
        definition = _DEFINITION.match(word.value)
        if definition:
            yield from judge(path, word[definition.end() :], target, definition.group(1))
    if any(_CODED.search(word.value) for word in words):
        line = EMPTY
        for word in words:
            close = bool(line.at and word.at) and word.at[0] == line.at[-1] + 2
            line = line + Text(" ", [line.at[-1] + 1 if close else NOWHERE]) + word
        line = line[1:]
        whole = all(at != NOWHERE for char, at in zip(line.value, line.at, strict=True) if char == " ")
        for place in judge(path, line, target):
            why = "the options stand on several lines or in quotes: take them out by hand"
            yield place if whole or not place.changes else place._replace(changes=(), blocks=why)


def drop_old(text: Text, target: Target) -> Drop | None:
    """What to take out of a list of capabilities or a string of compiler options; None when nothing in it is too old.

    The separators of what is taken out go with it. There are no edits where an entry is not understood, where no
    entry would remain, and where the text is put together from several places.
    """
    limit = oldest(target)
    if limit is None:
        return None
    options = bool(_CODED.search(text.value))
    entries = list(_options(text.value)) if options else list(_capabilities(text.value))
    singles = _SINGLE.findall(text.value) if options else []
    old = [entry for entry in entries if min(entry.numbers) < limit]
    alone = [single for single in singles if int(_NUMBER.findall(single)[0]) < limit]
    if not old and not alone:
        return None
    gone = tuple(text.value[entry.start : entry.end] for entry in old) + tuple(alone)
    why = _why_not(text, entries, old, alone, options, limit)
    if why:
        return Drop(gone, (), why)
    edits = tuple((span, "") for start, end in _regions(text.value, old) for span in _spans(text, start, end))
    return Drop(gone, edits)


def all_old(value: str, target: Target) -> bool:
    """Whether a string is nothing but entries that the target's compiler has dropped: an item of a list may go."""
    limit = oldest(target)
    if limit is None:
        return False
    value = value.strip(_SEPARATORS)
    if value.startswith("arch=compute_"):
        value = "-gencode " + value
    entries = list(_options(value)) or list(_capabilities(value))
    rest = value
    for entry in reversed(entries):
        rest = rest[: entry.start] + rest[entry.end :]
    return bool(entries) and not rest.strip(_SEPARATORS) and all(max(entry.numbers) < limit for entry in entries)


def _why_not(text: Text, entries: list[_Entry], old: list[_Entry], alone: list[str], options: bool, limit: int) -> str:
    """Why the entries cannot be taken out, or ``""``."""
    if alone:
        return f"{alone[0]} is the only architecture here: a person must choose another"
    if len(entries) == len(old):
        return "no architecture would remain: a person must choose others"
    if not options and UNKNOWN in text.value:
        return "part of the list is computed"
    if any(max(entry.numbers) >= limit for entry in old):
        return "one option names old and current architectures together"
    if any(NOWHERE in text.at[entry.start : entry.end] for entry in old):
        return "the list is put together from several places"
    return ""


def _options(value: str) -> Iterator[_Entry]:
    for found in _OPTION.finditer(value):
        yield _Entry(*found.span(), tuple(int(number) for number in _NUMBER.findall(found.group())))


def _capabilities(value: str) -> Iterator[_Entry]:
    """The entries of a list; none when a part of it is no entry, so that ``2.1(2.0)`` or a version is left alone."""
    names = store.load("facts-cuda")["architecture_names"]
    entries = []
    for word in re.finditer(rf"[^{re.escape(_SEPARATORS)}]+", value):
        found = _ENTRY.fullmatch(word.group())
        if found and found.group(3):
            found = found if found.group(3) in names else None
            number = names.get(found.group(3), "") if found else ""
        else:
            number = (found.group(1) or found.group(2)) if found else ""
        if found:
            entries.append(_Entry(*word.span(), (int(number.replace(".", "")),)))
        elif UNKNOWN not in word.group():
            return
    yield from entries


def _regions(value: str, old: list[_Entry]) -> Iterator[tuple[int, int]]:
    """What to delete: runs of neighbouring entries, each with the separators after it, or before it at the end."""
    runs: list[tuple[int, int]] = []
    for entry in old:
        if runs and not value[runs[-1][1] : entry.start].strip(_SEPARATORS):
            runs[-1] = runs[-1][0], entry.end
        else:
            runs.append((entry.start, entry.end))
    for start, end in runs:
        after = end + len(value[end:]) - len(value[end:].lstrip(_SEPARATORS))
        if after < len(value):
            yield start, after
        else:
            yield len(value[:start].rstrip(_SEPARATORS)), end


def _spans(text: Text, start: int, end: int) -> list[Span]:
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
