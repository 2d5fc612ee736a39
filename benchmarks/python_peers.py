"""CPU time of a Python check beside ``ast-grep scan`` and ``semgrep`` with equal rules, in one run.

    python benchmarks/python_peers.py TREES...

The Python files of TREES (checkouts of detectron2 and yolov5, or any) are copied to a folder of their own, which all
programs read whole, with one process each. Each of our rules on names becomes one rule of theirs: for ast-grep, which
resolves no imports, the last parts of its names as identifiers; for semgrep, which does, the dotted names.
``ast-grep`` and ``semgrep`` must be on PATH (``pip install ast-grep-cli semgrep``). ast-grep's ratio is a median over
pairs; semgrep is run once.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

import yaml
from measure import installed, once, ratio

from cudamig.rules.load import known
from cudamig.rules.model import Rule

NAME = re.compile(r"[A-Za-z_][\w.]*\w")


def names(rule: Rule) -> list[str]:
    """The dotted names and methods that a rule of ours looks for."""
    return [word.rstrip(".") for word in rule.args.get("names", ()) or rule.args.get("methods", ())]


def ast_grep(folder: Path, rules: dict[str, list[str]]) -> None:
    """Write ast-grep's rules: identifiers."""
    (folder / "rules").mkdir()
    (folder / "sgconfig.yml").write_text(yaml.safe_dump({"ruleDirs": ["rules"]}))
    for rule, dotted in rules.items():
        words = "|".join(sorted({re.escape(name.rpartition(".")[2]) for name in dotted}))
        row = {"id": rule, "language": "python", "severity": "warning", "message": rule}
        row["rule"] = {"kind": "identifier", "regex": f"^({words})$"}  # type: ignore[assignment]
        (folder / "rules" / f"{rule}.yml").write_text(yaml.safe_dump(row))


def semgrep(folder: Path, rules: dict[str, list[str]]) -> None:
    """Write semgrep's rules: dotted names, and methods of anything."""
    rows = []
    for rule, dotted in rules.items():
        either = [{"pattern": name if "." in name else f"$X.{name}(...)"} for name in dotted]
        row = {"id": rule, "languages": ["python"], "severity": "WARNING", "message": rule, "pattern-either": either}
        rows.append(row)
    (folder / "semgrep.yml").write_text(yaml.safe_dump({"rules": rows}))


def main() -> int:
    """Print the figures."""
    ours = {rule.id: [name for name in names(rule) if NAME.fullmatch(name)] for rule in known()}
    rules = {rule.id: ours[rule.id] for rule in known() if rule.family == "PYT" and ours[rule.id]}
    with tempfile.TemporaryDirectory() as folder, installed() as programs:
        sources = Path(folder, "tree")
        for tree in map(Path, sys.argv[1:]):
            for file in tree.rglob("*.py"):
                copy = sources / tree.name / file.relative_to(tree)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)
        ast_grep(Path(folder), rules)
        semgrep(Path(folder), rules)
        check = [f"{programs}/cudamig", "check", "--jobs", "1", "--select", "PYT", "--output-format", "json", "."]
        scan = ["ast-grep", "scan", "-c", f"{folder}/sgconfig.yml", "--report-style", "short", "."]
        files = sum(1 for _ in sources.rglob("*.py"))
        found, mine, theirs = ratio(check, scan, 7, str(sources))
        print(f"{files} files, {len(rules)} rules; cudamig / ast-grep: {found:.2f} ({mine:.2f} s / {theirs:.2f} s CPU)")
        offline = ["--metrics", "off", "--disable-version-check", "--no-git-ignore", "--jobs", "1", "--quiet"]
        slow = once(["semgrep", "scan", *offline, "--config", f"{folder}/semgrep.yml", "."], str(sources))
        print(f"semgrep / cudamig: {slow.cpu / mine:.0f} ({slow.cpu:.1f} s CPU, exit code {slow.code})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
