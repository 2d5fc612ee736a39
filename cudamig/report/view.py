"""What every output format says of a finding: rule, place in lines and columns, fingerprint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from cudamig.engine import Fault
from cudamig.model import Finding, Span
from cudamig.report.screen import WIDTH
from cudamig.request import Result
from cudamig.rules.model import Rule
from cudamig.source import Source, Unreadable

Sources = Callable[[str], Source]


class Place(NamedTuple):
    """A span in 1-based lines and columns (code points); the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class View(NamedTuple):
    """A finding as reports show it."""

    finding: Finding
    rule: Rule
    place: Place


class Report(NamedTuple):
    """What a format is given: the result, the findings as views, and the way to the text of the files.

    ``again(words)`` is the command line that runs another command (``"fix --unsafe"``) on what this one was run on.
    """

    result: Result
    views: tuple[View, ...]
    source: Sources
    color: bool = False
    verbose: bool = False
    width: int = WIDTH  # cells of a line
    again: Callable[[str], str] = "cudamig {}".format


def place(source: Source, span: Span) -> Place:
    """Lines and columns of a span."""
    return Place(*source.position(span.start), *source.position(span.end))


def report(result: Result, source: Sources) -> Report:
    """The report that formats render. Sources are read once each, and only for files that findings speak of.

    A file that cannot be read again becomes a fault, and what speaks of it is left out.
    """
    once = cached(source)
    rules = {rule.id: rule for rule in result.request.rules.known}
    views: list[View] = []
    faults: dict[str, Fault] = {}
    for finding in result.findings:
        gone = [problem for path in _paths(finding) if (problem := _problem(path, once))]
        faults.update((fault.path, fault) for fault in gone)
        if not gone:
            views.append(View(finding, rules[finding.rule], place(once(finding.path), finding.span)))
    return Report(result._replace(faults=(*result.faults, *faults.values())), tuple(views), once)


def cached(source: Sources) -> Sources:
    """The same sources, each read once."""
    cache: dict[str, Source] = {}

    def once(path: str) -> Source:
        if path not in cache:
            cache[path] = source(path)
        return cache[path]

    return once


def _paths(finding: Finding) -> set[str]:
    edits, related = finding.fix.edits, (*finding.related, *finding.fix.held)
    return {finding.path, *(edit.path for edit in edits), *(item.path for item in related)}


def _problem(path: str, source: Sources) -> Fault | None:
    try:
        source(path)
    except OSError as error:
        return Fault(path, f"cannot be read again: {error.strerror}")
    except Unreadable as error:
        return Fault(path, f"changed while it was scanned: {error}")
    return None


def fingerprints(report: Report) -> list[str]:
    """One fingerprint for each view: a hash that stays the same when lines are inserted above.

    It is made of rule, path, matched text (blanks folded) and the number of the occurrence; of no line number.
    """
    import hashlib

    seen: Counter[str] = Counter()
    out = []
    for view in report.views:
        finding = view.finding
        matched = " ".join(report.source(finding.path).slice(finding.span).split())
        base = "\0".join((finding.rule, finding.path, matched))
        seen[base] += 1
        out.append(hashlib.sha256(f"{base}\0{seen[base]}".encode("utf-8", "surrogateescape")).hexdigest()[:32])
    return out


def safety_counts(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings are safe, unsafe and manual."""
    counts = Counter(finding.fix.safety.value for finding in findings)
    return {name: counts.get(name, 0) for name in ("safe", "unsafe", "manual")}
