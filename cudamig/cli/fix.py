"""``cudamig fix``: the diff of what would change; with --apply it is written."""

from __future__ import annotations

import sys
from typing import Any

import click

from cudamig.cli import options as shared_options
from cudamig.cli.exits import exit_code
from cudamig.engine import Fault
from cudamig.fixing import diff, git
from cudamig.fixing.plan import Plan, plan
from cudamig.fixing.write import Refused, write_all, write_new
from cudamig.report import applied, log
from cudamig.run import Session


@click.command(name="fix")
@shared_options.shared
@click.option("--apply", "write", is_flag=True, help="Write the changes instead of showing them.")
@click.option("--unsafe", is_flag=True, help="Include fixes that need review.")
@click.option("--save-patch", metavar="FILE", type=click.Path(), help="With --apply: write a patch that undoes it.")
def command(**options: Any) -> None:
    """Print the unified diff that moves PATHS to the target, or with --apply write it.

    Only safe fixes, unless --unsafe. Fixes that belong together are made together or not at all.
    """
    if options["save_patch"] and not options["write"]:
        shared_options.usage_error("--save-patch goes with --apply; without it nothing is written, so nothing to undo")
    session = shared_options.session(options)
    if options["write"]:
        done, undo = _apply(session, options)
        click.echo(applied.summary(done, undo), color=shared_options.colored(options, sys.stdout))
    else:
        done = plan(session, options["unsafe"])
        _show(done, options)
    faults = (*done.left.faults, *done.faults)
    log.faults(faults)
    sys.exit(
        exit_code(
            options, faults, done.left.findings if options["write"] else (), not options["write"] and bool(done.after)
        )
    )


def _apply(session: Session, options: dict[str, Any]) -> tuple[Plan, str]:
    """Write what can be written whole; a file that refuses is left out, with every group that has a part in it.

    Returns what was done and how to undo it.
    """
    refused: dict[str, str] = {}
    while True:
        done = plan(session, options["unsafe"], refused)
        done = done._replace(faults=(*(Fault(p, f"not written: {why}") for p, why in refused.items()), *done.faults))
        undo = git.undo_hint(done.after, options["save_patch"])
        try:
            if options["save_patch"]:
                write_new(options["save_patch"], diff.patch(done.after, done.before))
            write_all(done.before, done.after)
        except Refused as error:
            if error.path in refused or error.path not in done.after:
                shared_options.usage_error(str(error))
            refused[error.path] = error.reason
            continue
        return done, undo


def _show(done: Plan, options: dict[str, Any]) -> None:
    """The diff on standard output (bytes as they are), a line of summary on standard error."""
    patch = diff.patch(done.before, done.after)
    if shared_options.colored(options, sys.stdout):
        click.echo(applied.colored(patch), color=True)
    else:
        sys.stdout.buffer.write(patch)
        sys.stdout.buffer.flush()
    click.echo(applied.outlook(done, options["unsafe"]), err=True)
