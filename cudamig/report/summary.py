"""The closing lines of check, like a plan: what was seen, what can be done, what to type next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cudamig.discover import Skipped
from cudamig.kinds import KINDS
from cudamig.report.screen import ink, visible
from cudamig.report.view import Report, safety_counts

_SHOWN = 10  # files that were not understood, when nobody asked for all


def plan(report: Report) -> str:
    """The plan after a check: files by kind, findings by safety, the target and why, the next command.

    One line when there is nothing to do.
    """
    result = report.result
    rows = _unread(result.unread, report.verbose)
    if not report.views:
        return "\n".join([_nothing(report), *(f"not understood: {row}" for row in rows)])
    target = result.request.target
    table = [
        ("scanned", _scanned(report)),
        ("target", f"{target.name}: {target.title} ({_why(report)})"),
        *([("fleet", _fleet(report))] if result.request.fleet else []),
        ("findings", _findings(report)),
        *(("not understood" if i == 0 else "", row) for i, row in enumerate(rows)),
        *(("next" if i == 0 else "", row) for i, row in enumerate(_next(report))),
    ]
    paint = ink(report.color)
    return "\n".join(
        [paint("plan", bold=True), *(f"  {paint(f'{label:<14}', bold=True)} {row}" for label, row in table)]
    )


def number(count: int, noun: str) -> str:
    """``"1 file"``, ``"2 files"``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _scanned(report: Report) -> str:
    result = report.result
    kinds = ", ".join(f"{count} {kind}" for kind, count in result.counts().items())
    text = f"{number(len(result.files), 'file')}: {kinds}" if kinds else "no files"
    return text + (f"; {len(result.skipped)} skipped" if result.skipped else "")


def _why(report: Report) -> str:
    source = report.result.request.config.target_source
    return f"{source}; `cudamig target list` shows others" if source == "the default" else f"from {source}"


def _fleet(report: Report) -> str:
    """The hosts of the configuration, and whether they can run the target."""
    from cudamig.facts import fits

    request = report.result.request
    assert request.fleet
    fit = fits.judge(request.target, request.fleet)
    refusal = fits.refusal(request.target, request.fleet, request.rows, images=True).removeprefix("the fleet ")
    words = refusal or f"can run {request.target.name}"
    if fit.image and not fit.wheels:
        words = f"{words}; the wheels of {request.target.name} run there without nvidia/cuda images"
    return f"{request.fleet}: {words}"


def _findings(report: Report) -> str:
    findings = report.result.findings
    severities = Counter(finding.severity.value for finding in findings)
    by_severity = ", ".join(f"{severities[name]} {name}" for name in ("error", "warning", "info") if severities[name])
    safety = safety_counts(findings)
    text = f"{len(findings)} ({by_severity}): {safety['safe']} safe to fix, {safety['unsafe']} unsafe, "
    text += f"{safety['manual']} manual"
    return text + (f"; {report.result.suppressed} suppressed" if report.result.suppressed else "")


def _next(report: Report) -> list[str]:
    """What to type now."""
    safety = safety_counts(report.result.findings)
    rows = []
    if safety["safe"]:
        rows.append(f"{visible(report.again('fix'))}  # the diff of what is safe")
    if safety["unsafe"]:
        rows.append(f"{visible(report.again('fix --unsafe'))}  # the diff with what needs review")
    if not rows:
        rows.append(f"cudamig rule {report.views[0].rule.id}  # what to do by hand")
    return rows


def _unread(unread: Sequence[Skipped], verbose: bool) -> list[str]:
    shown = unread if verbose else unread[:_SHOWN]
    rows = [visible(f"{skip.path}: {skip.reason}") for skip in shown]
    return rows + ([f"and {len(unread) - len(shown)} more (--verbose)"] if len(shown) < len(unread) else [])


def _nothing(report: Report) -> str:
    result = report.result
    if result.faults:
        return "no findings, but not everything could be looked at; the errors are on standard error"
    if not result.files:
        skipped = f"; {len(result.skipped)} skipped (--verbose lists them)" if result.skipped else ""
        return f"nothing to do: no file of a kind that is read ({', '.join(KINDS)}){skipped}"
    target = result.request.target
    kinds = ", ".join(f"{count} {kind}" for kind, count in result.counts().items())
    suppressed = f"; {number(result.suppressed, 'finding')} suppressed" if result.suppressed else ""
    return f"nothing to do at {target.name} ({target.title}): {kinds}{suppressed}"
