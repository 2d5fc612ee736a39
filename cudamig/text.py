"""A resolved string that remembers where each of its characters stands in the file.

``FROM nvidia/cuda:${CUDA}-base`` with ``ARG CUDA=12.1.0`` reads ``nvidia/cuda:12.1.0-base``; its version stands on
the ARG line. A change of the resolved string is made where the characters stand, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudamig.model import Span

NOWHERE = -1
UNKNOWN = "\N{OBJECT REPLACEMENT CHARACTER}"  # stands for what only a running program would know


class Text:
    """An immutable string with an offset into the source for each character (NOWHERE for computed ones)."""

    __slots__ = ("at", "value")

    def __init__(self, value: str, at: Iterable[int]) -> None:
        """``at`` has one offset for each character of ``value``."""
        self.value = value
        self.at = tuple(at)

    @classmethod
    def of(cls, source: str, start: int, end: int) -> Text:
        """The piece of a source from ``start`` to ``end``."""
        return cls(source[start:end], range(start, end))

    def __len__(self) -> int:
        return len(self.value)

    def __getitem__(self, part: slice) -> Text:
        return Text(self.value[part], self.at[part])

    def __add__(self, other: Text) -> Text:
        return Text(self.value + other.value, self.at + other.at)

    def __repr__(self) -> str:
        return f"Text({self.value!r})"

    def __reduce__(self) -> tuple[type[Text], tuple[str, tuple[int, ...]]]:
        return Text, (self.value, self.at)

    @property
    def known(self) -> bool:
        """Whether no part of it is UNKNOWN."""
        return UNKNOWN not in self.value

    @property
    def start(self) -> int:
        """Offset of the first character that stands anywhere, or NOWHERE."""
        return next((offset for offset in self.at if offset != NOWHERE), NOWHERE)

    def span(self) -> Span | None:
        """Where the text stands, when it stands in one piece; None when it is scattered, computed or empty."""
        if not self.at or self.at[0] == NOWHERE:
            return None
        if any(b != a + 1 for a, b in zip(self.at, self.at[1:], strict=False)):
            return None
        return Span(self.at[0], self.at[-1] + 1)

    def stretch(self) -> Span | None:
        """The first stretch of characters that stand together, for a finding to point at; None for computed text."""
        start = self.start
        if start == NOWHERE:
            return None
        end = start
        for offset in self.at[self.at.index(start) + 1 :]:
            if offset != end + 1:
                break
            end = offset
        return Span(start, end + 1)

    def replace(self, start: int, end: int, new: str) -> tuple[Span, str] | None:
        """Where to write what so that ``value[start:end]`` reads ``new``; None when no single place does it."""
        whole = self[start:end].span()
        if whole:
            return whole, new
        old = self.value[start:end]
        head = _common(old, new)
        tail = _common(old[head:][::-1], new[head:][::-1])
        middle = self[start + head : end - tail].span()
        return (middle, new[head : len(new) - tail]) if middle else None


def _common(a: str, b: str) -> int:
    """Length of the longest common prefix."""
    count = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        count += 1
    return count


EMPTY = Text("", ())
