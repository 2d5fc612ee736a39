"""All files together: the only place where one file knows of another.

Places that name the stack are judged file by file, joined to installation units, and move as units: all places of a
unit get fixes of one group, or none does and every one says why.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cudamig.engine import FileResult
from cudamig.model import Edit, Finding, Fix, Kept, Safety, Severity, manual
from cudamig.project import files, limits, locks, told, units
from cudamig.project.place import Place
from cudamig.rules.load import RuleSet
from cudamig.rules.model import Context, Rule
from cudamig.text import UNKNOWN


def check(
    results: Sequence[FileResult], rules: RuleSet, context: Context, read: locks.Read
) -> tuple[list[Finding], list[Kept]]:
    """Findings on the places that name a stack, with their moves as groups, and the places left alone on purpose.

    ``read`` gives the bytes of a file of the tree that is no source (a lock file), or None.
    """
    by_role = rules.stack()
    judged = files.judge_all(results, context.target, read)
    by_path = {result.path: result for result in results}
    nodes = {result.path: result.nodes for result in results}
    findings = []
    found = [(unit, _held(unit, context)) for unit in units.join(judged)]
    reasons = [(unit, next(filter(None, held.values()), "")) for unit, held in found]
    for unit, held in found:
        if any(place.changes for place in unit.places) and by_path[unit.files[0]].kind == "markup":
            held = {path: why or told.held(path, reasons, by_path) for path, why in held.items()}
        safety = Safety.UNSAFE if any(place.safety is Safety.UNSAFE for place in unit.places) else Safety.SAFE
        for place in limits.demanding(unit, nodes, context.target):
            rule = by_role.get(place.role)
            if rule:
                newer = place.newer and limits.direction(place, nodes[place.path], context.rows)
                findings.append(_finding(place, rule, unit, newer or held[place.path], safety, context))
    return findings, [Kept(p.path, p.span, p.message) for file in judged for p in file.places if p.kept]


def _held(unit: units.Unit, context: Context) -> dict[str, str]:
    """Why a unit cannot move, said in each of its files."""
    refused = limits.refusal(unit, context)
    return {path: refused or units.held(unit, context.target, path) for path in {place.path for place in unit.places}}


def _finding(place: Place, rule: Rule, unit: units.Unit, held: str, safety: Safety, context: Context) -> Finding:
    if place.todo:
        fix = manual(place.todo, place.reason)
    elif place.newer:
        fix = manual("nothing to do", held)
    elif not place.changes and not place.blocks:
        mends = place.severity is Severity.ERROR and not held and any(other.changes for other in unit.places)
        why = "the move of the whole installation mends it" if mends else place.reason or rule.reason
        fix = manual(rule.title, why)
    elif place.blocks or held:
        fix = manual(rule.title, place.blocks or held, instead=place.instead)
    else:
        edits = tuple(Edit(place.path, span, new) for span, new in place.changes)
        fix = Fix(rule.title, safety, _reason(unit, place, safety, rule), edits, unit.name)
    severity = place.severity
    if severity is Severity.WARNING and any(other.deliberate for other in unit.obstacles):
        severity = Severity.INFO
    fix = fix._replace(reason=_shown(fix.reason))
    if held and not fix.edits and not place.newer:
        fix = fix._replace(held=tuple(item._replace(message=_shown(item.message)) for item in units.reasons(unit)))
    return context.finding(rule, place.path, place.span, _shown(place.message), fix, place.related, severity)


def _shown(words: str) -> str:
    """Words about a place, with dots for what only a running program would know."""
    return re.sub(f"{UNKNOWN}+", "...", words)


def _reason(unit: units.Unit, place: Place, safety: Safety, rule: Rule) -> str:
    """Why a unit's move is safe, or what a reviewer must look at, and what it newly demands."""
    why = rule.reason
    if safety is Safety.UNSAFE:
        why = next(p.reason for p in unit.places if p.safety is Safety.UNSAFE)
    return f"{why}. {place.demands}" if place.demands else why
