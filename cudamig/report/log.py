"""What goes to standard error beside the results: faults, skipped files, a line of summary."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TypeVar

from cudamig.engine import Fault
from cudamig.report.screen import say
from cudamig.report.summary import number
from cudamig.report.view import Report, Sources
from cudamig.request import Result

T = TypeVar("T")
_SHOWN = 5  # of one kind, in what --verbose tells; the JSON report has all


def notices(report: Report, output_format: str) -> None:
    """Faults always; what was scanned and skipped with --verbose; counts where the format itself has no summary."""
    age()
    faults(report.result.faults)
    if report.verbose:
        scanned(report.result, report.source)
    if output_format != "full":
        unread(report.result)
        say(f"{number(len(report.views), 'finding')} in {number(len(report.result.files), 'file')}")


def age(today: datetime.date | None = None) -> None:
    """A warning when the tables are old."""
    from cudamig.facts import age as tables

    old = tables.warning(today)
    if old:
        say(f"warning: {old}")


def faults(items: Iterable[Fault]) -> None:
    """Each fault on a line."""
    for fault in items:
        say(f"error: {fault.path}: {fault.message}" if fault.path else f"error: {fault.message}")


def scanned(result: Result, source: Sources) -> None:
    """Every file that was looked at, every one that was not, and what was left alone on purpose, with the reasons."""
    for file in result.files:
        say(f"scanned {file.path} as {file.kind}")
    for reason, skips in _by((skip.reason, skip) for skip in result.skipped).items():
        for skip in skips[:_SHOWN]:
            say(f"skipped {skip.path}: {reason}")
        _more("skipped", len(skips), f"files: {reason}")
    for path, items in _by((item.path, item) for item in result.kept).items():
        lines = dict.fromkeys((source(path).position(item.span.start)[0], item.reason) for item in items)
        for line, reason in list(lines)[:_SHOWN]:
            say(f"left alone {path}:{line}: {reason}")
        _more("left alone", len(lines), f"places in {path}")


def _by(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    """Things by their key, in the order in which the keys come first."""
    out: dict[str, list[T]] = {}
    for key, item in pairs:
        out.setdefault(key, []).append(item)
    return out


def _more(word: str, count: int, what: str) -> None:
    if count > _SHOWN:
        say(f"{word}: {count - _SHOWN} more {what}")


def unread(result: Result) -> None:
    """The files whose text or syntax could not be read."""
    for skip in result.unread:
        say(f"not understood: {skip.path}: {skip.reason}")
