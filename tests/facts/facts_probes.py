"""Probe files (README.md here says how they are written), and what cudamig itself makes of their code."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from cudamig import examples
from cudamig.codemods.python_rows import Row, Rows, rows
from cudamig.hosts.python import parse
from cudamig.rules.load import known
from cudamig.rules.model import Rule
from cudamig.source import Source

FOLDER = Path(__file__).parent / "probes"
TARGET = "cu132"  # the newest: all rules are in force
RULES = {rule.id: rule for rule in known() if rule.family == "PYT"}
OUTCOMES = ("works", "warns", "raises", "absent")

Claims = dict[str, list[str]]  # from this version on -> what happens (one of them)


class Probe(NamedTuple):
    """A snippet of old code that ends by setting ``result``, and what it and its successor do, by version."""

    rule: str
    name: str
    code: str
    old: Claims
    new: Claims = {}  # noqa: RUF012 - of the code that cudamig writes, or of ``instead``
    instead: str = ""  # where cudamig changes nothing: what a person is told to write
    fires: bool = True  # whether the rule has a finding in it
    differs: str = ""  # why old and new may give other results
    of: str = "torch"  # whose versions ``old`` and ``new`` speak of
    needs: tuple[str, ...] = ()  # packages besides torch
    warning: str = ""  # a regular expression: which warnings count, where it is not those of deprecation
    target: str = TARGET
    limit: float = 60.0  # seconds

    @property
    def id(self) -> str:
        """Rule and name."""
        return f"{self.rule}/{self.name}"


class ProbeFile(NamedTuple):
    """What is said of one rule."""

    rule: str
    probes: tuple[Probe, ...]
    without: str  # why there are none
    silent: dict[str, str]  # "since", "removed" or "signature" -> why it cannot be shown


def _claims(said: dict[str, Any] | None) -> Claims:
    claims = {
        str(version): [value] if isinstance(value, str) else list(value) for version, value in (said or {}).items()
    }
    unknown = {value for values in claims.values() for value in values} - {*OUTCOMES}
    if unknown:
        raise ValueError(f"not one of {', '.join(OUTCOMES)}: {', '.join(unknown)}")
    return claims


def _probe(rule: str, keys: dict[str, Any]) -> Probe:
    lists = {
        "needs": tuple(keys.pop("needs", ())),
        "old": _claims(keys.pop("old")),
        "new": _claims(keys.pop("new", None)),
    }
    return Probe(rule, **keys, **lists)


def load(path: Path) -> ProbeFile:
    """One file. Raises TypeError, KeyError or ValueError for one that is not as README.md says."""
    keys = yaml.safe_load(path.read_text(encoding="utf-8"))
    rule = keys.pop("rule")
    probes = tuple(_probe(rule, each) for each in keys.pop("probes", ()))
    file = ProbeFile(rule, probes, keys.pop("no-probe", ""), keys.pop("silent", {}))
    if keys or bool(file.probes) == bool(file.without) or rule != path.stem:
        raise ValueError(
            f"{path.name}: unknown keys {[*keys]}, or neither (or both) of probes and no-probe, or not its rule"
        )
    return file


@functools.cache
def files() -> dict[str, ProbeFile]:
    """All files, by rule."""
    return {path.stem: load(path) for path in sorted(FOLDER.glob("*.yaml"))}


def probes() -> list[Probe]:
    """All of them; those of a rule that is yet to come, too."""
    return [probe for file in files().values() for probe in file.probes]


class Rewrite(NamedTuple):
    """What cudamig does with the code of a probe."""

    fires: bool
    code: str  # afterwards


@functools.cache
def _rewrite(rule: str, code: str, target: str) -> Rewrite:
    outcome = examples.run({"probe.py": code}, [RULES[rule]], target, unsafe=True)
    if outcome.faults or outcome.unread:
        raise ValueError(f"{rule}: {outcome.faults or outcome.unread}")
    return Rewrite(bool(outcome.findings), outcome.after["probe.py"].decode())


def rewrite(probe: Probe) -> Rewrite:
    """Checked and fixed with the probe's rule, its unsafe fixes too."""
    return _rewrite(probe.rule, probe.code, probe.target)


def successor(probe: Probe) -> str:
    """The new code: cudamig's, or ``instead``; ``""`` where there is none."""
    after = rewrite(probe).code if probe.rule in RULES else probe.code
    return probe.instead or (after if after != probe.code else "")


def uses(rule: Rule, probe: Probe) -> set[str]:
    """The names of a rule's table that a probe uses."""
    table = Rows([rule])
    names = parse(Source("probe.py", probe.code.encode(), "python")).names
    return {hit[0].old for use in names.uses(table.roots) if (hit := table.find(use.name))}


def untouched(rule: Rule) -> list[str]:
    """Names of a rule's table that no probe uses."""
    table = rows(rule) if rule.matcher == "python-name" else []
    used = {name for probe in files()[rule.id].probes for name in (uses(rule, probe) if table else ())}
    return [row.old for row in table if row.old not in used]


def table(rule: Rule) -> list[Row]:
    """The rows of a rule, each case of a name one of its own."""
    every = rows(rule) if rule.matcher == "python-name" else []
    return [each for row in every for each in (row, *(case.row for case in row.cases))]


def dotted(rule: Rule) -> set[str]:
    """The names of a rule, old and new, that can be looked up."""
    return {name for row in table(rule) for name in (row.old, row.to if row.dotted else "") if name}


def digest(code: str) -> str:
    """What tells a text from another."""
    return hashlib.sha256(code.encode()).hexdigest()[:12]
