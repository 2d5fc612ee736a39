"""Rules of a test's own, and the types of the fixtures that use them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
_UNWANTED = ("NO_COLOR", "FORCE_COLOR", "PYTHONIOENCODING")
ENVIRONMENT = {**{k: v for k, v in os.environ.items() if k not in _UNWANTED}, "PYTHONPATH": str(ROOT)}

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
Tree = Callable[[Mapping[str, "str | bytes"]], Path]

RULE = """
id: {id}
name: {name}
summary: {word} is old
why: It was renamed.
anchors: [{word}]
severity: {severity}
match: {{kind: word, word: {word}}}
fix: {{title: write {new}, new: {new}, safety: {safety}, reason: it is the same, group: "{group}"}}
examples:
  - {{file: a.py, {example}}}
  - {{file: a.py, keep: "fresh\\n"}}
references:
  - {{source: a test, checked: 2026-11-22}}
"""


def rule(number: int, word: str, new: str = "null", **fields: str) -> str:
    """The text of a rule file: ``word`` is found, and replaced by ``new``."""
    given = {
        "id": f"XAA{number}",
        "name": f"word-{number}",
        "severity": "warning",
        "safety": "safe" if new != "null" else "manual",
        "group": "",
        "example": f'report: "{word}\\n"' if new == "null" else f'before: "{word}\\n", after: "{new}\\n"',
        **fields,
    }
    return RULE.format(word=word, new=new, **given)


UNSAFE = 'before: "oldrisky\n", after: "newrisky\n", unsafe: true'
RULES = {
    "rules/a.yaml": rule(101, "oldsafe", "newsafe"),
    "rules/b.yaml": rule(102, "oldrisky", "newrisky", safety="unsafe", example=UNSAFE),
    "rules/c.yaml": rule(103, "oldmanual", severity="error"),
    "rules/d.yaml": rule(104, "oldinfo", severity="info"),
    "cudamig.toml": 'rules = ["rules"]\nexclude = ["rules"]\n',
}
