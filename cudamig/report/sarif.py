"""``--output-format sarif``: SARIF 2.1.0, as GitHub code scanning takes it in.

Sources: OASIS SARIF 2.1.0 (2020); GitHub docs, "SARIF support for code scanning" (required properties, limits, and
that ``primaryLocationLineHash`` is the only fingerprint used).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from cudamig import __version__
from cudamig.around import work_tree
from cudamig.engine import Fault
from cudamig.model import Finding, Fix, Severity, Span
from cudamig.report import page
from cudamig.report.view import Report, View, fingerprints, place
from cudamig.report.where import from_root
from cudamig.rules.model import Context, Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEM = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}
_LONGEST = 1024  # characters of a description that GitHub takes

Object = dict[str, Any]


def render(report: Report) -> str:
    """The report as JSON text in ASCII."""
    return json.dumps(log(report), indent=2)


def log(report: Report) -> Object:
    """The SARIF log: one run. Paths are relative to the root of the work tree."""
    rules = sorted({view.rule.id: view.rule for view in report.views}.values(), key=lambda rule: rule.id)
    index = {rule.id: number for number, rule in enumerate(rules)}
    pages = page.load(report.result.request.config.rules) if rules else {}
    write = _Writer(report, work_tree())
    context = Context(report.result.request.target)
    marked = zip(report.views, fingerprints(report), strict=True)
    run = {
        "tool": {
            "driver": {
                "name": "cudamig",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(rule, pages[rule.id], context.severity(rule)) for rule in rules],
            }
        },
        "automationDetails": {"id": "cudamig/"},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "invocations": [write.invocation()],
        "results": [write.result(view, index[view.rule.id], mark) for view, mark in marked],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule, text: page.Page, severity: Severity) -> Object:
    why = " ".join(str(text["why"]).split())
    body = page.markdown(rule, text)
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": why if len(why) <= _LONGEST else why[: _LONGEST - 3] + "..."},
        "help": {"text": body, "markdown": body},
        "defaultConfiguration": {"level": LEVELS[severity]},
        "properties": {
            "precision": "high",
            "problem.severity": _PROBLEM[severity],
            "safety": rule.safety.value,
            "tags": ["migration", rule.family],
        },
    }


class _Writer:
    """Writes the parts of a log that speak of files."""

    def __init__(self, report: Report, root: str) -> None:
        self._report, self._root = report, root

    def result(self, view: View, index: int, mark: str) -> Object:
        """A finding."""
        finding = view.finding
        fields: Object = {
            "ruleId": finding.rule,
            "ruleIndex": index,
            "level": LEVELS[finding.severity],
            "message": {"text": finding.message},
            "locations": [self._location(finding.path, finding.span)],
            "partialFingerprints": {"primaryLocationLineHash": f"{mark}:1"},
            "properties": {"safety": finding.fix.safety.value, "reason": finding.fix.reason},
        }
        related = list(self._related(finding))
        if related:
            fields["relatedLocations"] = related
        if finding.fix.edits:
            fields["fixes"] = [self._fix(finding.fix)]
        return fields

    def invocation(self) -> Object:
        """Whether all could be looked at, and what could not."""
        result = self._report.result
        notes = [self._notification(fault, "error") for fault in result.faults]
        notes += [self._notification(Fault(*skip), "warning") for skip in result.unread]
        return {"executionSuccessful": not result.faults, "toolExecutionNotifications": notes}

    def _notification(self, fault: Fault, level: str) -> Object:
        note: Object = {"level": level, "message": {"text": fault.message}}
        if fault.path:
            note["locations"] = [{"physicalLocation": {"artifactLocation": self._artifact(fault.path)}}]
        return note

    def _related(self, finding: Finding) -> Iterator[Object]:
        for number, item in enumerate(finding.related, 1):
            yield {"id": number, **self._location(item.path, item.span), "message": {"text": item.message}}

    def _fix(self, fix: Fix) -> Object:
        paths = sorted({edit.path for edit in fix.edits})
        return {
            "description": {"text": fix.title},
            "artifactChanges": [
                {
                    "artifactLocation": self._artifact(path),
                    "replacements": list(self._replacements(path, sorted(e for e in set(fix.edits) if e.path == path))),
                }
                for path in paths
            ],
        }

    def _replacements(self, path: str, edits: Iterable[Any]) -> Iterator[Object]:
        for edit in edits:
            fields: Object = {"deletedRegion": self._region(path, edit.span)}
            if edit.replacement:
                fields["insertedContent"] = {"text": edit.replacement}
            yield fields

    def _location(self, path: str, span: Span) -> Object:
        return {"physicalLocation": {"artifactLocation": self._artifact(path), "region": self._region(path, span)}}

    def _artifact(self, path: str) -> Object:
        return {"uri": quote(os.fsencode(from_root(path, self._root)))}

    def _region(self, path: str, span: Span) -> Object:
        where = place(self._report.source(path), span)
        return {
            "startLine": where.line,
            "startColumn": where.column,
            "endLine": where.end_line,
            "endColumn": where.end_column,
        }
