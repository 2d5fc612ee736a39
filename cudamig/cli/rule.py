"""``cudamig rule``: the page of a rule."""

from __future__ import annotations

import sys

import click

from cudamig import config as configuration
from cudamig.cli import options as shared_options
from cudamig.config import ConfigError, RuleError, near
from cudamig.report import page, table
from cudamig.rules import load
from cudamig.rules.model import Rule


@click.command(name="rule")
@click.argument("rule", metavar="ID")
@shared_options.color
def command(rule: str, color: str) -> None:
    """Print the page of a rule: what breaks and since when, what is done about it, examples, sources.

    ID is an id (PYT101) or a name (rules of the folders in your configuration included). On a terminal the page is
    rendered; in a pipe it is Markdown.
    """
    try:
        folders = configuration.load().rules
        found = _find(rule, load.known(folders))
        text = page.markdown(found, page.load(folders)[found.id])
    except (ConfigError, RuleError) as error:
        shared_options.usage_error(str(error))
    table.page(text, shared_options.colored({"color": color}, sys.stdout))


def _find(word: str, rules: list[Rule]) -> Rule:
    for rule in rules:
        if word.upper() == rule.id or word.lower() == rule.name:
            return rule
    words = [name for rule in rules for name in (rule.id, rule.name)]
    raise ConfigError(f"no rule {word!r}{near(word, words) or near(word.upper(), words)} (`cudamig rules` lists them)")
