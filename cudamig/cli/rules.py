"""``cudamig rules``: all rules in a table; with --test, their examples are run."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from cudamig import config as configuration
from cudamig.cli import options as shared_options
from cudamig.cli.exits import CLEAN, FOUND
from cudamig.config import ConfigError, RuleError
from cudamig.facts import own
from cudamig.facts.targets import Target
from cudamig.report import page, table
from cudamig.report.screen import visible, write
from cudamig.rules import load
from cudamig.rules.model import Context, Rule

SCHEMA = "cudamig.rules/1"


@click.command(name="rules")
@click.option("--target", metavar="NAME", help="Mark the rules in force at this target (default: the configured one).")
@shared_options.text_or_json
@click.option(
    "--test",
    is_flag=False,
    flag_value="",
    metavar="[FOLDER]",
    help="Run the examples of all rules, or of the rules in FOLDER; exit 1 when one fails.",
)
@shared_options.color
def command(target: str | None, output_format: str, test: str | None, color: str) -> None:
    """List the rules, those of the folders in your configuration included.

    `cudamig rules --test my-rules` checks rules that you write: each example must do what it says.
    """
    try:
        config = configuration.load()
        row = own.get(target or config.target, config)
        folders = (test,) if test else config.rules
        rules = load.known(folders)
        if test is not None:
            pages = page.load(folders)
            sys.exit(_test(rules, {rule.id for rule in load.known()} if test else set(), pages))
    except (ConfigError, RuleError) as error:
        shared_options.usage_error(str(error))
    if output_format == "json":
        write(json.dumps(_payload(rules, row), indent=2) + "\n")
        return
    header = ("id", "name", "fix", f"at {row.name}", "since", "reads", "summary")
    table.show(header, [_row(rule, row) for rule in rules], shared_options.colored({"color": color}, sys.stdout))


def _row(rule: Rule, target: Target) -> tuple[str, ...]:
    force = Context(target).severity(rule).value if target.reaches(rule.since) else "-"
    reads = ", ".join(rule.kinds) if len(rule.kinds) < 4 else "all"
    since = page.versions(rule.since) or "-"
    return rule.id, rule.name, rule.safety.value, force, since, reads, rule.summary


def _payload(rules: list[Rule], target: Target) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "target": target.name,
        "rules": [
            {
                "id": rule.id,
                "name": rule.name,
                "family": rule.family,
                "summary": rule.summary,
                "safety": rule.safety.value,
                "reason": rule.reason,
                "since": rule.since,
                "removed": rule.removed,
                "replacement_since": rule.replacement_since,
                "kinds": list(rule.kinds),
                "in_force": target.reaches(rule.since),
                "severity": Context(target).severity(rule).value,
            }
            for rule in rules
        ],
    }


def _test(rules: list[Rule], passed_over: set[str], pages: dict[str, page.Page]) -> int:
    """Run the examples of all rules but ``passed_over``; say which fail, and how many there were."""
    from cudamig.examples import failure

    count, failed = 0, 0
    for rule in rules:
        if rule.id in passed_over:
            continue
        for number, example in enumerate(pages[rule.id]["examples"], 1):
            count += 1
            problem = failure(rule.id, example, rules)
            if problem:
                failed += 1
                write(f"{rule.id} example {number}: " + "\n".join(map(visible, problem.split("\n"))) + "\n")
    write(f"{count} examples, {failed} failed\n")
    return FOUND if failed else CLEAN
