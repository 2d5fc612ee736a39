"""Which compile units a finding in a C++ header reaches: one edit there may mend many of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cudamig.hosts.cpp_files import Files, is_header
from cudamig.model import Finding

_SHOWN = 3  # units by name


def told(findings: Iterable[Finding], files: Files) -> Iterator[Finding]:
    """The findings; those in a C++ header name the units that include it."""
    for finding in findings:
        units = files.units(finding.path) if is_header(finding.path) and finding.path in files else []
        if units:
            more = f" and {len(units) - _SHOWN} more" if len(units) > _SHOWN else ""
            finding = finding._replace(message=f"{finding.message} (included by {', '.join(units[:_SHOWN])}{more})")
        yield finding
