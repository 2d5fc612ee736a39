"""A place that names the stack, judged against the target, before it is known whether its unit can move."""

from __future__ import annotations

from typing import NamedTuple

from cudamig.model import Safety, Severity, Span


class Place(NamedTuple):
    """What one place says and what would have to happen to it.

    ``changes`` non-empty: it can move. ``blocks``: why the place holds its whole unit where it is. Neither: it is
    worth a word and holds nothing back (a newer stack than the target's).
    """

    role: str  # of the rule, "cuda-image"
    path: str
    span: Span
    message: str
    severity: Severity = Severity.WARNING
    changes: tuple[tuple[Span, str], ...] = ()
    blocks: str = ""
    safety: Safety = Safety.SAFE
    reason: str = ""  # why the safety is what it is, when the rule's own reason does not tell
    title: str = ""
    newer: bool = False  # names a newer stack than the target's
    silent: bool = False  # holds its unit back without a finding of its own
    needs_index: bool = False  # can move only with a wheel index added beside it
