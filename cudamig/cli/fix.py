"""``cudamig fix``: the diff of what would change; with --apply it is written."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from cudamig.cli import compiling
from cudamig.cli import options as shared_options
from cudamig.cli.exits import exit_code
from cudamig.engine import Fault
from cudamig.fixing import diff, git
from cudamig.fixing.plan import Plan, plan
from cudamig.report import applied, log, screen, view
from cudamig.run import Session

if TYPE_CHECKING:
    from cudamig.verify.proof import Prover

Planner = Callable[[dict[str, str]], Plan]


@click.command(name="fix", epilog=shared_options.EXIT_CODES)
@shared_options.shared
@click.option("--apply", "write", is_flag=True, help="Write the changes instead of showing them.")
@click.option("--unsafe", is_flag=True, help="Include fixes that need review.")
@click.option("--save-patch", metavar="FILE", type=click.Path(), help="With --apply: write a patch that undoes it.")
@click.option(
    "--verify", is_flag=True, help="With --apply: compile first; write no file that breaks a C++ or CUDA unit."
)
@compiling.options
def command(**options: Any) -> None:
    """Print the unified diff that moves PATHS to the target, or with --apply write it.

    Only safe fixes, unless --unsafe. Fixes that belong together are made together or not at all. What compiles is only
    run, and looked for, with --verify (see `cudamig verify --help`).
    """
    _consistent(options)
    session = shared_options.session(options)
    if options["verbose"]:
        log.scanned(session.result(), view.cached(session.source))
    again = functools.partial(shared_options.again, options)
    color = shared_options.colored(options, sys.stdout)
    if options["write"]:
        with _planner(session, options) as make:
            done, undo = _apply(make, options)
        source = view.cached(session.source)
        screen.write(applied.summary(done, undo, source, screen.ink(color), again) + "\n")
    else:
        done = plan(session, options["unsafe"])
        _show(done, color, again("fix --apply --unsafe" if options["unsafe"] else "fix --apply"))
    faults = tuple(dict.fromkeys((*done.left.faults, *done.faults)))
    log.age()
    log.faults(faults)
    left, changes = (done.left.findings, False) if options["write"] else ((), bool(done.after))
    sys.exit(exit_code(options, faults, left, changes))


def _apply(make: Planner, options: dict[str, Any]) -> tuple[Plan, str]:
    """Write what can be written whole; a file that refuses is left out, with every group that has a part in it.

    Returns what was done and how to undo it.
    """
    from cudamig.fixing.write import Refused, write_all

    refused: dict[str, str] = {}
    while True:
        done = make(refused)
        done = done._replace(faults=(*(Fault(p, f"not written: {why}") for p, why in refused.items()), *done.faults))
        undo = git.undo_hint(done.after, options["save_patch"])
        try:
            if options["save_patch"] and done.after:
                _save(options["save_patch"], diff.patch(done.after, done.before), bool(refused))
            write_all(done.before, done.after)
        except Refused as error:
            if error.path in refused or error.path not in done.after:
                shared_options.usage_error(str(error))
            refused[error.path] = error.reason
            continue
        if options["save_patch"] and refused and not done.after:
            os.unlink(options["save_patch"])  # written for a try in which a file refused
        return done, undo


def _consistent(options: dict[str, Any]) -> None:
    """Options that mean nothing without another are an error."""
    if options["save_patch"] and not options["write"]:
        shared_options.usage_error("--save-patch goes with --apply; without it nothing is written, so nothing to undo")
    if options["verify"] and not options["write"]:
        shared_options.usage_error("--verify goes with --apply; `cudamig verify` compiles and writes nothing")
    stray = [] if options["verify"] else compiling.given(click.get_current_context())
    if stray:
        shared_options.usage_error(f"{stray[0]} goes with --verify")


@contextlib.contextmanager
def _planner(session: Session, options: dict[str, Any]) -> Iterator[Planner]:
    """What makes a plan that leaves the files of a dictionary alone; with --verify, one with which no unit is worse.

    The files that made a unit worse are put into the dictionary.
    """
    if options["verify"]:
        from cudamig.verify.proof import has_units

        if has_units(session.result()):
            with compiling.prover(session, options) as prover:
                yield functools.partial(_proven, session, options, prover)
            return
    yield functools.partial(plan, session, options["unsafe"])


def _proven(session: Session, options: dict[str, Any], prover: Prover, refused: dict[str, str]) -> Plan:
    from cudamig.report import verified
    from cudamig.verify.safe import safe_plan

    done, proof = safe_plan(session, options["unsafe"], prover, refused)
    for line in verified.notes(proof):
        screen.say(line)
    if proof.empty and done.after:
        shared_options.usage_error("no unit could be checked, so nothing was written")
    return done


def _save(file: str, patch: bytes, again: bool) -> None:
    """Write the way back, never over that of an earlier run. ``again``: the file is our own, from a try before."""
    from cudamig.fixing.write import Refused, write_new

    if not again and os.path.isfile(file) and os.path.getsize(file):
        raise Refused(file, "exists already, and may be the way back from an earlier run; name another file")
    write_new(file, patch)


def _show(done: Plan, color: bool, again: str) -> None:
    """The diff on standard output, a summary on standard error.

    The bytes are exact for a file or a program, and made harmless for a terminal.
    """
    patch = diff.patch(done.before, done.after)
    if color or sys.stdout.isatty():
        screen.write(applied.on_terminal(patch, color))
    else:
        screen.write(patch)
    log.unread(done.left)
    for line in applied.outlook(done, again):
        screen.say(line)
