"""What every output format says of a finding: rule, place in lines and columns, fingerprint."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from cudamig.model import Finding, Span
from cudamig.rules.model import Rule
from cudamig.run import Result
from cudamig.source import Source

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
    fingerprint: str


class Report(NamedTuple):
    """What a format is given: the result, the findings as views, and the way to the text of the files."""

    result: Result
    views: tuple[View, ...]
    source: Sources
    color: bool = False
    verbose: bool = False


def place(source: Source, span: Span) -> Place:
    """Lines and columns of a span."""
    return Place(*source.position(span.start), *source.position(span.end))


def report(result: Result, source: Sources, color: bool = False, verbose: bool = False) -> Report:
    """The report that formats render. Sources are read once each, and only for files with findings."""
    cache: dict[str, Source] = {}

    def cached(path: str) -> Source:
        if path not in cache:
            cache[path] = source(path)
        return cache[path]

    return Report(result, tuple(_views(result, cached)), cached, color, verbose)


def _views(result: Result, source: Sources) -> Iterator[View]:
    rules = {rule.id: rule for rule in result.request.rules.known}
    seen: Counter[str] = Counter()
    for finding in result.findings:
        text = source(finding.path)
        mark = fingerprint(finding.rule, finding.path, text.slice(finding.span), seen)
        yield View(finding, rules[finding.rule], place(text, finding.span), mark)


def fingerprint(rule: str, path: str, matched: str, seen: Counter[str]) -> str:
    """Hash of rule, path, matched text (blanks folded) and occurrence number; line numbers do not enter.

    ``seen`` counts the occurrences of one run.
    """
    base = "\0".join((rule, path, " ".join(matched.split())))
    seen[base] += 1
    return hashlib.sha256(f"{base}\0{seen[base]}".encode("utf-8", "surrogateescape")).hexdigest()[:32]


def safety_counts(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings are safe, unsafe and manual."""
    counts = Counter(finding.fix.safety.value for finding in findings)
    return {name: counts.get(name, 0) for name in ("safe", "unsafe", "manual")}
