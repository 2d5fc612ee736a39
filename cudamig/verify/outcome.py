"""What a compiler said of a unit: it compiles, it does not and why, or nothing can be known."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from cudamig.verify.process import Done

_GNU = re.compile(
    r"^(?P<file>[^\s:][^:\n]*):(?P<line>\d+):(?:\d+:)? *(?P<kind>fatal error|error|note|warning): (?P<text>.*)$"
)
_FROM = re.compile(r"^(?:In file included from|\s+from) (?P<file>[^:\n]+):(?P<line>\d+)(?P<file2>)(?P<line2>)")
_EDG = re.compile(
    r"^(?P<file>[^\s(][^(\n]*)\((?P<line>\d+)\): (?P<kind>catastrophic error|error|warning)(?: #[\w-]+)?: (?P<text>.*)$"
)
_AT = re.compile(r'at line (?P<line>\d+) of "?(?P<file>[^"\n]+?)"?$|^(?P<file2>[^\s:][^:\n]*):(?P<line2>\d+):')
_ABSENT = re.compile(
    r"^'?(?P<gnu>[^':\n]+)'? ?(?:: No such file or directory|file not found)|"
    r"cannot open source file \"(?P<edg>[^\"]+)\""
)
_CRASH = re.compile(
    r"internal compiler error|internal error|PLEASE submit a bug report|Killed signal terminated|"
    r"virtual memory exhausted|out of memory|cannot allocate memory|No space left on device|Segmentation fault|"
    r"died due to signal|compiler signal",
    re.I,
)
# folders of headers that a torch wheel has, or had: one that is absent is gone, not forgotten on this machine
_TORCH = ("torch/", "ATen/", "c10/", "caffe2/", "TH/", "THC/", "THCUNN/", "THNN/")
_CUDA = ("c10/cuda/", "ATen/cuda/", "ATen/cudnn/", "TH/", "THC/", "THCUNN/", "torch/csrc/cuda/")


class Outcome(NamedTuple):
    """``ok`` is None where nothing can be known."""

    ok: bool | None
    why: str = ""  # the first error, or why nothing is known
    file: str = ""  # where it stands: a path as the user knows it
    line: int = 0
    absent: str = ""  # the header that is not found
    seconds: float = 0.0


def unknown(why: str, seconds: float = 0.0, absent: str = "") -> Outcome:
    """Nothing can be known of a unit."""
    return Outcome(None, why, absent=absent, seconds=seconds)


def judge(done: Done, copy: str, base: str, cuda: bool) -> Outcome:
    """What the end of a compiler means.

    ``copy``: the folder of the copy, which stands for ``base``. ``cuda``: torch is a build for CUDA.
    """
    if done.code is None:
        return unknown(done.text, done.seconds)
    if done.code == 0:
        return Outcome(True, seconds=done.seconds)
    crash = _crash(done, copy)
    if crash:
        return unknown(f"the compiler crashed: {crash}", done.seconds)
    found = _first(done.text, copy)
    if found is None:
        last = (done.text.strip().splitlines() or [f"exit code {done.code}"])[-1]
        return unknown(f"the compiler failed without an error in the code: {last[:300]}", done.seconds)
    file, line, text = found
    path = os.path.relpath(base + file[len(copy) :]) if file.startswith(copy + os.sep) else file
    outcome = Outcome(False, text.replace(copy, base), path, line, seconds=done.seconds)
    match = _ABSENT.match(text) or _ABSENT.search(text)
    return _absent(outcome, match.group("gnu") or match.group("edg"), cuda) if match else outcome


def _crash(done: Done, copy: str) -> str:
    """How the compiler broke down, or ``""``. What it quotes of the code does not count."""
    rows = (
        row
        for row in done.text.splitlines()
        if not row.startswith((" ", "\t")) and (not row.startswith(copy) or ": internal compiler error: " in row)
    )
    found = next((match.group() for row in rows if (match := _CRASH.search(row))), "")
    return found or (f"exit code {done.code}" if done.code and (done.code < 0 or done.code >= 128) else "")


def _absent(outcome: Outcome, header: str, cuda: bool) -> Outcome:
    """A header is not found: torch has dropped it, or this machine does not have it."""
    if not cuda and header.startswith(_CUDA):
        why = f"{header} is not in this torch, a build without CUDA"
    elif header.startswith(_TORCH):
        return outcome._replace(absent=header)
    else:
        why = f"{header} is not found here (its folder can be named with -I)"
    return outcome._replace(ok=None, why=why, absent=header)


def _first(text: str, copy: str) -> tuple[str, int, str] | None:
    """File, line and text of the first error.

    An error in a header from elsewhere gets the place in the tree that led there, where the compiler tells it: g++
    tells what it instantiates before the error, and which macro it expands after it, as the others do everything.
    """
    rows = text.splitlines()
    errors = [(i, match) for i, row in enumerate(rows) if (match := _error(row))]
    if not errors:
        return None
    at, match = errors[0]
    place = match["file"], int(match["line"])
    if not place[0].startswith(copy + os.sep):
        after = rows[at + 1 : errors[1][0] if len(errors) > 1 else None]
        places = [*_places(_AT, [*rows[:at], *after], copy), *_places(_FROM, rows[:at], copy)]
        place = places[0] if places else place
    return *place, match["text"].strip()


def _error(row: str) -> re.Match[str] | None:
    match = _GNU.match(row) or _EDG.match(row)
    return match if match and "error" in match["kind"] else None


def _places(pattern: re.Pattern[str], rows: list[str], copy: str) -> list[tuple[str, int]]:
    """The places in the tree that rows of a compiler's message name."""
    matches = [match.groupdict("") for row in rows if (match := pattern.search(row))]
    found = [(m["file"] or m["file2"], m["line"] or m["line2"]) for m in matches]
    return [(file, int(line)) for file, line in found if file.startswith(copy + os.sep)]
