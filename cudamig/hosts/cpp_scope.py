"""Which declaration a name refers to at a place of a file."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cudamig.hosts.cpp_tree import Declared

_NO_VALUE = ("using", "class")


class Rows:
    """All declarations of one name.

    They are gone through once: the places where another one comes into force are kept in order, so that a look-up is
    a search by halves. A macro-made file declares ``x`` thousands of times and asks for it as often.
    """

    def __init__(self, rows: Sequence[Declared]) -> None:
        self._kinds: dict[str, list[Declared]] = {}
        self._edges = [0]
        self._owners: list[Declared | None] = [None]
        open_: list[Declared] = []
        for row in sorted(rows, key=lambda row: (row.start, -row.end, row.offset)):
            self._kinds.setdefault(row.kind, []).append(row)
            if row.kind not in _NO_VALUE:
                self._close(open_, row.start)
                open_.append(row)
                self._edge(row.start, row)
        self._close(open_, None)

    def at(self, offset: int) -> Declared | None:
        """The declaration in force at a place: the innermost one, the last before the place."""
        return self._owners[bisect.bisect_right(self._edges, offset) - 1]

    def of(self, *kinds: str) -> list[Declared]:
        """The declarations of some kinds, by place within each."""
        return [row for kind in kinds for row in self._kinds.get(kind, ())]

    def _close(self, open_: list[Declared], offset: int | None) -> None:
        """Leave the scopes that end before or at ``offset``, or all of them."""
        while open_ and (offset is None or open_[-1].end <= offset):
            end = open_.pop().end
            while open_ and open_[-1].end <= end:
                open_.pop()
            self._edge(end, open_[-1] if open_ else None)

    def _edge(self, offset: int, owner: Declared | None) -> None:
        self._edges.append(offset)
        self._owners.append(owner)


NONE = Rows(())
