"""CPU time of a C++/CUDA check beside ``ast-grep scan`` with equal rules, on one tree, in one run.

    python benchmarks/ast_grep.py TREE

TREE is a checkout of mmcv (or any tree with C++). Its C++ and CUDA files are copied to a folder of their own, which
both programs read whole. ast-grep gets one rule for each of ours, with a pattern for each old name that the rule
knows. ``ast-grep`` must be on PATH (``pip install ast-grep-cli``). The ratio is a median over pairs.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml
from measure import installed, ratio

from cudamig.kinds import kind_of
from cudamig.rules.load import known
from cudamig.rules.model import Rule

GLOBS = ("*.cu", "*.cuh", "*.h", "*.hpp", "*.cc", "*.cpp", "*.inl")
NAMES = ("identifier", "type_identifier", "field_identifier", "namespace_identifier")


def patterns(rule: Rule) -> Iterator[dict[str, object]]:
    """What ast-grep has to look for to see what the rule sees."""
    for key, value in rule.args.items():
        words = list(value) if isinstance(value, (dict, list)) else []
        for word in filter(None, words):
            if not isinstance(word, str):
                continue
            if key in ("gone", "moved"):
                yield {"kind": "preproc_include", "regex": re.escape(word)}
            elif key == "chains":
                yield {
                    "pattern": "$X."
                    + "().".join(word.removesuffix("<>").split("."))
                    + ("<$T>()" if "<" in word else "()")
                }
            elif key == "macros":
                yield {"pattern": f"{word}($X.type(), $$$REST)"}
            elif key == "calls":
                yield {"pattern": f"{word.partition('(')[0]}($$$REST)"}
            elif key == "names" and re.fullmatch(r"[\w:]+", word):
                last = word.rpartition("::")[2]
                yield {"any": [{"kind": kind, "regex": f"^{last}$"} for kind in NAMES]}


def equal_rules(folder: Path) -> int:
    """Write ast-grep's rules; how many there are."""
    (folder / "rules").mkdir()
    (folder / "sgconfig.yml").write_text(yaml.safe_dump({"ruleDirs": ["rules"], "languageGlobs": {"cpp": list(GLOBS)}}))
    count = 0
    for rule in known():
        found = list(patterns(rule)) if "cpp" in rule.kinds else []
        if found:
            row = {
                "id": rule.id,
                "language": "cpp",
                "severity": "warning",
                "message": rule.summary,
                "rule": {"any": found},
            }
            (folder / "rules" / f"{rule.id}.yml").write_text(yaml.safe_dump(row))
            count += 1
    return count


def main() -> int:
    """Print the figure."""
    tree = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder, installed() as programs:
        sources = Path(folder, "tree")
        for file in sorted(tree.rglob("*")):
            if file.is_file() and kind_of(file.name) == "cpp":
                copy = sources / file.relative_to(tree)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)
        count = equal_rules(Path(folder))
        mine = [f"{programs}/cudamig", "check", "--jobs", "1", "--select", "CPP,CUD", "--output-format", "json", "."]
        theirs = ["ast-grep", "scan", "-c", f"{folder}/sgconfig.yml", "--report-style", "short", "."]
        found, ours, others = ratio(mine, theirs, 7, str(sources))
        files = sum(1 for file in sources.rglob("*") if file.is_file())
        print(f"{files} files, {count} rules; cudamig / ast-grep: {found:.2f} ({ours:.2f} s / {others:.2f} s CPU)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
