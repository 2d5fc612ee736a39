"""``cudamig`` and ``python -m cudamig``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line. ``--version`` alone is answered before anything heavy is imported."""
    if sys.argv[1:] == ["--version"]:
        from cudamig import __version__

        print(f"cudamig {__version__}")
        return
    import gc

    from cudamig.cli.main import cli

    gc.set_threshold(200_000)  # a run over one file makes no garbage worth looking for: a tenth of its time
    try:
        cli(prog_name="cudamig")
    finally:
        gc.freeze()  # and none that the end of the process should look for


if __name__ == "__main__":
    main()
