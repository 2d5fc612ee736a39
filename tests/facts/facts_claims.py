"""What probes claim, held against what a torch did."""

from __future__ import annotations

import math
import re
from typing import Any

import facts_probes as known
from facts_probes import Claims, Probe
from facts_record import Told

from cudamig.codemods.python_rows import Row
from cudamig.facts.versions import key
from cudamig.rules.model import Rule

_ABSENT = ("ImportError", "ModuleNotFoundError", "AttributeError")
_DEPRECATED = r"FutureWarning|DeprecationWarning|deprecat|in (a )?future|no longer|will (be|change|default|raise)"


def claimed(claims: Claims, version: str) -> list[str]:
    """What is claimed for a version; nothing for one that is older than the oldest that is named."""
    reached = [first for first in claims if key(first) <= key(version)]
    return claims[max(reached, key=key)] if reached else []


def outcome(probe: Probe, what: dict[str, Any]) -> str:
    """One word of ``OUTCOMES`` for what a snippet did, or what else went wrong."""
    error = what.get("error")
    if error:
        return "absent" if error in _ABSENT else "lacks" if error == "Lacks" else "raises"
    said = re.compile(probe.warning or _DEPRECATED, re.IGNORECASE)
    return "warns" if any(said.search(each) for each in what["warnings"]) else "works"


def wrong(probe: Probe, side: str, told: Told) -> str | None:
    """What is not as claimed, or ""; None where nothing is claimed or known."""
    what, version = told.snippets.get(probe.id, {}).get(side), told.versions.get(probe.of)
    claims = claimed(probe.old if side == "old" else probe.new, version) if version else []
    if not what or not claims or what.get("error") == "Lacks":
        return None
    found = outcome(probe, what)
    if found in claims and what.get("error") not in ("Fault", "Crash", "Timeout"):
        return ""
    return f"{probe.id}, the {side} code with {probe.of} {version}: {found} instead of {' or '.join(claims)}: {what}"


def unequal(probe: Probe, told: Told, older: list[Told]) -> str | None:
    """How the new code's result differs from that of the old code, here or where it last worked; None if not known."""
    both = told.snippets.get(probe.id, {})
    if "result" not in both.get("new", {}) or probe.differs:
        return None
    before = [each for each in older if key(each.versions["torch"]) < key(told.versions["torch"])]
    for each in [told, *reversed(before)]:
        old = each.snippets.get(probe.id, {}).get("old", {})
        if "result" in old and old["of"] == known.digest(probe.code):
            new = both["new"]["result"]
            return "" if same(old["result"], new) else f"{probe.id}: {old['result']} became {new}"
    return None


def same(one: Any, other: Any) -> bool:
    """Equal, but for the last bits of floating point numbers."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(*pair) for pair in zip(one, other, strict=True))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-4, abs_tol=1e-5)
    return type(one) is type(other) and bool(one == other)


def stale(probe: Probe, told: Told) -> bool:
    """Whether the record is of another text than the probe's of today, or has none."""
    both = told.snippets.get(probe.id, {})
    now = {"old": probe.code, "new": known.successor(probe)}
    return any(both.get(side, {}).get("of") != known.digest(code) for side, code in now.items() if code)


def reaches(told: Told, gates: dict[str, str]) -> bool:
    """Whether it is at or past all of them."""
    return all(name in told.versions and key(told.versions[name]) >= key(gate) for name, gate in gates.items())


def misnamed(rule: Rule, told: Told) -> list[str]:
    """What a rule's table says of names that this torch contradicts."""
    return [
        fault for row in known.table(rule) for fault in (_gone(row, told), _new(row, told), _order(row, told)) if fault
    ]


def _gone(row: Row, told: Told) -> str:
    """A name that is there although the rule calls it gone, and no probe shows that it only raises."""
    rule = row.rule
    changes = row.has or row.lacks or (row.changes_call and not row.to)
    if changes or not rule.removed or not reaches(told, rule.removed) or told.names.get(row.old) is None:
        return ""
    file = known.files().get(rule.id)
    shown = any(row.old in known.uses(rule, probe) for probe in (file.probes if file else ()))
    return "" if shown or row.old.endswith(".") else f"{row.old} is still there, and no probe shows that it raises"


def _new(row: Row, told: Told) -> str:
    gates = row.rule.replacement_since or row.rule.since
    there = not row.dotted or row.to not in told.names or told.names[row.to] is not None or not reaches(told, gates)
    return "" if there else f"{row.to} is not there"


def _order(row: Row, told: Told) -> str:
    """A table's old order of parameters against that of a torch that still has it."""
    said, gates = told.names.get(row.old), row.rule.removed or row.rule.since
    if not row.signature or not said or said.startswith("*") or (gates and reaches(told, gates)):
        return ""
    real = [name for name in said.split(", ") if not name.startswith(("*", "="))][: len(row.signature)]
    file = known.files().get(row.rule.id)  # parameters may have come later, or may have to be keywords by then
    known_of = real == [*row.signature][: len(real)] or (file and "signature" in file.silent)
    return "" if known_of else f"{row.old} takes {said}, not {row.signature}"
