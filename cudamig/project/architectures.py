"""Lists of GPU architectures that a build names: the entries that the target's compiler has dropped, taken out.

Two ways to write them: a list of compute capabilities (``TORCH_CUDA_ARCH_LIST="3.5;7.0+PTX"``, CMake's ``35;70-real``)
and compiler options (``-gencode arch=compute_35,code=sm_35``). Nothing is added to a list, but ``+PTX`` (code for all
newer GPUs) stays when its entry goes; where no entry would remain, the oldest architecture of the target is proposed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cudamig.facts import store
from cudamig.facts.targets import Target
from cudamig.model import Safety, Severity, Span
from cudamig.project.architecture_lists import (
    CODED,
    NUMBER,
    SEPARATORS,
    Entry,
    capabilities,
    options_of,
    regions,
    singles_of,
    spans_of,
)
from cudamig.project.place import Place
from cudamig.text import EMPTY, NOWHERE, UNKNOWN, Text

_DEFINITION = re.compile(r"-D(\w*ARCH\w*)(?::\w+)?=")
_LIST = re.compile(r"CUDA_?ARCH|ARCH\w*_CUDA")  # in the name of a variable that holds capabilities
_LEFT = "no architecture would remain: torch then builds for TORCH_CUDA_ARCH_LIST, or for the GPUs that it finds"
_BOTH = "the compiler got an architecture of its own beside those that stay"


class Drop(NamedTuple):
    """What of a list of architectures the target's compiler cannot build for."""

    gone: tuple[str, ...]  # entries as written
    edits: tuple[tuple[Span, str], ...]  # that take them out; empty where ``why`` says why it is not done
    why: str = ""
    review: str = ""  # why somebody has to look at it


def oldest(target: Target) -> int | None:
    """The oldest compute capability, without the dot, that the target's compiler builds for; None: not known."""
    row = store.load("facts-cuda")["toolkits"].get(target.cuda_minor)
    return min(int(code) for code in row["sass"] if code.isdigit()) if row else None


def judge(path: str, text: Text, target: Target, variable: str = "") -> Iterator[Place]:
    """The place of a string that names architectures, where some of them are too old.

    ``variable``: what holds the string. Bare numbers are architectures only in a variable that is called so.
    """
    if not _LIST.search(variable) and not CODED.search(text.value):
        return
    drop = drop_old(text, target)
    span = text.stretch()
    if drop and span:
        many = ", ".join(dict.fromkeys(drop.gone))
        message = f"CUDA {target.cuda_minor} has no compiler for {many}"
        where = drop.edits[0][0] if len(drop.edits) == 1 else span
        safety = Safety.UNSAFE if drop.review else Safety.SAFE
        yield Place(
            "cuda-architecture", path, where, message, Severity.ERROR, drop.edits, drop.why, safety, drop.review
        )


def options(path: str, words: Sequence[Text], target: Target) -> Iterator[Place]:
    """The place of the options of one command (``nvcc -gencode ...``, ``cmake -DCMAKE_CUDA_ARCHITECTURES=...``).

    Words are taken out only where one blank stands between them; what else may be there is not seen here.
    """
    for word in words:
        definition = _DEFINITION.match(word.value)
        if definition:
            yield from judge(path, word[definition.end() :], target, definition.group(1))
    if any(CODED.search(word.value) for word in words):
        line = EMPTY
        for word in words:
            close = bool(line.at and word.at) and word.at[0] == line.at[-1] + 2
            line = line + Text(" ", [line.at[-1] + 1 if close else NOWHERE]) + word
        line = line[1:]
        whole = all(at != NOWHERE for char, at in zip(line.value, line.at, strict=True) if char == " ")
        for place in judge(path, line, target):
            why = "the options stand on several lines or in quotes: take them out by hand"
            yield place if whole or not place.changes else place._replace(changes=(), blocks=why)


def drop_old(text: Text, target: Target, leave: bool = False) -> Drop | None:
    """What to take out of a list of capabilities or a string of compiler options; None when nothing in it is too old.

    The separators of what is taken out go with it. There are no edits where an entry is not understood, and where the
    text is put together from several places. Where no entry would remain, one becomes the target's oldest, unless
    ``leave`` says that torch chooses then.
    """
    limit = oldest(target)
    if limit is None:
        return None
    options = bool(CODED.search(text.value))
    entries = list(options_of(text.value)) if options else list(capabilities(text.value))
    singles = list(singles_of(text.value)) if options else []
    old = [entry for entry in entries if min(entry.numbers) < limit]
    alone = [single for single in singles if min(single.numbers) < limit]
    if not old and not alone:
        return None
    gone = tuple(text.value[entry.start : entry.end] for entry in (*old, *alone))
    stays = len(old) < len(entries)
    why = _why_not(text, [*old, *alone], len(alone) < len(singles), options, limit)
    if why:
        return Drop(gone, (), why)
    if stays or leave:
        cut = sorted((*old, *alone))
        edits = tuple((span, "") for start, end in regions(text.value, cut) for span in spans_of(text, start, end))
        review = "" if stays and not alone else _BOTH if stays else _LEFT
        return Drop(gone, (*edits, *_carried(text, entries, old)), "", review)
    if UNKNOWN in text.value:
        return Drop(gone, (), "no architecture would remain that is seen, and part of it is computed")
    return _refilled(text, gone, old, alone, f"{limit // 10}.{limit % 10}")


def _refilled(text: Text, gone: tuple[str, ...], old: list[Entry], alone: list[Entry], oldest: str) -> Drop:
    """One entry becomes the target's oldest architecture, the others go."""
    last = max(old, key=lambda entry: (max(entry.numbers), entry.start), default=None)
    rest = [entry for entry in old if entry is not last]
    edits: list[tuple[Span, str] | None] = [
        (span, "") for start, end in regions(text.value, rest) for span in spans_of(text, start, end)
    ]
    ptx = "+PTX" if any(text.value[entry.end - 4 : entry.end] == "+PTX" for entry in old) else ""
    for entry in (*alone, *([last] if last else ())):
        written = text.value[entry.start : entry.end]
        if CODED.search(written):
            for found in NUMBER.finditer(written):
                start, end = (entry.start + offset for offset in found.span(1))
                edits.append(text.replace(start, end, oldest.replace(".", "")))
        else:
            dotted = "." in written or written[0].isalpha()
            kind = "" if dotted else next((k for k in ("-real", "-virtual") if written.endswith(k)), "")
            new = (oldest if dotted else oldest.replace(".", "")) + (kind or ptx)
            edits.append(text.replace(entry.start, entry.end, new))
    done = tuple(edit for edit in edits if edit)
    if len(done) < len(edits):
        return Drop(gone, (), "no architecture would remain, and the list is put together from several places")
    return Drop(gone, done, "", f"no architecture would remain: {oldest} is the oldest that the target builds for")


def _carried(text: Text, entries: list[Entry], old: list[Entry]) -> Iterator[tuple[Span, str]]:
    """``+PTX`` on the newest entry that stays, when the only one that had it goes."""
    kept = [entry for entry in entries if entry not in old]
    having = [entry for entry in entries if text.value[entry.start : entry.end].endswith("+PTX")]
    if kept and having and all(entry in old for entry in having):
        last = max(kept, key=lambda entry: (max(entry.numbers), entry.start))
        change = text.replace(last.start, last.end, text.value[last.start : last.end] + "+PTX")
        if change:
            yield change


def all_old(value: str, target: Target) -> bool:
    """Whether a string is nothing but entries that the target's compiler has dropped: an item of a list may go."""
    limit = oldest(target)
    if limit is None:
        return False
    value = value.strip(SEPARATORS)
    if value.startswith("arch=compute_"):
        value = "-gencode " + value
    entries = list(options_of(value)) or list(capabilities(value))
    rest = value
    for entry in reversed(entries):
        rest = rest[: entry.start] + rest[entry.end :]
    return bool(entries) and not rest.strip(SEPARATORS) and all(max(entry.numbers) < limit for entry in entries)


def _why_not(text: Text, old: list[Entry], other: bool, options: bool, limit: int) -> str:
    """Why the entries cannot be taken out, or ``""``. ``other``: a current single option stands beside old ones."""
    if not options and UNKNOWN in text.value:
        return "part of the list is computed"
    if other or any(max(entry.numbers) >= limit for entry in old):
        return "one option names old and current architectures together"
    if any(NOWHERE in text.at[entry.start : entry.end] for entry in old):
        return "the list is put together from several places"
    return ""
