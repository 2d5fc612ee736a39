"""TorchFix's own fixtures: what of its expected findings we find, and whether our rewrites of them behave the same.

    python benchmarks/torchfix_fixtures.py CHECKOUT [PYTHON]

CHECKOUT is a checkout of pytorch-labs/torchfix (last commit 0ee382c). A finding counts when we have one on its line;
one on an import also when we have one on a use of that name. PYTHON is an interpreter with torch, of a release where
the old names still work (2.13.0): the fixtures of its codemods, as they are and as ``fix --unsafe`` leaves them,
are run there statement by statement, and what each gives is compared. ``cudamig`` must be on PATH. docs/python.md lists
where we differ on purpose.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

LINE = re.compile(r"(\d+):\d+ (TOR\d+) (.*)")
SHARED = ("TOR001", "TOR003", "TOR004", "TOR101", "TOR102", "TOR103", "TOR201", "TOR202")
TARGET = "cu132"  # the newest, where every rule is in force


def main() -> int:
    """Print both tables."""
    fixtures = Path(sys.argv[1]) / "tests" / "fixtures"
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        shutil.copytree(fixtures, tree)
        expected, missed = _findings(tree)
        print(f"findings: {expected - len(missed)} of {expected} in the shared scope ({', '.join(SHARED)})")
        print("".join(f"  not found: {words}\n" for words in missed), end="")
        if len(sys.argv) > 2:
            _compare(tree, Path(folder, "before"), sys.argv[2])
    return 0


def _findings(tree: Path) -> tuple[int, list[str]]:
    """How many findings are expected, and those on whose lines we have none."""
    command = ["cudamig", "check", "--target", TARGET, "--output-format", "json", "."]
    report = json.loads(subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False).stdout)
    found = {(row["path"], row["line"]) for row in report["findings"]}
    named = {(row["path"], word) for row in report["findings"] for word in row["message"].split("`") if word}
    expected, missed = 0, []
    for file in sorted(tree.glob("*/checker/*.txt")):
        source = file.with_suffix(".py").relative_to(tree).as_posix()
        for line in file.read_text().splitlines():
            row = LINE.match(line)
            if row and row[2] in SHARED:
                expected += 1
                imported = row[3].partition(" function ")[2].partition(":")[0] if row[3].startswith("Import") else ""
                if (source, int(row[1])) not in found and (source, imported) not in named:
                    missed.append(f"{source}:{line}")
    return expected, missed


def _compare(tree: Path, before: Path, python: str) -> None:
    """Fix the tree, and let ``python`` run every codemod fixture as it was and as it is."""
    shutil.copytree(tree, before)
    fix = ["cudamig", "fix", "--unsafe", "--apply", "--target", TARGET, "."]
    subprocess.run(["git", "init", "-q"], cwd=tree, check=True)
    subprocess.run(fix, cwd=tree, capture_output=True, check=False)
    runner = str(Path(__file__).with_name("same_results.py"))
    for file in sorted(before.glob("*/codemod/*.in.py")):
        done = subprocess.run(
            [python, runner, str(file), str(tree / file.relative_to(before))],
            capture_output=True,
            text=True,
            check=False,
        )
        print(f"{file.name.removesuffix('.in.py')}: {done.stdout.strip() or done.stderr.strip()[-300:]}")


if __name__ == "__main__":
    sys.exit(main())
