"""Options that check and fix share, and the request they make."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import click

from cudamig import config as configuration
from cudamig.cli.exits import USAGE
from cudamig.config import ConfigError, RuleError
from cudamig.facts import fleet, own
from cudamig.report.screen import say
from cudamig.request import Request
from cudamig.rules import load
from cudamig.run import Session

F = TypeVar("F", bound=Callable[..., Any])

EXIT_CODES = """\b
Exit codes:
  0  nothing to do
  1  findings at or above --fail-on (check), a diff (fix), findings left (fix --apply)
  2  usage or configuration error
  3  a file could not be processed, or an internal fault"""

color = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colours; NO_COLOR is honoured.",
)
text_or_json = click.option(
    "--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="What to print."
)
_SCANNING = (
    click.argument("paths", nargs=-1, type=click.Path()),
    click.option("--target", metavar="NAME", help="Stack to move to (see `cudamig target list`)."),
    click.option("--select", multiple=True, metavar="RULE", help="Only these rules or families (commas allowed)."),
    click.option("--ignore", multiple=True, metavar="RULE", help="Not these rules or families."),
    click.option("--exclude", multiple=True, metavar="PATTERN", help="Skip paths that match (gitignore style)."),
    click.option("--force-exclude", is_flag=True, help="Skip files that are named too where a folder's would be."),
    click.option("--no-inline-ignores", is_flag=True, help="Do not honour `cudamig: ignore[...]` comments."),
    click.option(
        "--jobs", type=click.IntRange(min=1), metavar="N", help="Processes side by side (default: one a core)."
    ),
    color,
    click.option("--verbose", "-v", is_flag=True, help="List what was scanned, and what was skipped and why."),
)
_FAILING = (
    click.option(
        "--fail-on",
        type=click.Choice(["error", "warning", "info"]),
        default="warning",
        show_default=True,
        help="Exit 1 for findings of this severity or above.",
    ),
    click.option("--exit-zero", is_flag=True, help="Exit 0 where it would be 1; 2 and 3 stay."),
)
_AGAIN = ("target", "select", "ignore", "exclude", "force_exclude", "no_inline_ignores")


def shared(command: F) -> F:
    """Add the arguments and options of commands that scan and fail on what they find."""
    return scanning(_added(command, _FAILING))


def scanning(command: F) -> F:
    """Add the arguments and options that every scanning command has."""
    return _added(command, _SCANNING)


def _added(command: F, options: tuple[Callable[[F], F], ...]) -> F:
    for option in reversed(options):
        command = option(command)
    return command


def request(options: dict[str, Any]) -> Request:
    """The request that options and configuration make. Raises ConfigError and RuleError."""
    config = configuration.load()
    if options["target"]:
        config = config._replace(target=options["target"], target_source="--target")
    known = load.known(config.rules)
    target = own.get(config.target, config)
    for _, words in config.per_file_ignores:
        load.expand(words, known)
    select = _words(options["select"]) or config.select
    ignore = (*config.ignore, *_words(options["ignore"]))
    return Request(
        paths=tuple(options["paths"]) or (".",),
        config=config,
        target=target,
        rules=load.rule_set(known, target, select, ignore),
        exclude=options["exclude"],
        force_exclude=options["force_exclude"],
        inline_ignores=not options["no_inline_ignores"],
        jobs=options["jobs"] or os.cpu_count() or 1,
        rows=tuple(own.rows(config)),
        fleet=fleet.of(config),
    )


def session(options: dict[str, Any]) -> Session:
    """A scanned session, with a progress bar on a terminal when it takes longer than a second."""
    from cudamig.cli.progress import Bar

    try:
        with Bar() as bar:
            return Session(request(options), bar.advance)
    except (ConfigError, RuleError) as error:
        usage_error(str(error))


def again(options: dict[str, Any], words: str) -> str:
    """The command line that runs ``words`` ("fix --unsafe") on the paths and the selection that ``options`` hold."""
    import shlex

    line = ["cudamig", *words.split()]
    for name in _AGAIN:
        value, flag = options[name], "--" + name.replace("_", "-")
        if value is True:
            line.append(flag)
        elif value:
            line += [part for item in ((value,) if isinstance(value, str) else value) for part in (flag, item)]
    paths = list(options["paths"])
    return shlex.join([*line, *(["--"] if any(path.startswith("-") for path in paths) else []), *paths])


def usage_error(message: str) -> NoReturn:
    """Say what is wrong with the command line or the configuration, and exit 2."""
    for line in f"cudamig: {message}".splitlines():
        say(line)
    sys.exit(USAGE)


def colored(options: dict[str, Any], stream: Any) -> bool:
    """Whether to colour what goes to ``stream``."""
    if options["color"] != "auto":
        return bool(options["color"] == "always")
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not plain and bool(stream.isatty())


def _words(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for value in values for word in value.split(",") if word.strip())
