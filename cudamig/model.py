"""The few types that everything else speaks: span, edit, fix, finding.

Offsets are code points of the decoded file (see ``source.py``, the only place that maps them to bytes).
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How much a finding matters at the chosen target."""

    ERROR = "error"  # removed, or cannot run there
    WARNING = "warning"  # deprecated, or behind the target
    INFO = "info"  # advice

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for error."""
        return ("info", "warning", "error").index(self.value)


class Safety(StrEnum):
    """Whether a fix may be written without a person looking at it."""

    SAFE = "safe"  # same behaviour, or code that could not work at the target, or a complete move of a stack
    UNSAFE = "unsafe"  # needs review; written only with --unsafe
    MANUAL = "manual"  # no edit: what a person must do


class Span(NamedTuple):
    """Half-open range of code points of a file's decoded text."""

    start: int
    end: int

    def overlaps(self, other: Span) -> bool:
        """Whether both touch a common character, or one inserts strictly inside the other."""
        return self.start < other.end and other.start < self.end


class Edit(NamedTuple):
    """Replace ``span`` of ``path`` by ``replacement`` (an empty span inserts)."""

    path: str
    span: Span
    replacement: str


class Related(NamedTuple):
    """Another place that belongs to a finding."""

    path: str
    span: Span
    message: str


class Fix(NamedTuple):
    """What would mend a finding. ``edits`` is empty when ``safety`` is manual."""

    title: str
    safety: Safety
    reason: str
    edits: tuple[Edit, ...] = ()
    group: str = ""  # fixes with one group are applied all or none
    instead: str = ""  # lines for a person to write in its place, where they are known and the edit is not
    held: tuple[Related, ...] = ()  # all that holds it, where the reason tells one of several


class Kept(NamedTuple):
    """A place that names an old stack and is left alone on purpose: history, a matrix, a branch for one version."""

    path: str
    span: Span
    reason: str


class Finding(NamedTuple):
    """A rule at a place."""

    rule: str
    path: str
    span: Span
    message: str
    severity: Severity
    fix: Fix
    related: tuple[Related, ...] = ()


def manual(title: str, reason: str, group: str = "", instead: str = "") -> Fix:
    """A fix that only a person can make."""
    return Fix(title, Safety.MANUAL, reason, (), group, instead)
