"""``--output-format github``: one workflow command a finding, which GitHub shows as an annotation on its line.

GitHub shows ten annotations of a level for each step; all are printed, for the log holds the rest.
Escaping as in actions/toolkit, packages/core/src/command.ts.
"""

from __future__ import annotations

from cudamig.around import work_tree
from cudamig.engine import Fault
from cudamig.report.screen import visible
from cudamig.report.view import Report, View
from cudamig.report.where import from_root

LEVELS = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: Report) -> str:
    """The report as workflow commands; faults come last, as errors. Paths are relative to the work tree's root."""
    root = work_tree()
    return "\n".join([*(_finding(view, root) for view in report.views), *(map(_fault, report.result.faults))])


def _finding(view: View, root: str) -> str:
    finding, place = view.finding, view.place
    properties = {"file": from_root(finding.path, root), "line": str(place.line), "endLine": str(place.end_line)}
    if place.line == place.end_line:  # the runner refuses columns on a range of lines
        properties |= {"col": str(place.column), "endColumn": str(place.end_column)}
    properties["title"] = f"{finding.rule} {view.rule.name}"
    fix = finding.fix
    how = f"fix ({fix.safety.value})" if fix.edits else "by hand"
    return _command(LEVELS[finding.severity.value], properties, f"{finding.message}; {how}: {fix.title}")


def _fault(fault: Fault) -> str:
    where = f"{fault.path}: " if fault.path else ""
    return _command("error", {"title": "cudamig could not do its work"}, where + fault.message)


def _command(level: str, properties: dict[str, str], message: str) -> str:
    words = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{level} {words}::{_data(message)}"


def _data(text: str) -> str:
    return visible(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
