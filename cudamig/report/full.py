"""``--output-format full``: each finding with its frame, its reason and its fix, and the plan at the end."""

from __future__ import annotations

from cudamig.model import Fix
from cudamig.report import page, summary
from cudamig.report.change import Hunk, hunks
from cudamig.report.frame import bar, frame, last_line, numbered
from cudamig.report.screen import Ink, cut, ink, visible, window
from cudamig.report.view import Report, View

COLORS = {"error": "red", "warning": "yellow", "info": "cyan"}
_HUNKS = 8  # places of a fix that are shown
_LINES = 6  # of each side of a longer change
_PLACES = 3  # of a group that are named


def render(report: Report) -> str:
    """The report as text."""
    pages = page.load(report.result.request.config.rules) if report.views else {}
    groups = _groups(report)
    blocks = [_block(view, page.reason(pages[view.rule.id], view.rule), groups, report) for view in report.views]
    return "\n\n".join([*blocks, summary.plan(report)])


def _groups(report: Report) -> dict[str, list[View]]:
    """The findings of each group, in order of place."""
    groups: dict[str, list[View]] = {}
    for view in report.views:
        if view.finding.fix.group:
            groups.setdefault(view.finding.fix.group, []).append(view)
    return groups


def _block(view: View, why: str, groups: dict[str, list[View]], report: Report) -> str:
    """One finding: header, place, frame, why, related places, group, and what to do."""
    finding, paint = view.finding, ink(report.color)
    color = COLORS[finding.severity.value]
    source = report.source(finding.path)
    changes = hunks(finding.fix.edits, report.source)
    last = max(last_line(source, finding.span) + 1, *(_last(hunk) for hunk in changes), 0)
    margin = len(str(last))
    head = paint(f"{finding.severity.value}[{finding.rule}]", fg=color, bold=True)
    where = f"{visible(finding.path)}:{view.place.line}:{view.place.column}"
    lines = [
        f"{head} {paint(view.rule.name + ': ' + visible(finding.message), bold=True)}",
        f"{' ' * (margin + 1)}{paint('-->', fg='blue')} {where}",
        *frame(source, finding.span, margin, report.width - margin - 4, paint, color),
        _note("why", why, margin, paint),
    ]
    for item in finding.related:
        line, column = report.source(item.path).position(item.span.start)
        lines.append(_note("see", f"{item.path}:{line}:{column}: {item.message}", margin, paint))
    group = groups.get(finding.fix.group, [])
    if len(group) > 1:
        lines.append(_note("group", _together(view, group), margin, paint))
    lines.append(_note(*_remedy(finding.fix), margin, paint))
    for item in finding.fix.held if report.verbose else ():
        line, column = report.source(item.path).position(item.span.start)
        lines.append(_note("held", f"{item.path}:{line}:{column}: {item.message}", margin, paint))
    lines += [f"{' ' * (margin + 6)}{visible(line)}" for line in finding.fix.instead.splitlines()]
    return "\n".join(lines + _diff(changes, finding.path, margin, report.width - margin - 4, paint))


def _note(label: str, text: str, margin: int, paint: Ink) -> str:
    return f"{' ' * (margin + 2)}{paint('=', fg='blue')} {paint(label + ':', bold=True)} {visible(text)}"


def _remedy(fix: Fix) -> tuple[str, str]:
    """What can be done, by whom, and why that is so."""
    label = f"fix ({fix.safety.value})" if fix.edits else "by hand"
    return label, f"{fix.title} ({fix.reason})"


def _together(view: View, group: list[View]) -> str:
    others = [other for other in group if other is not view]
    places = list(dict.fromkeys(f"{other.finding.path}:{other.place.line}" for other in others))
    more = f" and {len(places) - _PLACES} more" if len(places) > _PLACES else ""
    noun = "other" if len(others) == 1 else "others"
    return f"moves together with {len(others)} {noun}: {', '.join(places[:_PLACES])}{more}"


def _diff(changes: list[Hunk], path: str, margin: int, width: int, paint: Ink) -> list[str]:
    """The changed lines; those of other files under the name of the file."""
    lines: list[str] = []
    here = path
    for count, hunk in enumerate(changes):
        if count == _HUNKS:
            lines.append(f"{bar(margin, paint)} ({len(changes) - count} more places; `cudamig fix` shows all)")
            break
        if hunk.path != here:
            here = hunk.path
            lines.append(f"{' ' * (margin + 1)}{paint('-->', fg='blue')} {visible(here)}:{hunk.line}")
        elif lines:
            lines.append(paint(f" {'':{margin}} ~", fg="blue"))
        first = _window(hunk, width)
        for mark, texts, color in (("-", hunk.old, "red"), ("+", hunk.new, "green")):
            shown = texts if len(texts) <= _LINES + 1 else texts[:_LINES]
            for number, text in enumerate(shown, hunk.line):
                line = numbered(number, mark, margin, paint) + paint(cut(text, first, width).text, fg=color)
                lines.append(line.rstrip())
            if len(shown) < len(texts):
                lines.append(paint(f" {'':{margin}} {mark} ({len(texts) - len(shown)} more lines)", fg="blue"))
    return [bar(margin, paint), *lines] if lines else []


def _last(hunk: Hunk) -> int:
    """The greatest line number that is printed for a change."""
    return hunk.line + min(max(len(hunk.old), len(hunk.new)), _LINES + 1) - 1


def _window(hunk: Hunk, width: int) -> int:
    """The character from which to show both sides, so that what differs is seen."""
    if len(hunk.old) != 1 or len(hunk.new) != 1:
        return 0
    old, new = hunk.old[0], hunk.new[0]
    shorter = min(len(old), len(new))
    start = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    tail = next((i for i in range(shorter - start) if old[-1 - i] != new[-1 - i]), shorter - start)
    line = max(old, new, key=len)
    return window(line, start, len(line) - tail, width)
