"""Which fixes are made in one round: safe enough, whole groups, no two on one place."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence

from cudamig.model import Edit, Finding, Safety


def choose(findings: Sequence[Finding], unsafe: bool, refused: frozenset[str] = frozenset()) -> list[Finding]:
    """The findings whose fixes are made now, in an order that does not depend on the input's.

    ``refused``: paths that must not be changed. A group is taken whole or not at all. Where fixes overlap the
    smaller one goes first; the other has its turn in the next round.
    """
    units: dict[object, list[Finding]] = {}
    for finding in findings:
        units.setdefault(finding.fix.group or finding, []).append(finding)
    whole = [unit for unit in units.values() if all(_eligible(f, unsafe, refused) for f in unit)]
    taken = _Taken()
    chosen: list[Finding] = []
    for unit in sorted(whole, key=_order):
        edits = {edit for finding in unit for edit in finding.fix.edits}
        if taken.admit(edits):
            chosen += unit
    return chosen


def _eligible(finding: Finding, unsafe: bool, refused: frozenset[str]) -> bool:
    fix = finding.fix
    if not fix.edits or fix.safety is Safety.MANUAL or (fix.safety is Safety.UNSAFE and not unsafe):
        return False
    return not any(edit.path in refused for edit in fix.edits)


def _order(unit: list[Finding]) -> tuple[int, list[Finding]]:
    size = max(edit.span.end - edit.span.start for finding in unit for edit in finding.fix.edits)
    return size, sorted(unit)


class _Taken:
    """The edits of a round so far, by path in the order of their places; no two of them touch."""

    def __init__(self) -> None:
        self._edits: dict[str, list[Edit]] = {}

    def admit(self, edits: Iterable[Edit]) -> bool:
        """Take ``edits`` unless one of them, or two of them, touch the same place differently."""
        fresh: list[Edit] = []
        for edit in sorted(edits):
            place = self._edits.setdefault(edit.path, [])
            at = bisect.bisect_left(place, edit)
            neighbours = place[max(at - 1, 0) : at + 1]
            if any(_clash(edit, other) for other in neighbours):
                for mine in fresh:
                    self._edits[mine.path].remove(mine)
                return False
            if edit not in neighbours:
                place.insert(at, edit)
                fresh.append(edit)
        return True


def _clash(a: Edit, b: Edit) -> bool:
    if a == b or a.path != b.path:
        return False
    return a.span.overlaps(b.span) or a.span == b.span
