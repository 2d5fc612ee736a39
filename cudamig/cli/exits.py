"""The exit codes. They never depend on the output format, and 3 wins over 1."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cudamig.engine import Fault
from cudamig.model import Finding, Severity

CLEAN, FOUND, USAGE, FAILED = 0, 1, 2, 3
INTERRUPTED = 130  # by Ctrl-C, as shells say it


def exit_code(options: dict[str, Any], faults: Iterable[Fault], findings: Iterable[Finding], diff: bool = False) -> int:
    """3 when a file could not be processed or we failed; 1 for findings at or above --fail-on, or a diff.

    --exit-zero maps 1, and only 1, to 0.
    """
    if list(faults):
        return FAILED
    threshold = Severity(options["fail_on"]).rank
    found = diff or any(finding.severity.rank >= threshold for finding in findings)
    return FOUND if found and not options["exit_zero"] else CLEAN
