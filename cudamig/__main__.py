"""``cudamig`` and ``python -m cudamig``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line. ``--version`` alone is answered before anything heavy is imported."""
    if sys.argv[1:] == ["--version"]:
        from cudamig import __version__

        print(f"cudamig {__version__}")
        return
    from cudamig.cli.main import cli

    cli(prog_name="cudamig")


if __name__ == "__main__":
    main()
