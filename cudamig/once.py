"""What is told once for a file, with all its places, because a line for each of them would say nothing new."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cudamig.model import Finding, Related, Severity

_SHOWN = 9  # further places of a finding


def merged(findings: Sequence[Finding], once: Collection[str]) -> list[Finding]:
    """Findings with those joined that say the same: of the rules ``once``, and advice that nobody can act on here."""
    alike: dict[tuple[object, ...], list[Finding]] = {}
    for number, finding in enumerate(findings):
        advice = finding.severity is Severity.INFO and not finding.fix.edits
        told = finding.rule in once or advice
        fix = finding.fix
        key = (finding.rule, fix.title, fix.reason, fix.safety, fix.group) if told else (number,)
        alike.setdefault(key, []).append(finding)
    return [_joined(same) for same in alike.values()]


def _joined(same: list[Finding]) -> Finding:
    """One finding at the first place, with the edits of all."""
    first, *others = sorted(same, key=lambda finding: finding.span)
    if not others:
        return first
    edits = tuple(dict.fromkeys(edit for finding in (first, *others) for edit in finding.fix.edits))
    related = tuple(Related(other.path, other.span, "and here") for other in others[:_SHOWN])
    return first._replace(
        message=f"{first.message} ({len(same)} places in this file)",
        fix=first.fix._replace(edits=edits),
        related=(*first.related, *related),
    )
