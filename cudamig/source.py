"""A file's bytes: encoding, byte order mark, line ends. The only place that maps characters to bytes.

Everything downstream sees ``Source.text`` (decoded, without a byte order mark, line ends untouched) and speaks of
places as code points in it. Decoding is exact: ``text`` encoded again gives the bytes of the file, so bytes outside
an edit cannot change.
"""

from __future__ import annotations

import bisect
import codecs
import re

from cudamig.model import Edit, Span

MAX_BYTES = 4_000_000  # larger sources are generated or data; parsing one takes minutes and gigabytes

_LINE_END = re.compile(r"\r\n|\r|\n")
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:[#\r\n]|$)")


class Unreadable(Exception):
    """The bytes are no text that we can edit. The message says why."""


class Source:
    """One file as text, with the way back to its bytes."""

    __slots__ = ("_starts", "bom", "encoding", "kind", "path", "raw", "text")

    def __init__(self, path: str, raw: bytes, kind: str) -> None:
        """Decode ``raw``; ``kind`` is the host kind (a Python file may carry an encoding cookie).

        Raises Unreadable for UTF-16 and UTF-32, for binary data, and for bytes that the file's encoding does not allow.
        """
        self.path, self.raw, self.kind = path, raw, kind
        if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise Unreadable("UTF-16 text; save it as UTF-8 to have it scanned")
        if b"\0" in raw:
            raise Unreadable("binary data (it holds NUL bytes)")
        self.bom = len(codecs.BOM_UTF8) if raw.startswith(codecs.BOM_UTF8) else 0
        self.encoding = _encoding(raw, kind, bool(self.bom))
        try:
            self.text = raw[self.bom :].decode(self.encoding)
            exact = self.encoding == "utf-8" or _stateless(self.text, self.encoding) == raw[self.bom :]
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, self.bom + error.start) + 1
            raise Unreadable(f"line {line}: not valid {self.encoding}: {error.reason}") from None
        except (UnicodeError, LookupError) as error:
            raise Unreadable(f"not valid {self.encoding}: {error}") from None
        if not exact:
            raise Unreadable(f"{self.encoding} does not map back to the same bytes")
        self._starts: list[int] | None = None

    @property
    def starts(self) -> list[int]:
        """Offset of the first character of each line; a line ends at LF, CRLF or a lone CR (as Python counts)."""
        if self._starts is None:
            self._starts = [0, *(m.end() for m in _LINE_END.finditer(self.text))]
        return self._starts

    def line(self, offset: int) -> int:
        """0-based line of a character."""
        return bisect.bisect_right(self.starts, offset) - 1

    def position(self, offset: int) -> tuple[int, int]:
        """1-based line and 1-based column in code points, as reports print them."""
        line = self.line(offset)
        return line + 1, offset - self.starts[line] + 1

    def line_text(self, line: int) -> str:
        """Text of a 0-based line without its line end."""
        starts = self.starts
        end = starts[line + 1] if line + 1 < len(starts) else len(self.text)
        return self.text[starts[line] : end].rstrip("\r\n")

    def at(self, line: int, utf8_column: int) -> int:
        """Offset of a 0-based line and a column counted in UTF-8 bytes (as ``ast`` and tree-sitter count)."""
        start = self.starts[line]
        head = self.text[start : start + utf8_column]
        if head.isascii():
            return start + utf8_column
        return start + len(head.encode()[:utf8_column].decode())

    def slice(self, span: Span) -> str:
        """The text of a span."""
        return self.text[span.start : span.end]

    @property
    def newline(self) -> str:
        """The line end that an inserted line should use: the file's first one, LF if it has none."""
        first = _LINE_END.search(self.text)
        return first.group() if first else "\n"

    def byte_offset(self, offset: int) -> int:
        """Byte offset, in the file as it lies on disk, of a character."""
        head = self.text[:offset]
        return self.bom + (offset if head.isascii() else len(head.encode(self.encoding)))

    def apply(self, edits: list[Edit]) -> bytes:
        """The file's bytes with ``edits`` (of this file, not overlapping) made; all other bytes stay as they are.

        Raises Unreadable when a replacement holds a character that the file's encoding lacks.
        """
        out, last = [], len(self.raw)
        for edit in sorted(edits, key=lambda e: e.span, reverse=True):
            start, end = self.byte_offset(edit.span.start), self.byte_offset(edit.span.end)
            try:
                new = edit.replacement.encode(self.encoding)
            except UnicodeError as error:
                raise Unreadable(f"the fix does not fit the file's encoding: {error}") from None
            out += [self.raw[end:last], new]
            last = start
        out.append(self.raw[:last])
        return b"".join(reversed(out))


def _stateless(text: str, encoding: str) -> bytes:
    """Encode character by character: differs from the file when the codec keeps state (UTF-7, ISO-2022-JP)."""
    return b"".join(c.encode(encoding) for c in text)


def _encoding(raw: bytes, kind: str, bom: bool) -> str:
    """The codec to read ``raw`` with.

    Python: the cookie of PEP 263, else UTF-8. Other kinds: UTF-8, else latin-1, which takes any byte and gives it
    back (comments in old C++ and Dockerfiles are often in a national code page, and no edit of ours touches them).
    YAML has to be Unicode by its own specification.
    """
    if kind == "python" and not bom:
        for line in raw.split(b"\n", 2)[:2]:
            cookie = _COOKIE.match(line)
            if cookie:
                return cookie.group(1).decode("ascii")
            if not _BLANK.match(line):
                break
    if kind in ("python", "yaml") or bom:
        return "utf-8"
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"
