"""One Python file through a whole session: what the tests of this folder share."""

from __future__ import annotations

import io
import tokenize

from cudamig import examples
from cudamig.examples import Outcome
from cudamig.model import Finding
from cudamig.rules.load import known

RULES = [rule for rule in known() if rule.family == "PYT"]


def session(text: str | bytes, unsafe: bool = False, path: str = "a.py", target: str = "cu126") -> Outcome:
    """Check and fix one file with the Python rules; any fault of ours fails the test."""
    outcome = examples.run({path: text}, RULES, target, unsafe)
    assert not outcome.faults
    assert not outcome.unread
    return outcome


def fixed(text: str, unsafe: bool = False, path: str = "a.py") -> str:
    """The text after all fixes; fixing that again must change nothing."""
    after = session(text, unsafe, path).after[path].decode()
    assert session(after, unsafe, path).after[path].decode() == after
    return after


def left(text: str, unsafe: bool = False, path: str = "a.py") -> tuple[Finding, ...]:
    """What is found after all fixes."""
    return session(text, unsafe, path).left


def reasons(text: str, unsafe: bool = False, path: str = "a.py") -> list[str]:
    """Why findings were not fixed, where nothing of the file was changed."""
    outcome = session(text, unsafe, path)
    assert outcome.after[path].decode() == text
    assert all(not finding.fix.edits for finding in outcome.left)
    return [finding.fix.reason for finding in outcome.left]


def comments(text: str) -> list[str]:
    """All comments of a module, in order."""
    tokens = tokenize.generate_tokens(io.StringIO(text, newline="").readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]
