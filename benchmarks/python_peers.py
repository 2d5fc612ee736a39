"""CPU time of a Python check beside ``ast-grep scan`` and ``semgrep`` with equal rules, in one run.

    python benchmarks/python_peers.py TREES...

The Python files of TREES (checkouts of detectron2 and yolov5, or any) are copied to a folder of their own, which all
programs read whole, with one process each. Each of our rules on names becomes one rule of theirs: for ast-grep, which
resolves no imports, the last parts of its names as identifiers; for semgrep, which does, the dotted names and keywords.
``ast-grep`` and ``semgrep`` must be on PATH (``pip install ast-grep-cli semgrep``). ast-grep's ratio is a median over
pairs; semgrep is run once.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml
from measure import installed, once, ratio

from cudamig.codemods.python_rows import Row, rows
from cudamig.rules.load import known
from cudamig.rules.model import Rule

Pattern = dict[str, Any]


def ast_grep(rule: Rule) -> Pattern:
    """Identifiers: ast-grep resolves no imports, and sees every name that may be one of the rule's."""
    words = {row.old.rstrip(".").rpartition(".")[2] for row in _rows(rule)} | set(_methods(rule))
    pattern = "|".join(sorted(map(re.escape, words)))
    return {"language": "python", "rule": {"kind": "identifier", "regex": f"^({pattern})$"}}


def semgrep(rule: Rule) -> Pattern:
    """Dotted names, which semgrep resolves; calls with or without the keywords that the rule asks for; methods."""
    either: list[Pattern] = []
    for row in _rows(rule):
        name = row.old.rstrip(".")
        if row.has:
            either += [{"pattern": f"{name}(..., {word}=$V, ...)"} for word in row.has]
        elif row.lacks:
            nots = [{"pattern-not": f"{name}(..., {word}=$V, ...)"} for word in row.lacks]
            either.append({"patterns": [{"pattern": f"{name}(...)"}, *nots]})
        else:
            either.append({"pattern": name})
    either += [{"pattern": f"$X.{name}(...)"} for name in _methods(rule)]
    return {"languages": ["python"], "pattern-either": either}


def _methods(rule: Rule) -> list[str]:
    """Methods of objects, that of argparse too."""
    if rule.matcher == "python-option":
        return ["add_argument"]
    key = "called" if rule.matcher == "python-object" else "methods"
    return list(rule.args.get(key, ()))


def _rows(rule: Rule) -> list[Row]:
    return rows(rule) if rule.matcher == "python-name" else []


def main() -> int:
    """Print the figures."""
    rules = [rule for rule in known() if rule.family == "PYT" and (_rows(rule) or _methods(rule))]
    with tempfile.TemporaryDirectory() as folder, installed() as programs:
        sources = Path(folder, "tree")
        for tree in map(Path, sys.argv[1:]):
            for file in tree.rglob("*.py"):
                copy = sources / tree.name / file.relative_to(tree)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)
        Path(folder, "rules").mkdir()
        Path(folder, "sgconfig.yml").write_text(yaml.safe_dump({"ruleDirs": ["rules"]}))
        for rule in rules:
            row = {"id": rule.id, "severity": "warning", "message": rule.summary, **ast_grep(rule)}
            Path(folder, "rules", f"{rule.id}.yml").write_text(yaml.safe_dump(row))
        theirs = [{"id": r.id, "severity": "WARNING", "message": r.summary, **semgrep(r)} for r in rules]
        Path(folder, "semgrep.yml").write_text(yaml.safe_dump({"rules": theirs}))
        check = [f"{programs}/cudamig", "check", "--jobs", "1", "--select", "PYT", "--output-format", "json", "."]
        scan = ["ast-grep", "scan", "-c", f"{folder}/sgconfig.yml", "--report-style", "short", "."]
        files = sum(1 for _ in sources.rglob("*.py"))
        found, mine, others = ratio(check, scan, 7, str(sources))
        print(f"{files} files, {len(rules)} rules; cudamig / ast-grep: {found:.2f} ({mine:.2f} s / {others:.2f} s CPU)")
        offline = ["--metrics", "off", "--disable-version-check", "--no-git-ignore", "--jobs", "1", "--quiet"]
        slow = once(["semgrep", "scan", *offline, "--config", f"{folder}/semgrep.yml", "."], str(sources))
        print(f"semgrep / cudamig: {slow.cpu / mine:.0f} ({slow.cpu:.1f} s CPU, exit code {slow.code})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
