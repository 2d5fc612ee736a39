"""A place that names the stack, judged against the target, before it is known whether its unit can move."""

from __future__ import annotations

from typing import NamedTuple

from cudamig.model import Related, Safety, Severity, Span


class Place(NamedTuple):
    """What one place says and what would have to happen to it.

    ``changes`` non-empty: it can move. ``blocks``: why the place holds its whole unit where it is. Neither: it is
    worth a word and holds nothing back (a newer stack than the target's).
    """

    role: str  # of the rule, "cuda-image"; "" for an obstacle, which has no finding of its own
    path: str
    span: Span
    message: str
    severity: Severity = Severity.WARNING
    changes: tuple[tuple[Span, str], ...] = ()
    blocks: str = ""
    safety: Safety = Safety.SAFE
    reason: str = ""  # why it is not safe, or why the advice
    demands: str = ""  # what the move newly demands of hosts
    todo: str = ""  # advice that holds nothing back: what a person should do; ``reason`` says why
    newer: bool = False  # names a newer stack than the target's
    needs_index: bool = False  # can move only with a wheel index added beside it
    deliberate: bool = False  # an obstacle that shows that the old stack is meant
    lock: bool = False  # an obstacle that is a lock file: gone when what it is made of moves too
    alone: bool = False  # moves or stays by itself, whatever else its file holds
    system: bool = False  # an obstacle to moving an image only: it uses what the image brings
    related: tuple[Related, ...] = ()  # other places that belong to it
    instead: str = ""  # what a person would write in its place, where it cannot move

    @property
    def kept(self) -> bool:
        """Whether it is left alone on purpose; the message says why."""
        return not self.role and not self.blocks

    @property
    def carries(self) -> bool:
        """Whether the place makes its file part of a unit: it moves, or cannot."""
        return bool(self.role and (self.changes or self.blocks) and not self.alone)


def obstacle(path: str, span: Span, why: str, deliberate: bool = False) -> Place:
    """Something that names no stack but holds back whatever moves with its file."""
    return Place("", path, span, "", blocks=why, deliberate=deliberate)


def kept(path: str, span: Span, why: str) -> Place:
    """Something that names an old stack and is left alone on purpose; told with ``--verbose`` only."""
    return Place("", path, span, why)
