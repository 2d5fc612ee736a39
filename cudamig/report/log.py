"""What goes to standard error beside the results: faults, skipped files, a line of summary."""

from __future__ import annotations

from collections.abc import Iterable

import click

from cudamig.engine import Fault
from cudamig.report.view import Report


def notices(report: Report, output_format: str) -> None:
    """Faults always; what was scanned and skipped with --verbose; counts where the format itself has no summary."""
    faults(report.result.faults)
    if report.verbose:
        for file in report.result.files:
            _say(f"scanned {file.path} as {file.kind}")
        for skip in report.result.skipped:
            _say(f"skipped {skip.path}: {skip.reason}")
    if output_format != "full":
        for skip in report.result.unread:
            _say(f"not understood: {skip.path}: {skip.reason}")
        _say(f"{len(report.views)} findings in {len(report.result.files)} files")


def faults(items: Iterable[Fault]) -> None:
    """Each fault on a line."""
    for fault in items:
        _say(f"error: {fault.path}: {fault.message}" if fault.path else f"error: {fault.message}")


def _say(line: str) -> None:
    click.echo(line, err=True)
