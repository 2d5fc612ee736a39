"""``cudamig target``: the stacks that one can move to, and where each of their facts comes from."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from cudamig.cli import options as shared_options
from cudamig.config import ConfigError
from cudamig.facts import targets
from cudamig.facts.targets import Target
from cudamig.report import stack, table
from cudamig.report.screen import write

SCHEMA = "cudamig.targets/1"


@click.group(name="target")
def command() -> None:
    """List and show the stacks that `check` and `fix` can move a repository to."""


@command.command(name="list")
@shared_options.text_or_json
@shared_options.color
def list_targets(output_format: str, color: str) -> None:
    """All targets, the default first."""
    rows = [targets.get(name) for name in targets.names()]
    if output_format == "json":
        _print({"schema": SCHEMA, "targets": [stack.payload(row) for row in rows]})
        return
    header = ("name", "title", "cuda", "torch", "python", "driver", "GPUs", "end")
    cells = [_cells(row) for row in rows]
    table.show(header, cells, shared_options.colored({"color": color}, sys.stdout))


@command.command(name="show")
@click.argument("name")
@shared_options.text_or_json
@shared_options.color
def show(name: str, output_format: str, color: str) -> None:
    """Everything about the target NAME, with sources and the date on which they were read."""
    try:
        row = targets.get(name)
    except ConfigError as error:
        shared_options.usage_error(str(error))
    if output_format == "json":
        _print({"schema": SCHEMA, "target": stack.payload(row), "images": stack.images(row)})
        return
    table.page(stack.markdown(row), shared_options.colored({"color": color}, sys.stdout))


def _cells(row: Target) -> tuple[str, ...]:
    python, gpus = " to ".join(row.python), " to ".join(row.gpus)
    return row.name, row.title, row.cuda, row.torch, python, f">= {row.driver}", gpus, row.end


def _print(payload: dict[str, Any]) -> None:
    write(json.dumps(payload, indent=2) + "\n")
