"""Load the rules, pick those that a target and a selection ask for, and find the files they may apply to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from cudamig.config import ConfigError, near
from cudamig.facts import store
from cudamig.facts.targets import Target
from cudamig.matchers import MATCHERS
from cudamig.model import Safety, Severity
from cudamig.rules.model import Rule


class RuleSet(NamedTuple):
    """The rules that are in force at a target, and which of them the user selected."""

    rules: tuple[Rule, ...]  # in force
    selected: frozenset[str]
    known: tuple[Rule, ...]  # all of them, those that the target does not reach too

    def by_id(self) -> dict[str, Rule]:
        """Rules in force, by id."""
        return {rule.id: rule for rule in self.rules}

    def stack(self) -> dict[str, Rule]:
        """The rules on places that only all files together decide (images, pins, indexes), by their role."""
        return {str(rule.args["role"]): rule for rule in self.rules if MATCHERS[rule.matcher].stack}


def known(folders: Iterable[str] = ()) -> list[Rule]:
    """All rules: our own, and those of the user's folders. Raises RuleError for a rule file that is not complete."""
    rows = list(store.load("rules"))
    for folder in folders:
        from cudamig.rules.compile import compile_rules

        rows += compile_rules(folder)[0]
    return [_rule(row) for row in rows]


def rule_set(rules: list[Rule], target: Target, select: Iterable[str] = (), ignore: Iterable[str] = ()) -> RuleSet:
    """The rules in force at ``target``; ids, names and families in ``select`` and ``ignore`` narrow what is reported.

    Raises ConfigError for a selector that names nothing.
    """
    chosen = expand(select, rules) if select else {rule.id for rule in rules}
    chosen -= expand(ignore, rules)
    return RuleSet(tuple(rule for rule in rules if target.reaches(rule.since)), frozenset(chosen), tuple(rules))


def expand(selectors: Iterable[str], rules: Iterable[Rule]) -> set[str]:
    """The ids that ids, rule names and families name. Raises ConfigError for one that names nothing."""
    rules, out = list(rules), set[str]()
    for selector in selectors:
        word = selector.strip()
        found = {r.id for r in rules if word.upper() in (r.id, r.family) or word == r.name or word.upper() == "ALL"}
        if not found:
            names = sorted({r.id for r in rules} | {r.family for r in rules} | {r.name for r in rules})
            raise ConfigError(f"no rule or family {selector!r}{near(word, names)}")
        out |= found
    return out


def _rule(row: dict[str, Any]) -> Rule:
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    fields["anchors"] = tuple(tuple(words) for words in row["anchors"])
    fields["severity"] = Severity(row["severity"]) if row["severity"] else None
    fields["safety"] = Safety(row["safety"])
    for page_key in ("why", "examples", "references"):
        fields.pop(page_key, None)
    return Rule(**fields)
