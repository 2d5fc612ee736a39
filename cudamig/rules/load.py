"""Load the rules, pick those that a target and a selection ask for, and find the files they may apply to."""

from __future__ import annotations

import re
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


class Prefilter:
    """Which rules may apply to a file, by the literal words they anchor on. Never says no wrongly."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """``rules``: those in force."""
        self._by_kind: dict[str, dict[tuple[str, ...], list[Rule]]] = {}
        for rule in rules:
            for kind in rule.kinds:
                anchors = self._by_kind.setdefault(kind, {})
                for anchor in rule.anchors:
                    anchors.setdefault(anchor, []).append(rule)
        self._parts = _parts({word for anchors in self._by_kind.values() for anchor in anchors for word in anchor})

    def hits(self, kind: str, raw: bytes) -> list[Rule]:
        """The rules of which an anchor occurs in ``raw`` (all its words), each once, in order of id."""
        found: dict[str, Rule] = {}
        seen: dict[str, bool] = {"": True}
        parts = self._parts
        for anchor, rules in self._by_kind.get(kind, {}).items():
            for word in anchor:
                if word not in seen:
                    part = parts[word]
                    if part not in seen:
                        seen[part] = _occurs(part, raw)
                    seen[word] = seen[part] and _occurs(word, raw)
                if not seen[word]:
                    break
            else:
                found.update((rule.id, rule) for rule in rules)
        return [found[name] for name in sorted(found)]


def _parts(words: set[str]) -> dict[str, str]:
    """For each word another anchor that it holds, so that where that is missing it is too; ``""`` where none is."""
    plain = sorted((word for word in words if "\\b" not in word), key=lambda word: (len(word), word))
    return {word: next((part for part in plain if part in word and part != word), "") for word in words}


def _occurs(word: str, raw: bytes) -> bool:
    """Whether an anchor's word occurs; ``\\b`` at one of its ends asks for the end of a word there."""
    literal = word.removeprefix(r"\b").removesuffix(r"\b").encode("ascii")
    if literal not in raw:
        return False
    if len(literal) == len(word):
        return True
    pattern = (rb"\b" if word.startswith(r"\b") else b"") + re.escape(literal)
    return re.search(pattern + (rb"\b" if word.endswith(r"\b") else b""), raw) is not None


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
