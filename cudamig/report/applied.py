"""What fix tells besides the diff: what changed, what was left and why, how to undo it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from cudamig.fixing.diff import base
from cudamig.fixing.plan import Plan
from cudamig.model import Finding, Safety
from cudamig.report.screen import Ink, ink, visible
from cudamig.report.summary import number
from cudamig.report.view import Sources

_COLORS = ((b"+++", None), (b"---", None), (b"@@", "cyan"), (b"+", "green"), (b"-", "red"))
_PLACES = 10  # of one reason that are listed
NO_UNDO = "by hand: git does not have these files as they were (next time, add --save-patch FILE)"

Again = Callable[[str], str]  # see Report.again


def summary(done: Plan, undo: str, source: Sources, paint: Ink, again: Again) -> str:
    """What ``fix --apply`` did, as text: the files and what was done in each, what was left and why, how to undo it.

    ``source`` gives the files as they are now.
    """
    lines = [paint(number(len(done.after), "file") + " changed" + (":" if done.after else ""), bold=True)]
    lines += _made(done)
    left = done.left.findings
    if left:
        lines += [paint(f"{number(len(left), 'finding')} left:", bold=True), *_left(left, source)]
    lines += [visible(f"not understood: {skip.path}: {skip.reason}") for skip in done.left.unread]
    if done.after:
        lines.append(f"{paint('to undo:', bold=True)} {undo or NO_UNDO}")
    if any(finding.fix.edits and finding.fix.safety is Safety.UNSAFE for finding in left):
        lines.append(f"{paint('next:', bold=True)} {again('fix --unsafe')}")
    return "\n".join(lines)


def outlook(done: Plan, again: str) -> list[str]:
    """What ``fix`` would do, in a few lines. ``again``: the command line that does it."""
    left = done.left.findings
    text = f"{number(len(done.after), 'file')} would change; {number(len(left), 'finding')} would be left"
    unsafe = sum(1 for finding in left if finding.fix.edits and finding.fix.safety is Safety.UNSAFE)
    if unsafe:
        text += f" ({unsafe} of them can be fixed with --unsafe, after review)"
    folder = base(done.after)
    names = [] if folder == "." else [f"names in the diff are relative to {folder}"]
    return [text, *names, *([f"next: {again}"] if done.after else [])]


def on_terminal(patch: bytes, color: bool) -> str:
    """A diff to look at: scanned text cannot drive the terminal, and carriage returns at line ends are not shown."""
    paint = ink(color)
    return "".join(_row(line, paint) + "\n" for line in patch.split(b"\n")[:-1])


def _row(line: bytes, paint: Ink) -> str:
    text = line.removesuffix(b"\r").decode("utf-8", "surrogateescape")
    text = "\t".join(map(visible, text.split("\t")))
    for mark, color in _COLORS:
        if line.startswith(mark):
            return paint(text, fg=color) if color else paint(text, bold=True)
    return text


def _made(done: Plan) -> Iterator[str]:
    """Each changed file and, in words, what was done in it."""
    titles: dict[str, Counter[tuple[str, str]]] = {path: Counter() for path in sorted(done.after)}
    for finding in done.made:
        for path in {edit.path for edit in finding.fix.edits} & titles.keys():
            titles[path][finding.rule, finding.fix.title] += 1
    for path, counts in titles.items():
        yield f"  {visible(path)}"
        for (rule, title), count in sorted(counts.items()):
            yield f"    {rule} {visible(title)}" + (f" ({count} times)" if count > 1 else "")


def _left(findings: tuple[Finding, ...], source: Sources) -> Iterator[str]:
    """What needs a person, or --unsafe, by rule and reason, with the places."""
    by_reason: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        how = f"{finding.fix.safety.value}, not written" if finding.fix.edits else "by hand"
        by_reason.setdefault((finding.rule, finding.fix.title, f"{how}: {finding.fix.reason}"), []).append(finding)
    for (rule, title, reason), group in sorted(by_reason.items()):
        yield f"  {rule} {visible(title)} ({visible(reason)})"
        for finding in group[:_PLACES]:
            line = source(finding.path).line(finding.span.start) + 1
            yield f"    {visible(f'{finding.path}:{line}: {finding.message}')}"
        if len(group) > _PLACES:
            yield f"    and {len(group) - _PLACES} more; `cudamig check` lists them"
