"""Unified diffs of bytes, exact enough for ``git apply`` and ``patch`` to read back."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

_NO_NEWLINE = b"\\ No newline at end of file\n"


def unified(path: str, before: bytes, after: bytes, context: int = 3) -> bytes:
    """The diff of one file, or ``b""``. Lines end at LF; a CR before it belongs to the line."""
    a, b = _lines(before), _lines(after)
    out = []
    rows = difflib.unified_diff(a, b, f"a/{path}", f"b/{path}", n=context)
    for number, row in enumerate(rows):
        raw = row.encode("latin-1") if number > 1 else row.encode("utf-8", "surrogateescape")
        out.append(raw if raw.endswith(b"\n") else raw + b"\n" + _NO_NEWLINE)
    return b"".join(out)


def patch(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> bytes:
    """The diff of all files, by path."""
    return b"".join(unified(path, before[path], after[path]) for path in sorted(after))


def _lines(raw: bytes) -> list[str]:
    """Lines as latin-1 text: one character a byte, so that nothing is lost on the way through difflib."""
    *lines, last = raw.decode("latin-1").split("\n")
    return [line + "\n" for line in lines] + ([last] if last else [])
