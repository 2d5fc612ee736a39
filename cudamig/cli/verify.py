"""``cudamig verify``: compile every unit before and after the fixes. The only command that runs a compiler."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from cudamig.cli import compiling
from cudamig.cli import options as shared_options
from cudamig.cli.exits import CLEAN, FAILED, FOUND
from cudamig.fixing.plan import Plan, plan
from cudamig.report import log, screen, table, verified
from cudamig.run import Session
from cudamig.verify.compare import Verdict
from cudamig.verify.proof import Proof, has_units
from cudamig.verify.tools import Tools

_EXITS = """\b
Exit codes:
  0  no unit that compiled is broken by a fix
  1  a unit that compiled no longer does
  2  usage or configuration error, no compiler, no torch, or no unit that could be checked
  3  a file could not be processed, or an internal fault"""


@click.command(name="verify", epilog=_EXITS)
@shared_options.scanning
@click.option("--unsafe", is_flag=True, help="Include fixes that need review.")
@compiling.options
@shared_options.text_or_json
def command(**options: Any) -> None:
    """Compile the C++ and CUDA units of PATHS before and after the fixes, and compare.

    This runs compilers, on a temporary copy, up to where the front end is done; nothing is linked, nothing that is
    compiled is run, and PATHS are only read. It needs an installed torch and g++, clang++ or nvcc: named, or found.
    Without names g++ and nvcc are taken, as extensions are built with them; `--compiler clang++` is much quicker.
    """
    session = shared_options.session(options)
    done = plan(session, options["unsafe"])
    color = shared_options.colored(options, sys.stdout)
    proof, tools = _prove(session, done, options)
    if options["output_format"] == "json":
        screen.write(json.dumps(verified.payload(proof, tools, session.request), indent=2) + "\n")
    else:
        _show(proof, color)
    faults = tuple(dict.fromkeys((*done.left.faults, *done.faults)))
    log.age()
    log.faults(faults)
    if proof.empty:
        shared_options.usage_error("no unit could be checked, so nothing is proven")
    sys.exit(FAILED if faults else FOUND if proof.count(Verdict.WORSE) else CLEAN)


def _prove(session: Session, done: Plan, options: dict[str, Any]) -> tuple[Proof, Tools | None]:
    if not has_units(session.result()):
        return Proof((), 0), None
    with compiling.prover(session, options) as prover:
        return prover.prove(done), prover.tools


def _show(proof: Proof, color: bool) -> None:
    if proof.rows:
        table.show(verified.HEADER, [verified.cells(row) for row in proof.rows], color)
    screen.write(verified.summary(proof, screen.ink(color)) + "\n")
    if proof.count(Verdict.WORSE):
        screen.say(
            "a fix broke what compiled: please report it; `cudamig fix --apply --verify` leaves such files alone"
        )
