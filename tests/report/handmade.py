"""Reports made by hand, so that rendering can be tested without rules that find anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cudamig.config import Config
from cudamig.discover import Candidate, Skipped
from cudamig.engine import Fault
from cudamig.facts import targets
from cudamig.kinds import kind_of
from cudamig.model import Edit, Finding, Fix, Safety, Severity, Span
from cudamig.report.view import Report, report
from cudamig.request import Request, Result
from cudamig.rules.load import known, rule_set
from cudamig.source import Source

RULE = "MIG102"  # any rule with a page


def span(text: str, piece: str, start: int = 0) -> Span:
    """Where ``piece`` stands in ``text``."""
    at = text.index(piece, start)
    return Span(at, at + len(piece))


def finding(path: str, where: Span, **fields: Any) -> Finding:
    """A finding with plain values for what a test does not care about."""
    values: dict[str, Any] = {
        "message": "it is old",
        "severity": Severity.WARNING,
        "fix": Fix("renew it", Safety.MANUAL, "nobody knows how"),
        **fields,
    }
    return Finding(RULE, path, where, **values)


def fix(*edits: Edit, safety: Safety = Safety.SAFE, group: str = "") -> Fix:
    """A fix with edits."""
    return Fix("renew it", safety, "it does the same", edits, group)


def made(files: Mapping[str, str | bytes], *findings: Finding, **fields: Any) -> Report:
    """A report over files that exist only here. ``fields``: faults, unread, skipped, suppressed of the result; verbose."""
    row = targets.get("cu126")
    request = Request((".",), Config(), row, rule_set(known(), row))
    raw = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    sources = {
        path: Source(path, data, (kind_of(path) or "text").replace("text", "requirements"))
        for path, data in raw.items()
    }
    result = Result(
        request=request,
        files=tuple(Candidate(path, source.kind) for path, source in sorted(sources.items())),
        findings=tuple(findings),
        suppressed=fields.get("suppressed", 0),
        skipped=tuple(Skipped(*row) for row in fields.get("skipped", ())),
        unread=tuple(Skipped(*row) for row in fields.get("unread", ())),
        faults=tuple(Fault(*row) for row in fields.get("faults", ())),
    )

    def read(path: str) -> Source:
        if path not in sources:
            raise FileNotFoundError(2, "No such file or directory")
        return sources[path]

    return report(result, read)._replace(verbose=fields.get("verbose", False))
