"""CPU time of a whole check beside ruff's on the same trees, in one run.

    python benchmarks/whole_check.py [--runs N] TREES...

User and system time, of child processes too. ``cudamig check`` reports all that it finds, once with as many processes
as it likes and once with one; ``ruff check --no-cache --isolated -q`` is what ruff does without any configuration.
A ratio is the median of the ratios of runs made in turn; the line for all trees compares the sums of the medians.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from measure import installed, ratio
from peers import RUFF

SETTINGS = {"default": (), "--jobs 1": ("--jobs", "1")}


def main() -> int:
    """Print a line for each tree, and one for all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("trees", nargs="+")
    given = parser.parse_args()
    sums = {name: [0.0, 0.0] for name in SETTINGS}
    with installed() as programs:
        check = [f"{programs}/cudamig", "check", "--output-format", "json"]
        for tree in given.trees:
            words = []
            for name, options in SETTINGS.items():
                found, mine, theirs = ratio([*check, *options, "."], RUFF, given.runs, tree)
                sums[name][0] += mine
                sums[name][1] += theirs
                words.append(_words(name, found, mine, theirs))
            print(f"{Path(tree).name}: {'; '.join(words)}", flush=True)
    for name, (mine, theirs) in sums.items():
        print(f"all {len(given.trees)} trees, {_words(name, mine / theirs, mine, theirs)}")
    return 0


def _words(name: str, found: float, mine: float, theirs: float) -> str:
    return f"{name} {found:.1f} ({mine:.2f} s / {theirs:.2f} s)"


if __name__ == "__main__":
    sys.exit(main())
