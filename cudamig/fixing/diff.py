"""Unified diffs of bytes, exact enough for ``git apply`` and ``patch`` to read back."""

from __future__ import annotations

import difflib
import os
from collections.abc import Collection, Iterator, Mapping

_LARGE = 10_000_000  # pairs of lines that are compared one by one
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
    rows = list(_rows(_lines(before), _lines(after), context))
    if not rows:
        return b""
    out = [b"--- " + _header("a/" + name), b"+++ " + _header("b/" + name)]
    for row in rows:
        raw = row.encode("latin-1")
        out.append(raw if raw.endswith(b"\n") else raw + b"\n" + _NO_NEWLINE)
    return b"".join(out)


class _Matcher(difflib.SequenceMatcher[str]):
    """Sees that lines are equal which difflib passes over in a long file, because they are common (``}``)."""

    def __init__(self, before: list[str], after: list[str]) -> None:
        super().__init__(None, before, after)
        self._before, self._after = before, after

    def get_opcodes(self) -> list[tuple[str, int, int, int, int]]:  # type: ignore[override]  # no Literal
        out: list[tuple[str, int, int, int, int]] = []
        for tag, i1, i2, j1, j2 in super().get_opcodes():
            if tag == "replace" and (i2 - i1) * (j2 - j1) < _LARGE:
                inner = difflib.SequenceMatcher(None, self._before[i1:i2], self._after[j1:j2], False)
                out += [(t, i1 + a, i1 + b, j1 + c, j1 + d) for t, a, b, c, d in inner.get_opcodes()]
            else:
                out.append((tag, i1, i2, j1, j2))
        return out


def _rows(before: list[str], after: list[str], context: int) -> Iterator[str]:
    """The rows of a unified diff, without its head."""
    for group in _Matcher(before, after).get_grouped_opcodes(context):
        (_, i1, _, j1, _), (_, _, i2, _, j2) = group[0], group[-1]
        yield f"@@ -{_range(i1, i2)} +{_range(j1, j2)} @@\n"
        for tag, a, b, c, d in group:
            if tag == "equal":
                yield from (" " + line for line in before[a:b])
                continue
            yield from ("-" + line for line in before[a:b])
            yield from ("+" + line for line in after[c:d])


def _range(start: int, stop: int) -> str:
    """Lines as a hunk's head counts them."""
    if stop - start == 1:
        return str(start + 1)
    return f"{start + (stop > start)},{stop - start}"


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
