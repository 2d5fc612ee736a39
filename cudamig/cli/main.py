"""The command group. Each command lives in a module of its name and is imported when it is asked for."""

from __future__ import annotations

import importlib
import io
import sys
from typing import Any

import click

from cudamig import __version__
from cudamig.cli.exits import FAILED, INTERRUPTED

COMMANDS = {
    "check": "Report what is tied to an old stack.",
    "fix": "Show, or with --apply make, the changes that move to the target stack.",
    "verify": "Compile the C++ and CUDA units before and after the fixes, and compare.",
    "rule": "Print the page of a rule.",
    "rules": "List the rules, or run their examples.",
    "target": "List and show target stacks.",
}


class LazyGroup(click.Group):
    """A group that imports a command only when it runs; ``--help`` needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands, in the order that one meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command ``name``, or None."""
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"cudamig.cli.{name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. A fault of ours must not look like findings: Python would exit with 1."""
        for name in ("stdout", "stderr"):
            if getattr(sys, name) is None:  # closed by whoever started us
                setattr(sys, name, io.TextIOWrapper(io.BytesIO()))
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        except Exception as error:
            _fault(error)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="cudamig %(version)s")
def cli() -> None:
    """Move a repository from one CUDA / PyTorch / Kubeflow stack to another.

    \b
    Exit codes: 0 nothing to do, 1 findings (check), a diff (fix), findings left (fix --apply),
    2 usage or configuration error, 3 a file could not be processed or an internal fault.
    """


def _fault(error: Exception) -> None:
    import traceback

    from cudamig.report.screen import say

    for line in "".join(traceback.format_exception(error)).splitlines():
        say(line)
    say(f"cudamig: internal fault: {type(error).__name__}: {error}; please report it with the lines above")
    sys.exit(FAILED)
