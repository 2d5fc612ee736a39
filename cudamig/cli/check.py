"""``cudamig check``: findings and a plan; nothing is written."""

from __future__ import annotations

import functools
import sys
from typing import Any

import click

from cudamig.cli import options as shared_options
from cudamig.cli.exits import exit_code
from cudamig.report import FORMATS, emit, log, save, screen
from cudamig.report.view import Report, report


@click.command(name="check", epilog=shared_options.EXIT_CODES)
@shared_options.shared
@click.option("--output-format", type=click.Choice(FORMATS), default="full", show_default=True, help="What to print.")
@click.option("-o", "--output", multiple=True, metavar="FORMAT=FILE", help="Write a report to FILE too; repeatable.")
def command(**options: Any) -> None:
    """Report what is tied to an old stack at the target, and what a fix would be.

    PATHS are files or folders; the default is the working directory. Nothing is written, and nothing that is scanned
    is run.
    """
    outputs = _outputs(options["output"])
    session = shared_options.session(options)
    shown = report(session.result(), session.source)._replace(
        color=shared_options.colored(options, sys.stdout),
        verbose=options["verbose"],
        width=screen.width(sys.stdout),
        again=functools.partial(shared_options.again, options),
    )
    if outputs:
        _save(shown, outputs)
    emit(shown, options["output_format"])
    log.notices(shown, options["output_format"])
    sys.exit(exit_code(options, shown.result.faults, shown.result.findings))


def _outputs(values: tuple[str, ...]) -> list[tuple[str, str]]:
    pairs = []
    for value in values:
        name, found, file = value.partition("=")
        if not found or name not in FORMATS or not file:
            shared_options.usage_error(f"--output takes FORMAT=FILE with FORMAT one of {', '.join(FORMATS)}: {value!r}")
        pairs.append((name, file))
    return pairs


def _save(shown: Report, outputs: list[tuple[str, str]]) -> None:
    from cudamig.fixing.write import Refused

    try:
        save(shown, outputs)
    except Refused as error:
        shared_options.usage_error(f"cannot write the report: {error}")
