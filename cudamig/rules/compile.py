"""Rule, fact and target files of a rules/ folder -> the tables that the program loads (see facts/store.py)."""

from __future__ import annotations

import os
from typing import Any

import yaml

from cudamig.config import RuleError
from cudamig.rules.schema import check_rule

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PAGE_KEYS = ("why", "examples", "references")
DEFAULT_FIRST = "cu126"


def compile_folder(folder: str) -> dict[str, Any]:
    """All tables of a rules/ folder, by name.

    Raises RuleError, naming file and key, for a rule that is not complete or two rules with one id or name.
    """
    rules, pages = compile_rules(folder)
    tables: dict[str, Any] = {"rules": rules, "pages": pages, "targets": _targets(os.path.join(folder, "targets"))}
    for file in _files(os.path.join(folder, "facts")):
        tables["facts-" + os.path.splitext(os.path.basename(file))[0]] = _plain(read(file))
    dates = {name.removeprefix("facts-"): t["as_of"] for name, t in tables.items() if name.startswith("facts-")}
    return {**tables, "as-of": dates}


def compile_rules(folder: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rules below ``folder`` (sorted by id) and their pages (by id). Raises RuleError, naming the file."""
    rules: list[dict[str, Any]] = []
    pages: dict[str, Any] = {}
    seen: dict[str, str] = {}
    if not os.path.isdir(folder):
        raise RuleError(f"{folder}: no such folder of rules")
    for sub in sorted(os.listdir(folder)):
        if sub in ("targets", "facts"):
            continue
        for file in _files(os.path.join(folder, sub)):
            rule = check_rule(read(file), file)
            for word in (rule["id"], rule["name"]):
                if word in seen:
                    raise RuleError(f"{file}: {word} is taken by {seen[word]}")
                seen[word] = file
            pages[rule["id"]] = {k: rule.pop(k) for k in _PAGE_KEYS}
            rules.append(rule)
    return sorted(rules, key=lambda rule: str(rule["id"])), _plain(dict(sorted(pages.items())))


def read(file: str) -> Any:
    """One YAML file. Raises RuleError naming the file when it is no YAML."""
    try:
        with open(file, "rb") as handle:
            return yaml.load(handle, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise RuleError(f"{file}: {error}") from None


def _targets(folder: str) -> dict[str, Any]:
    rows = [_plain(read(file)) for file in _files(folder)]
    rows.sort(key=lambda row: (row["name"] != DEFAULT_FIRST, row["name"]))
    return {row["name"]: row for row in rows}


def _files(folder: str) -> list[str]:
    if not os.path.isdir(folder):
        return [folder] if folder.endswith(".yaml") else []
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".yaml")]


def _plain(value: Any) -> Any:
    """Dates become ISO strings, so that YAML and JSON give the same tables."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
