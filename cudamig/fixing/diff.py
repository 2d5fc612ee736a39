"""Unified diffs of bytes, exact enough for ``git apply`` and ``patch`` to read back."""

from __future__ import annotations

import difflib
import os
from collections.abc import Collection, Mapping

_NO_NEWLINE = b"\\ No newline at end of file\n"


def base(paths: Collection[str]) -> str:
    """The folder that the names in a patch of ``paths`` are relative to.

    It is the working directory, unless a path lies outside: no tool takes a name with ``..`` in it.
    """
    if not any(path.startswith("../") for path in paths):
        return "."
    return os.path.relpath(os.path.commonpath([os.path.abspath(os.path.dirname(path)) for path in paths]))


def unified(name: str, before: bytes, after: bytes, context: int = 3) -> bytes:
    """The diff of one file, or ``b""``. Lines end at LF; a CR before it belongs to the line."""
    rows = list(difflib.unified_diff(_lines(before), _lines(after), n=context))
    if not rows:
        return b""
    out = [b"--- " + _header("a/" + name), b"+++ " + _header("b/" + name)]
    for row in rows[2:]:
        raw = row.encode("latin-1")
        out.append(raw if raw.endswith(b"\n") else raw + b"\n" + _NO_NEWLINE)
    return b"".join(out)


def patch(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> bytes:
    """The diff of all files, by path; their names are relative to ``base``."""
    folder = base(after)
    return b"".join(unified(_name(path, folder), before[path], after[path]) for path in sorted(after))


def _name(path: str, folder: str) -> str:
    return path if folder == "." else os.path.relpath(path, folder).replace(os.sep, "/")


def _header(name: str) -> bytes:
    """A name as git and GNU patch write it: quoted where it holds control characters or quotes, and a tab behind a
    name with a space, which would end at the space otherwise."""
    raw = os.fsencode(name)
    if any(byte < 32 or byte in b'"\\\x7f' for byte in raw):
        quoted = (b"\\%03o" % byte if byte < 32 or byte in b'"\\\x7f' else bytes((byte,)) for byte in raw)
        return b'"' + b"".join(quoted) + b'"\n'
    return raw + (b"\t\n" if b" " in raw else b"\n")


def _lines(raw: bytes) -> list[str]:
    """Lines as latin-1 text: one character a byte, so that nothing is lost on the way through difflib."""
    *lines, last = raw.decode("latin-1").split("\n")
    return [line + "\n" for line in lines] + ([last] if last else [])
