"""Rounds of fixes over a session until nothing changes. Nothing is written here."""

from __future__ import annotations

from typing import NamedTuple

from cudamig import hosts
from cudamig.engine import Fault
from cudamig.fixing.choose import choose
from cudamig.hosts import NotUnderstood
from cudamig.model import Edit, Finding
from cudamig.request import Result
from cudamig.run import Session
from cudamig.source import Source, Unreadable

ROUNDS = 10


class Plan(NamedTuple):
    """What the fixes make of the tree."""

    before: dict[str, bytes]  # of every file that changes
    after: dict[str, bytes]
    made: tuple[Finding, ...]  # findings whose fixes are in it, round by round
    left: Result  # what holds afterwards
    faults: tuple[Fault, ...]  # files left as they were because a fix of ours failed on them


def plan(session: Session, unsafe: bool, refused: dict[str, str] | None = None) -> Plan:
    """Fix in memory until nothing changes.

    ``refused``: paths that must stay as they are, with the reason. A file whose fixes add a syntax error, or never
    come to an end, is left as it was, and every group with a part in it too.
    """
    reasons = dict(refused or {})
    faults: list[Fault] = []
    while True:
        session.lay(dict.fromkeys(session.changed))
        before: dict[str, bytes] = {}
        made: list[Finding] = []
        bad = _rounds(session, unsafe, frozenset(reasons), before, made)
        if not bad:
            break
        for path, reason in bad.items():
            faults.append(Fault(path, f"left as it was: {reason}"))
        reasons.update(bad)
    after = {path: raw for path, raw in session.changed.items() if raw != before[path]}
    return Plan({path: before[path] for path in after}, after, tuple(made), session.result(), tuple(faults))


def _rounds(
    session: Session, unsafe: bool, refused: frozenset[str], before: dict[str, bytes], made: list[Finding]
) -> dict[str, str]:
    """Lay fixes over the session round by round; the files that must not be fixed, with the reason, when some fail."""
    changed: dict[str, bytes | None] = {}
    for _ in range(ROUNDS):
        chosen = choose(session.result().findings, unsafe, refused)
        if not chosen:
            return {}
        edits: dict[str, set[Edit]] = {}
        for finding in chosen:
            for edit in finding.fix.edits:
                edits.setdefault(edit.path, set()).add(edit)
        changed, bad = {}, {}
        for path in sorted(edits):
            source = session.source(path)
            before.setdefault(path, source.raw)
            new = _edited(source, edits[path])
            if isinstance(new, str):
                bad[path] = f"{new} (rules {_names(chosen, path)})"
            else:
                changed[path] = new
        if bad:
            return bad
        session.lay(changed)
        made += chosen
    return dict.fromkeys(changed, f"its fixes do not come to an end after {ROUNDS} rounds")


def _edited(source: Source, edits: set[Edit]) -> bytes | str:
    """The file with ``edits`` made, or why that must not be."""
    try:
        raw = source.apply(sorted(edits))
        new = hosts.parse(Source(source.path, raw, source.kind))
    except Unreadable as error:
        return str(error)
    except NotUnderstood as error:
        return f"the fix breaks its syntax: {error}"
    if new.errors > hosts.parse(source).errors:
        return "the fix adds a syntax error"
    return raw


def _names(chosen: list[Finding], path: str) -> str:
    return ", ".join(sorted({f.rule for f in chosen if any(edit.path == path for edit in f.fix.edits)}))
