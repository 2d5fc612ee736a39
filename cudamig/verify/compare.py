"""What the outcomes before and after the fixes mean together."""

from __future__ import annotations

import enum
from typing import NamedTuple

from cudamig.verify.outcome import Outcome


class Verdict(enum.Enum):
    """What became of a unit."""

    OK = "ok"
    MENDED = "mended"
    FAILS = "still fails"
    WORSE = "WORSE"
    UNCHECKED = "not checked"


class Row(NamedTuple):
    """One unit, before and after."""

    unit: str  # absolute path
    verdict: Verdict
    before: Outcome
    after: Outcome
    changed: tuple[str, ...]  # files of the unit that the fixes change, as the user knows them

    @property
    def told(self) -> Outcome:
        """The outcome that says why: the last that is not fine."""
        return self.before if self.verdict is Verdict.UNCHECKED and self.after.ok else self.after


def row(unit: str, before: Outcome, after: Outcome, changed: tuple[str, ...] = ()) -> Row:
    """The verdict on a unit.

    A header that this machine lacks explains a unit that could not be compiled before. It does not excuse one that
    compiled: then the fix asks for the header. Time that is up and crashes prove nothing either way.
    """
    if before.ok and after.ok:
        verdict = Verdict.OK
    elif before.ok:
        verdict = Verdict.WORSE if after.ok is False or after.absent else Verdict.UNCHECKED
    elif after.ok:
        mended = before.ok is False or before.absent
        verdict = Verdict.MENDED if mended else Verdict.UNCHECKED
    elif after.ok is False:
        verdict = Verdict.FAILS if before.ok is False or before.absent else Verdict.UNCHECKED
    else:
        verdict = Verdict.UNCHECKED
    return Row(unit, verdict, before, after, changed)
