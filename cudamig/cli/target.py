"""``cudamig target``: the stacks that one can move to, and where each of their facts comes from."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from cudamig import config as configuration
from cudamig.cli import options as shared_options
from cudamig.cli.exits import CLEAN, FOUND
from cudamig.config import Config, ConfigError
from cudamig.facts import age, fits, fleet, own
from cudamig.facts.fleet import Fleet
from cudamig.facts.targets import Target
from cudamig.report import differences, log, resolved, stack, table
from cudamig.report.screen import ink, visible, write

SCHEMA = "cudamig.targets/1"


@click.group(name="target")
def command() -> None:
    """List, show, compare and choose the stacks that `check` and `fix` can move a repository to."""


@command.command(name="list")
@shared_options.text_or_json
@shared_options.color
def list_targets(output_format: str, color: str) -> None:
    """All targets, the default first, those of your configuration last and marked."""
    rows = _rows(_config())
    if output_format == "json":
        _print({"targets": [stack.payload(row) for row in rows]})
        return
    header = ("name", "title", "cuda", "torch", "python", "driver", "GPUs", "end")
    cells = [_cells(row) for row in rows]
    table.show(header, cells, shared_options.colored({"color": color}, sys.stdout))
    log.age()


@command.command(name="show")
@click.argument("name")
@shared_options.text_or_json
@shared_options.color
def show(name: str, output_format: str, color: str) -> None:
    """Everything about the target NAME, with sources and the date on which they were read."""
    row = _get(name, _config())
    if output_format == "json":
        _print({"target": stack.payload(row), "images": stack.images(row)})
        return
    table.page(stack.markdown(row), shared_options.colored({"color": color}, sys.stdout))
    log.age()


@command.command(name="diff")
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@shared_options.text_or_json
@shared_options.color
def diff(old: str, new: str, output_format: str, color: str) -> None:
    """What changes from target A to target B, and what B newly demands of drivers, GPUs, compilers and Pythons."""
    config = _config()
    rows = _get(old, config), _get(new, config)
    if output_format == "json":
        _print(differences.payload(*rows))
        return
    write(differences.text(*rows, ink(shared_options.colored({"color": color}, sys.stdout))) + "\n")
    log.age()


_MANY: Any = {"multiple": True, "metavar": "WORD"}


@command.command(name="resolve", epilog="Exit codes: 0 a target fits, 1 none does, 2 usage or configuration error.")
@click.option("--driver", "drivers", **_MANY, help="A Linux driver of the hosts: 525, R525 or 525.60.13; repeatable.")
@click.option("--gpu", "gpus", **_MANY, help="A GPU of the hosts: T4, rtx-3090, 7.5 or sm_75; repeatable.")
@click.option("--geforce", is_flag=True, help="There are GeForce cards among the GPUs.")
@click.option("--python", **_MANY, help="A Python that has to be served: 3.10; repeatable.")
@click.option("--os", **_MANY, help="A system that wheels are installed on: ubuntu22.04; repeatable.")
@click.option("--max-cuda", metavar="VERSION", help="No CUDA newer than this.")
@shared_options.text_or_json
def resolve(output_format: str, geforce: bool, max_cuda: str | None, **words: tuple[str, ...]) -> None:
    """The best target that runs on all these hosts, or for each target what excludes it, with the source.

    Without options the fleet of the configuration is asked for.
    """
    config = _config()
    given = {name: tuple(part for word in some for part in word.split(",")) for name, some in words.items()}
    asked = _asked({**given, "max-cuda": (max_cuda,) if max_cuda else ()}, geforce, config)
    found = [fits.judge(row, asked) for row in _rows(config)]
    if output_format == "json":
        _print(resolved.payload(asked, found))
    else:
        write("\n".join(map(visible, resolved.text(asked, found).split("\n"))) + "\n")
        log.age()
    sys.exit(CLEAN if resolved.choose(found) else FOUND)


def _asked(words: dict[str, tuple[str, ...]], geforce: bool, config: Config) -> Fleet:
    """The fleet of the command line, or that of the configuration where the command line says nothing."""
    try:
        if geforce or any(words.values()):
            return fleet.make(words, geforce)
        configured = fleet.of(config)
    except ConfigError as error:
        shared_options.usage_error(str(error))
    if configured is None:
        shared_options.usage_error("nothing to resolve for: give --driver, --gpu ..., or a fleet in the configuration")
    return configured


def _config() -> Config:
    try:
        return configuration.load()
    except ConfigError as error:
        shared_options.usage_error(str(error))


def _rows(config: Config) -> list[Target]:
    try:
        return own.rows(config)
    except ConfigError as error:
        shared_options.usage_error(str(error))


def _get(name: str, config: Config) -> Target:
    try:
        return own.get(name, config)
    except ConfigError as error:
        shared_options.usage_error(str(error))


def _cells(row: Target) -> tuple[str, ...]:
    python, gpus = " to ".join(row.python), " to ".join(row.gpus)
    name = f"{row.name} ({row.own})" if row.own else row.name
    return name, row.title, row.cuda, row.torch, python, f">= {row.driver}", gpus, row.end


def _print(payload: dict[str, Any]) -> None:
    write(json.dumps({"schema": SCHEMA, "facts_as_of": age.as_of(), **payload}, indent=2) + "\n")
