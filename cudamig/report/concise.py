"""``--output-format concise``: one line a finding, ``path:line:column: severity RULE message``."""

from __future__ import annotations

from cudamig.report.screen import visible
from cudamig.report.view import Report


def render(report: Report) -> str:
    """The report as text."""
    lines = []
    for view in report.views:
        finding, place = view.finding, view.place
        fix = f" [{finding.fix.safety.value} fix]" if finding.fix.edits else ""
        where = f"{finding.path}:{place.line}:{place.column}"
        lines.append(visible(f"{where}: {finding.severity.value} {finding.rule} {finding.message}{fix}"))
    return "\n".join(lines)
