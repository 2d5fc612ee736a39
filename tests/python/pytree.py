"""One Python file through a whole session: what the tests of this folder share."""

from __future__ import annotations

import ast
import io
import tokenize
from typing import Any

from cudamig import examples
from cudamig.codemods.python_arguments import change_call
from cudamig.codemods.python_rows import rows
from cudamig.examples import Outcome
from cudamig.hosts.python import parse
from cudamig.model import Finding
from cudamig.rules.load import known
from cudamig.source import Source

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


def changed(text: str, **keys: Any) -> str:
    """``text`` (one call) with its arguments changed by a row with ``keys``. Raises Refused."""
    rule = RULES[0]._replace(args={"names": ["f"]}, fix=keys)
    (row,) = rows(rule)
    source = Source("a.py", text.encode(), "python")
    document = parse(source)
    call = next(node for node in ast.walk(document.tree) if isinstance(node, ast.Call))
    return source.apply(change_call(document, call, row)).decode()
