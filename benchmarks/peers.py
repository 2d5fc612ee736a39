"""CPU time and memory of a check beside ruff and torchfix, on one tree, in one run.

    python benchmarks/peers.py TREE [FOLDER_FOR_TORCHFIX]

TREE is a checkout of detectron2 (or any tree). ``ruff`` and, for the second argument, ``torchfix`` must be on PATH;
cudamig is the installed wheel of this checkout. Ratios are medians over pairs; torchfix is run once.
"""

from __future__ import annotations

import statistics
import sys

from measure import installed, once, ratio

RUFF = ["ruff", "check", "--no-cache", "--isolated", "-q", "."]


def main() -> int:
    """Print the figures."""
    tree = sys.argv[1]
    with installed() as programs:
        check = [f"{programs}/cudamig", "check", "--output-format", "json"]
        found, mine, theirs = ratio([*check, "."], RUFF, 7, tree)
        print(f"cudamig / ruff: {found:.2f} ({mine:.2f} s / {theirs:.2f} s CPU)")
        print(f"peak memory of cudamig: {once([*check, '.'], tree).memory:.0f} MB")
        if len(sys.argv) > 2:
            part = sys.argv[2]
            slow = once(["torchfix", "--select", "ALL", part], tree).cpu
            fast = statistics.median(once([*check, part], tree).cpu for _ in range(5))
            print(f"torchfix / cudamig on {part}: {slow / fast:.0f} ({slow:.1f} s / {fast:.2f} s CPU)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
