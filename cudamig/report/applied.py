"""What fix tells besides the diff: what changed, what was left and why, how to undo it."""

from __future__ import annotations

from collections import Counter

import click

from cudamig.fixing.plan import Plan
from cudamig.model import Safety

_COLORS = ((b"+++", None), (b"---", None), (b"@@", "cyan"), (b"+", "green"), (b"-", "red"))
NO_UNDO = "not known to git as they were; next time, --save-patch FILE"


def summary(done: Plan, undo: str) -> str:
    """What ``fix --apply`` did."""
    lines = [f"{len(done.after)} files changed" + (":" if done.after else "")]
    rules = Counter((finding.path, finding.rule) for finding in done.made)
    for path in sorted(done.after):
        made = ", ".join(f"{rule} x{count}" for (where, rule), count in sorted(rules.items()) if where == path)
        lines.append(f"  {path}" + (f"  {made}" if made else ""))
    lines += _left(done)
    if done.after:
        lines.append(f"undo: {undo or NO_UNDO}")
    return "\n".join(lines)


def outlook(done: Plan, unsafe: bool) -> str:
    """What ``fix`` would do, in a line or two."""
    left = Counter(finding.fix.safety for finding in done.left.findings)
    text = f"{len(done.after)} files would change; {len(done.left.findings)} findings would be left"
    if left[Safety.UNSAFE] and not unsafe:
        text += f" ({left[Safety.UNSAFE]} more can be fixed with --unsafe, after review)"
    return text + ("\nnext: cudamig fix --apply" if done.after else "")


def colored(patch: bytes) -> str:
    """A diff for a terminal."""
    return "\n".join(_paint(line) for line in patch.splitlines())


def _paint(line: bytes) -> str:
    text = line.decode("utf-8", "replace")
    for mark, color in _COLORS:
        if line.startswith(mark):
            return click.style(text, fg=color, bold=color is None)
    return text


def _left(done: Plan) -> list[str]:
    """What needs a person, with the reason; one line for each place."""
    lines = []
    for finding in done.left.findings:
        if finding.severity.rank or finding.fix.edits:
            how = "needs --unsafe" if finding.fix.edits else finding.fix.title
            lines.append(f"  {finding.path}  {finding.rule} {finding.message} ({how}: {finding.fix.reason})")
    return [f"{len(lines)} findings left:", *lines] if lines else []
