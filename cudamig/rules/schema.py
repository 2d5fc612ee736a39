"""What a rule file must look like. A rule that cannot be tested or traced to a source is refused."""

from __future__ import annotations

import re
from typing import Any

from cudamig.config import RuleError
from cudamig.matchers import MATCHERS

FAMILIES = ("IMG", "REQ", "PYT", "CPP", "CUD", "BLD", "KFT", "MIG")
REQUIRED = ("id", "name", "summary", "why", "anchors", "match", "fix", "examples", "references")
OPTIONAL = ("since", "removed", "replacement-since", "severity")
_EXAMPLE_KEYS = {
    *("file", "before", "after", "report", "keep", "unsafe", "target", "with", "with-after", "note"),
    *("compile", "no-compile"),  # for tests/cpp/test_compile.py
}


def check_rule(data: Any, file: str) -> dict[str, Any]:
    """The rule as the engine wants it (keys of ``Rule`` plus page keys). Raises RuleError naming file and key."""
    if not isinstance(data, dict):
        raise RuleError(f"{file}: a rule is a mapping")
    for key in data:
        if key not in REQUIRED + OPTIONAL:
            raise RuleError(f"{file}: unknown key {key!r}")
    for key in REQUIRED:
        if not data.get(key):
            raise RuleError(f"{file}: {key!r} is missing or empty")
    _check_names(data, file)
    _check_examples(data["examples"], file)
    match, fix = dict(data["match"]), dict(data["fix"])
    matcher = match.pop("kind", None)
    if matcher not in MATCHERS:
        raise RuleError(f"{file}: match.kind {matcher!r} is none of {', '.join(sorted(MATCHERS))}")
    if fix.get("safety") not in ("safe", "unsafe", "manual") or not fix.get("reason"):
        raise RuleError(f"{file}: fix needs 'safety' (safe, unsafe, manual) and 'reason'")
    if data.get("severity") not in (None, "error", "warning", "info"):
        raise RuleError(f"{file}: severity is error, warning or info")
    versions = {key: _versions(data, key, file) for key in ("since", "removed", "replacement-since")}
    return {
        "id": data["id"],
        "name": data["name"],
        "summary": data["summary"],
        "kinds": list(match.pop("files", MATCHERS[matcher].kinds)),
        "anchors": _anchors(data, file),
        "matcher": matcher,
        "args": match,
        "since": versions["since"],
        "removed": versions["removed"],
        "replacement_since": versions["replacement-since"],
        "severity": data.get("severity"),
        "safety": fix.pop("safety"),
        "reason": " ".join(str(fix.pop("reason")).split()),
        "fix": fix,
        "why": data["why"],
        "examples": data["examples"],
        "references": data["references"],
    }


def _check_names(data: dict[str, Any], file: str) -> None:
    family = str(data["id"]).rstrip("0123456789")
    if not re.fullmatch(r"[A-Z]{3}\d{3}", str(data["id"])):
        raise RuleError(f"{file}: id {data['id']!r} is not three letters and three digits")
    if family not in FAMILIES and not re.fullmatch(r"X[A-Z]{2}", family):
        raise RuleError(f"{file}: family {family} is none of {', '.join(FAMILIES)} (your own rules start with X)")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", str(data["name"])):
        raise RuleError(f"{file}: name {data['name']!r} is not kebab-case")
    if len(data["summary"]) > 80:
        raise RuleError(f"{file}: summary is longer than 80 characters")
    for reference in data["references"]:
        if not isinstance(reference, dict) or not reference.get("source") or not reference.get("checked"):
            raise RuleError(f"{file}: a reference needs 'source' and 'checked' (a date)")


def _anchors(data: dict[str, Any], file: str) -> list[list[str]]:
    """The words of the prefilter: one entry must occur, and of an entry that is a list, all words.

    ``\\b`` at an end of a word asks for the end of a word there.
    """
    anchors = [[str(word) for word in (a if isinstance(a, list) else [a])] for a in data["anchors"]]
    for words in anchors:
        if not words or not all(word and word.isascii() for word in words):
            raise RuleError(f"{file}: anchor {words!r} is empty or not ASCII")
    return anchors


def _check_examples(examples: Any, file: str) -> None:
    if not all(isinstance(e, dict) for e in examples):
        raise RuleError(f"{file}: an example is a mapping")
    for example in examples:
        unknown = set(example) - _EXAMPLE_KEYS
        if unknown:
            raise RuleError(f"{file}: unknown key {min(unknown)!r} in an example")
        forms = [key for key in ("before", "after", "report", "keep") if key in example]
        if forms not in (["before", "after"], ["report"], ["keep"]):
            raise RuleError(f"{file}: an example has 'before' and 'after', or 'report', or 'keep'")
        for key in {"compile", "no-compile"} & set(example):
            if not isinstance(example[key], str) or not example[key].strip() or "after" not in example:
                raise RuleError(f"{file}: {key!r} is a text, and belongs to an example with 'before' and 'after'")
        if not example.get("file"):
            raise RuleError(f"{file}: an example needs 'file', the path its text stands in")
    if not any("keep" in e for e in examples) or not any("before" in e or "report" in e for e in examples):
        raise RuleError(f"{file}: needs an example that is found and one that must stay ('keep')")


def _versions(data: dict[str, Any], key: str, file: str) -> dict[str, str]:
    value = data.get(key) or {}
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise RuleError(f"{file}: {key!r} is a mapping of component to version, written as a string")
    return value
