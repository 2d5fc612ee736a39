"""``--output-format full``: each finding with its frame, its reason and its fix, and the plan at the end."""

from __future__ import annotations

from cudamig.report import concise, summary
from cudamig.report.view import Report


def render(report: Report) -> str:
    """The report as text."""
    return "\n\n".join(part for part in (concise.render(report), summary.plan(report)) if part)
