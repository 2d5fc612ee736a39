"""All targets of a run: those that come with the program, and those of the user's configuration."""

from __future__ import annotations

from typing import Any

from cudamig.config import Config, ConfigError
from cudamig.facts import store, targets
from cudamig.facts.targets import Target

BASE = "base"  # the key that names the row whose fields count where none are given
_SAID = {"title": "a target of your own", "summary": "", "end": "not said", "next": "not said", "checked": "not said"}


def get(name: str, config: Config) -> Target:
    """The target ``name``, one of the configuration's too.

    Raises ConfigError, naming a near one, when there is none, and for an own one that is not complete or coherent.
    """
    if name in config.targets:
        return _own(name, config)
    known = store.load("targets")
    if name not in known:
        raise targets.unknown(name, [*known, *config.targets])
    return targets.get(name)


def rows(config: Config) -> list[Target]:
    """All targets, the default first and the user's own last. Raises ConfigError as ``get`` does."""
    return [targets.get(name) for name in targets.names()] + [_own(name, config) for name in config.targets]


def _own(name: str, config: Config) -> Target:
    from cudamig.facts import coherence

    given, file = dict(config.targets[name]), config.file
    where = f"{file}: targets.{name}"
    known = store.load("targets")
    if name in known:
        raise ConfigError(f"{where}: this name is taken by a target that comes with the program; choose another")
    base = given.pop(BASE, None)
    if base is not None and base not in known:
        raise ConfigError(f"{where}.{BASE}: {targets.unknown(str(base), list(known))}")
    row = targets.read(_table(name, given, known.get(base), file), where)._replace(own=file)
    for problem in coherence.problems(row):
        raise ConfigError(f"{where}.{problem.field}: {problem.why}")
    return row


def _table(name: str, given: dict[str, Any], base: dict[str, Any] | None, file: str) -> dict[str, Any]:
    """The row as a file of rules/targets/ would hold it; what is given here has the configuration as its source."""
    start: dict[str, Any] = {**_SAID, "notes": [], "sources": {}, "rank": 0}
    if base:
        prose = {"title": f"{base['title']}, as {file} changes it", "summary": "", "notes": []}
        start = {**base, **prose, "sources": _kept(base["sources"], given)}
    row = {**start, **{k: v.isoformat() if hasattr(v, "isoformat") else v for k, v in given.items()}, "name": name}
    if isinstance(row["sources"], dict) and "sources" not in given:
        row["sources"] = {**row["sources"], **{field: file for field in given if field not in _PLAIN}}
    return row


_PLAIN = ("title", "summary", "notes", "checked", "rank", "name")


def _kept(sources: dict[str, str], given: dict[str, Any]) -> dict[str, str]:
    """The base's sources of the fields that are not given anew."""
    out = {}
    for fields, source in sources.items():
        left = [field.strip() for field in fields.split(",") if field.strip() not in given]
        if left:
            out[", ".join(left)] = source
    return out
