"""Run the examples of rules: they are the rules' tests and their documentation.

An example is a small tree: ``file`` with its text, and the files of ``with`` beside it. It goes through the same
session as a user's repository.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from typing import Any, NamedTuple

from cudamig.config import DEFAULT_TARGET, Config, ConfigError
from cudamig.engine import Fault
from cudamig.facts import fleet, own
from cudamig.fixing.plan import plan
from cudamig.model import Finding, Kept
from cudamig.request import Request
from cudamig.rules.load import rule_set
from cudamig.rules.model import Rule
from cudamig.run import Session

Tree = Mapping[str, str | bytes]
PLAIN = Config()


class Outcome(NamedTuple):
    """What checking and fixing a tree gave."""

    findings: tuple[Finding, ...]
    after: dict[str, bytes]  # all files of the tree
    left: tuple[Finding, ...]  # findings after the fixes
    faults: tuple[Fault, ...]
    unread: tuple[str, ...]  # paths that were not understood
    kept: tuple[Kept, ...] = ()  # places left alone on purpose


def run(
    tree: Tree, rules: list[Rule], target: str = DEFAULT_TARGET, unsafe: bool = False, config: Config = PLAIN
) -> Outcome:
    """Check and fix a tree (path -> text, or bytes) with ``rules`` at ``target``, in a folder of its own.

    ``config`` gives targets and a fleet; what else it says is not asked for.
    """
    with tempfile.TemporaryDirectory(prefix="cudamig-example-") as folder, contextlib.chdir(folder):
        for path, text in tree.items():
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
            with open(path, "wb") as handle:
                handle.write(text.encode() if isinstance(text, str) else text)
        row, rows = own.get(target, config), tuple(own.rows(config))
        session = Session(Request((".",), PLAIN, row, rule_set(rules, row), rows=rows, fleet=fleet.of(config)))
        first = session.result()
        done = plan(session, unsafe)
        after = {path: session.read(path) for path in tree}
        unread = tuple(skip.path for skip in first.unread)
        faults = tuple(dict.fromkeys((*first.faults, *done.left.faults, *done.faults)))
        return Outcome(first.findings, after, done.left.findings, faults, unread, first.kept)


def tree(example: dict[str, Any]) -> dict[str, str]:
    """The tree of an example, before any fix."""
    text = next(example[key] for key in ("before", "report", "keep") if key in example)
    return {example["file"]: text, **example.get("with", {})}


def failure(rule_id: str, example: dict[str, Any], rules: list[Rule]) -> str | None:
    """Why an example does not do what it says, or None.

    ``before``/``after``: the rule fires, fixing gives exactly ``after`` (and ``with-after`` for other files), and then
    the rule is silent. ``report``: it fires, and fixing changes nothing. ``keep``: it does not fire, nothing changes.
    """
    before = tree(example)
    expected = {**before, **example.get("with-after", {})}
    expected[example["file"]] = example.get("after", before[example["file"]])
    problem = _misplaced(expected, before)
    if problem:
        return problem
    try:
        outcome = run(before, rules, example.get("target", DEFAULT_TARGET), bool(example.get("unsafe")))
    except ConfigError as error:
        return str(error)
    fired = [finding for finding in outcome.findings if finding.rule == rule_id]
    if outcome.faults or outcome.unread:
        return f"faults {outcome.faults}, not understood {outcome.unread}"
    if bool(fired) == ("keep" in example):
        return f"{rule_id} fires: {[finding.message for finding in fired]}" if fired else f"{rule_id} does not fire"
    for path, text in expected.items():
        got = outcome.after[path].decode()
        if got != text:
            return f"{path} became\n{got}\ninstead of\n{text}"
    if "after" in example and any(finding.rule == rule_id for finding in outcome.left):
        return f"{rule_id} still fires after its fix"
    return None


def _misplaced(expected: Tree, before: Tree) -> str | None:
    """What is wrong with the paths of an example, or None."""
    for path in expected:
        if path not in before:
            return f"'with-after' names {path}, which is no file of the example"
        if os.path.isabs(path) or os.path.normpath(path).split(os.sep)[0] == os.pardir:
            return f"{path} lies outside the example's folder"
    return None
