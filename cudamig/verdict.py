"""What is reported of what was found: selection, suppressions, and groups that cannot move whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from cudamig.config import matcher
from cudamig.model import Finding, Safety, Severity, manual
from cudamig.rules.load import expand
from cudamig.source import Source

if TYPE_CHECKING:
    from cudamig.request import Request
    from cudamig.suppress import Ignore

UNUSED, UNKNOWN = "MIG101", "MIG102"  # rules about suppressions themselves


class Verdict(NamedTuple):
    """Findings to report, sorted by place, and how many were suppressed."""

    findings: tuple[Finding, ...]
    suppressed: int


def judge(
    found: Iterable[Finding],
    ignores: Iterable[Ignore],
    request: Request,
    outside: frozenset[str],
    source: Callable[[str], Source],
) -> Verdict:
    """Take out what the user does not want to see, and hold back every group that loses a member by that.

    ``outside``: files that were read for context only.
    """
    ordered = sorted(set(found), key=_place)
    by_comment = _Comments(list(ignores) if request.inline_ignores else [], source)
    by_file = _per_file(request)
    kept, held, suppressed = [], dict[str, str](), 0
    for finding in ordered:
        why = _why_not(finding, request, outside, by_comment, by_file)
        if not why:
            kept.append(finding)
        elif finding.fix.group:
            held.setdefault(finding.fix.group, f"{finding.rule} at {finding.path}:{_line(source, finding)} {why}")
        suppressed += why in (_SUPPRESSED, _PER_FILE)
    for finding in kept:
        if finding.fix.group and not finding.fix.edits:
            held.setdefault(finding.fix.group, finding.fix.reason)
    kept = level([_hold(finding, held.get(finding.fix.group, "")) for finding in kept])
    kept += by_comment.left_over(request) if request.inline_ignores else []
    return Verdict(tuple(sorted(kept, key=_place)), suppressed)


_SUPPRESSED, _PER_FILE = "is suppressed by a comment", "is ignored by per-file-ignores"


def _why_not(
    finding: Finding,
    request: Request,
    outside: frozenset[str],
    by_comment: _Comments,
    by_file: Callable[[Finding], bool],
) -> str:
    if finding.path in outside:
        return "lies outside the given paths"
    if finding.rule not in request.rules.selected:
        return "is not selected"
    if by_file(finding):
        return _PER_FILE
    return _SUPPRESSED if by_comment.cover(finding) else ""


def _hold(finding: Finding, reason: str) -> Finding:
    """The finding, its fix held back when its group cannot move whole."""
    if not reason or not finding.fix.edits:
        return finding
    fix = manual(finding.fix.title, f"these move together or not at all, and {reason}", finding.fix.group)
    return finding._replace(fix=fix)


def level(findings: list[Finding]) -> list[Finding]:
    """A group is made all or none, so that each member is as safe as the least safe one."""
    unsafe = {f.fix.group: f for f in reversed(findings) if f.fix.group and f.fix.safety is Safety.UNSAFE}
    out = []
    for finding in findings:
        worst = unsafe.get(finding.fix.group)
        if worst and finding.fix.safety is Safety.SAFE:
            reason = f"it moves together with {worst.rule} in {worst.path}, which is unsafe: {worst.fix.reason}"
            finding = finding._replace(fix=finding.fix._replace(safety=Safety.UNSAFE, reason=reason))
        out.append(finding)
    return out


def _per_file(request: Request) -> Callable[[Finding], bool]:
    rows = [
        (matcher((pattern,), request.config.folder), expand(words, request.rules.known))
        for pattern, words in request.config.per_file_ignores
    ]
    return lambda finding: any(finding.rule in ids and match(finding.path) for match, ids in rows)


def _place(finding: Finding) -> tuple[str, int, int, str, str]:
    return finding.path, finding.span.start, finding.span.end, finding.rule, finding.message


def _line(source: Callable[[str], Source], finding: Finding) -> int:
    return source(finding.path).position(finding.span.start)[0]


class _Comments:
    """The suppressions of a run, and which of them were of use."""

    def __init__(self, ignores: list[Ignore], source: Callable[[str], Source]) -> None:
        self._by_path: dict[str, list[Ignore]] = {}
        for ignore in ignores:
            self._by_path.setdefault(ignore.path, []).append(ignore)
        self._sources = {path: source(path) for path in self._by_path}
        self._used: set[tuple[Ignore, str]] = set()

    def cover(self, finding: Finding) -> bool:
        """Whether a comment suppresses the finding."""
        ignores = self._by_path.get(finding.path, ())
        hit = False
        for ignore in ignores:
            if ignore.line <= self._sources[finding.path].line(finding.span.start) <= ignore.last:
                for word in ignore.words:
                    if word in (finding.rule, finding.rule.rstrip("0123456789")):
                        self._used.add((ignore, word))
                        hit = True
        return hit

    def left_over(self, request: Request) -> list[Finding]:
        """Findings about suppressions that suppress nothing, or name no rule."""
        families = {rule.family for rule in request.rules.known}
        known = {rule.id for rule in request.rules.known} | families
        tried = {rule.id for rule in request.rules.rules} & request.rules.selected | families
        out = []
        for ignore in (i for group in self._by_path.values() for i in group):
            for word in ignore.words or ("",):
                if word not in known or (word in tried and (ignore, word) not in self._used):
                    out.append(_about(ignore, word, word in known))
        return [finding for finding in out if finding.rule in request.rules.selected]


def _about(ignore: Ignore, word: str, known: bool) -> Finding:
    rule = UNUSED if known else UNKNOWN
    message = f"nothing on its line is found by {word}" if known else f"{word or 'an empty list'} names no rule"
    fix = manual("remove the comment or mend it", "only its author knows what it was for")
    return Finding(rule, ignore.path, ignore.span, f"this suppression has no effect: {message}", Severity.WARNING, fix)
