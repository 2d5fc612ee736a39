"""Write the page of every rule as a file of the documentation: ``python -m cudamig.report.pages docs/rules``."""

from __future__ import annotations

import os
import re
import sys

from cudamig.report import page
from cudamig.rules.load import known
from cudamig.rules.model import Rule

FAMILIES = {
    "IMG": "Container images",
    "REQ": "Wheels, indexes and pins",
    "PYT": "Python APIs",
    "CPP": "C++ APIs of PyTorch",
    "CUD": "CUDA toolkit",
    "BLD": "Build files",
    "KFT": "Kubeflow",
    "MIG": "Suppressions",
}
_HEAD = """# Rules

Written from the rule files by `python -m cudamig.report.pages docs/rules`; do not edit. A rule is in force when the
target is at or past its version; `cudamig rules --target NAME` tells which are.
"""
_PAGE = re.compile(r"[A-Z]{3}\d{3}\.md")


def contents() -> dict[str, str]:
    """The files of docs/rules, by name."""
    rules, pages = known(), page.load()
    files = {f"{rule.id}.md": page.markdown(rule, pages[rule.id]) for rule in rules}
    return {"index.md": _index(rules), **files}


def _index(rules: list[Rule]) -> str:
    parts = [_HEAD]
    for family in sorted({rule.family for rule in rules}, key=[*FAMILIES].index):
        rows = [f"| [{r.id}]({r.id}.md) | {r.name} | {r.summary} | {r.safety} |" for r in rules if r.family == family]
        parts.append(
            "\n".join([f"## {FAMILIES[family]}", "", "| id | name | | fix |", "| --- | --- | --- | --- |", *rows])
        )
    return "\n\n".join(part.strip() for part in parts) + "\n"


def main(folder: str) -> None:
    """Write the files, and remove pages of rules that are gone."""
    files = contents()
    os.makedirs(folder, exist_ok=True)
    for name in os.listdir(folder):
        if _PAGE.fullmatch(name) and name not in files:
            os.unlink(os.path.join(folder, name))
    for name, text in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8", newline="\n") as handle:
            handle.write(text)


if __name__ == "__main__":
    main(sys.argv[1])
