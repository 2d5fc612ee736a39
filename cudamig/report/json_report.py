"""``--output-format json``: one object; its shape is described in docs/json.md and only ever grows."""

from __future__ import annotations

import json
from typing import Any

from cudamig import __version__
from cudamig.facts import age
from cudamig.model import Edit, Related
from cudamig.report.view import Report, Sources, View, fingerprints, place

SCHEMA = "cudamig.report/1"


def render(report: Report) -> str:
    """The report as JSON text. It is ASCII, so that no locale and no odd file name can spoil it."""
    return json.dumps(payload(report), indent=2)


def payload(report: Report) -> dict[str, Any]:
    """The object that is printed."""
    result, request = report.result, report.result.request
    return {
        "schema": SCHEMA,
        "version": __version__,
        "target": request.target.name,
        "target_source": request.config.target_source,
        "facts_as_of": age.as_of(),
        "files": result.counts(),
        "findings": [
            _finding(view, mark, report.source) for view, mark in zip(report.views, fingerprints(report), strict=True)
        ],
        "suppressed": result.suppressed,
        "left_alone": [
            {"path": item.path, "line": report.source(item.path).position(item.span.start)[0], "reason": item.reason}
            for item in result.kept
        ],
        "skipped": [{"path": skip.path, "reason": skip.reason} for skip in result.skipped],
        "not_understood": [{"path": skip.path, "reason": skip.reason} for skip in result.unread],
        "errors": [{"path": f.path, "rule": f.rule or None, "message": f.message} for f in result.faults],
    }


def _finding(view: View, mark: str, source: Sources) -> dict[str, Any]:
    finding, fix = view.finding, view.finding.fix
    edits = [_edit(edit, source) for edit in fix.edits]
    return {
        "rule": finding.rule,
        "name": view.rule.name,
        "path": finding.path,
        **view.place._asdict(),
        "message": finding.message,
        "severity": finding.severity.value,
        "safety": fix.safety.value,
        "reason": fix.reason,
        "fingerprint": mark,
        "group": fix.group or None,
        "related": [_related(item, source) for item in finding.related],
        "fix": {"title": fix.title, "edits": edits} if edits else None,
    }


def _edit(edit: Edit, source: Sources) -> dict[str, Any]:
    text = source(edit.path)
    start, end = text.byte_offset(edit.span.start), text.byte_offset(edit.span.end)
    return {
        "path": edit.path,
        **place(text, edit.span)._asdict(),
        "byte_start": start,
        "byte_end": end,
        "replacement": edit.replacement,
    }


def _related(item: Related, source: Sources) -> dict[str, Any]:
    return {"path": item.path, **place(source(item.path), item.span)._asdict(), "message": item.message}
