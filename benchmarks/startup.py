"""Start-up of the installed wheel: CPU time against ``python -c pass``, side by side.

    python benchmarks/startup.py [RUNS]

Builds the wheel of this checkout, installs it into a fresh environment and prints the median ratios.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from measure import installed, ratio

CLEAN = "import torch\n\n\ndef f(x):\n    return torch.add(x, 1)\n"
FOUND = "import torch\n\nwith torch.cuda.amp.autocast(False):\n    pass\n"
CASES = {
    "--version": (["--version"], 5),
    "check of one clean file": (["check", "clean.py"], 6),
    "check of one file with a finding": (["check", "found.py"], 8),
}


def main() -> int:
    """Print a line for each case; exit 1 when one is over its bound."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    over = False
    with tempfile.TemporaryDirectory() as folder, installed() as programs:
        Path(folder, "clean.py").write_text(CLEAN)
        Path(folder, "found.py").write_text(FOUND)
        base = [f"{programs}/python", "-c", "pass"]
        for name, (arguments, bound) in CASES.items():
            found, mine, theirs = ratio([f"{programs}/cudamig", *arguments], base, runs, folder)
            over |= found > bound
            figures = f"{mine * 1000:.0f} ms / {theirs * 1000:.0f} ms"
            print(f"{name}: {found:.1f}x of python -c pass ({figures}), bound {bound}x")
    return int(over)


if __name__ == "__main__":
    sys.exit(main())
