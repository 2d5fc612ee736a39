"""CPU time and memory of a check beside ruff and torchfix, on one tree, in one run.

    python benchmarks/peers.py TREE [FOLDER_FOR_TORCHFIX]

TREE is a checkout of detectron2 (or any tree). ``cudamig``, ``ruff`` and, for the second argument, ``torchfix`` must
be on PATH. Ratios are medians over pairs; torchfix is run once.
"""

from __future__ import annotations

import sys

from measure import once, ratio

RUFF = ["ruff", "check", "--no-cache", "--isolated", "-q", "."]


def main() -> int:
    """Print the figures."""
    tree = sys.argv[1]
    check = ["cudamig", "check", "--output-format", "json", "."]
    found, mine, theirs = ratio(check, RUFF, 7, tree)
    print(f"cudamig / ruff: {found:.2f} ({mine:.2f} s / {theirs:.2f} s CPU)")
    print(f"peak memory of cudamig: {once(check, tree).memory:.0f} MB")
    if len(sys.argv) > 2:
        part = sys.argv[2]
        slow = once(["torchfix", "--select", "ALL", part], tree)
        fast = once([*check[:-1], part], tree)
        print(f"torchfix / cudamig on {part}: {slow.cpu / fast.cpu:.0f} ({slow.cpu:.1f} s / {fast.cpu:.2f} s CPU)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
