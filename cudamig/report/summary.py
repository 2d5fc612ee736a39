"""The closing lines of check and fix, like a plan: what was seen, what can be done, what to type next."""

from __future__ import annotations

from cudamig.report.view import Report, safety_counts


def plan(report: Report) -> str:
    """The plan after a check: files by kind, findings by safety, the target and why, the next command."""
    result, request = report.result, report.result.request
    scanned = ", ".join(f"{count} {kind}" for kind, count in result.counts().items()) or "nothing"
    safety = safety_counts(result.findings)
    lines = [
        f"scanned   {scanned}",
        f"target    {request.target.name}: {request.target.title} ({request.config.target_source})",
        f"findings  {safety['safe']} safe, {safety['unsafe']} unsafe, {safety['manual']} manual",
    ]
    if result.unread:
        lines.append("not understood  " + ", ".join(f"{skip.path} ({skip.reason})" for skip in result.unread))
    if safety["safe"]:
        lines.append("next      cudamig fix")
    return "\n".join(lines)
