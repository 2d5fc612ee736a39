"""What rules say of Python libraries is so: on the torch that is here, and on those that were here once.

The first half needs a torch: this interpreter's, or that of the Python that CUDAMIG_TORCH_PYTHON names.
"""

from __future__ import annotations

import facts_claims as claims
import facts_probes as known
import facts_record as record
import pytest
from facts_probes import Probe, ProbeFile
from facts_record import Told

from cudamig.facts.versions import key
from cudamig.model import Safety

PROBES = known.probes()
OLD_TORCHES = record.recorded()
EACH = pytest.mark.parametrize("probe", [pytest.param(probe, id=probe.id) for probe in PROBES])
RULE = pytest.mark.parametrize("rule", known.RULES)
FILES = pytest.mark.parametrize(
    "file", [f for f in known.files().values() if f.rule in known.RULES], ids=lambda f: f.rule
)
OF = pytest.mark.parametrize("told", OLD_TORCHES, ids=lambda told: told.versions["torch"])


@pytest.fixture(scope="module")
def here() -> Told:
    python = record.python()
    if not python:
        pytest.skip("torch cannot be imported here (CUDAMIG_TORCH_PYTHON names a Python where it can)")
    return record.ask(python, PROBES, [*known.RULES.values()])


def _needed(probe: Probe, here: Told) -> None:
    if here.snippets[probe.id]["old"].get("error") == "Lacks":
        pytest.skip(f"{' and '.join(probe.needs)}: not installed beside torch")


# with a torch


@EACH
def test_old_code_does_what_is_claimed(probe: Probe, here: Told) -> None:
    _needed(probe, here)
    assert not claims.wrong(probe, "old", here)


@EACH
def test_new_code_does_what_is_claimed(probe: Probe, here: Told) -> None:
    _needed(probe, here)
    assert not claims.wrong(probe, "new", here)


@EACH
def test_new_code_gives_what_old_code_gave(probe: Probe, here: Told) -> None:
    assert not claims.unequal(probe, here, OLD_TORCHES)


@RULE
def test_names_are_as_the_table_says(rule: str, here: Told) -> None:
    assert not claims.misnamed(known.RULES[rule], here)


# without


@OF
def test_old_torches_did_what_is_claimed(told: Told) -> None:
    fresh = [probe for probe in PROBES if not claims.stale(probe, told)]
    older = [each for each in OLD_TORCHES if each is not told]
    found = [claims.wrong(probe, side, told) for probe in fresh for side in ("old", "new")]
    found += [claims.unequal(probe, told, older) for probe in fresh]
    assert not [fault for fault in found if fault]


@OF
def test_old_torches_had_the_names(told: Told) -> None:
    assert not [fault for rule in known.RULES.values() for fault in claims.misnamed(rule, told)]


@RULE
def test_a_rule_has_probes_or_says_why_not(rule: str) -> None:
    assert rule in known.files(), f"write tests/facts/probes/{rule}.yaml: tests/facts/README.md says how"


@FILES
def test_probes_show_the_versions_of_the_rule(file: ProbeFile) -> None:
    """Where something changes is where the rule says so, as far as it is newer than the oldest torch of the record."""
    rule, seen = known.RULES[file.rule], {"since": ("warns", "raises", "absent"), "removed": ("raises", "absent")}
    for gate, words in seen.items():
        for component, version in getattr(rule, gate).items():
            old = [probe.old for probe in file.probes if probe.of == component]
            shown = any(key(v) == key(version) and {*said} & {*words} for each in old for v, said in each.items())
            ancient = component == "torch" and key(version) <= (1, 13)
            assert shown or ancient or file.without or file.silent.get(gate), (
                f"no probe shows {gate} {component} {version}"
            )


@EACH
def test_the_rule_finds_the_old_code_and_writes_the_new(probe: Probe) -> None:
    rule = known.RULES.get(probe.rule)
    if rule is None:
        pytest.skip("there is no such rule yet")
    changed = known.rewrite(probe).code != probe.code
    assert known.rewrite(probe).fires == probe.fires
    assert not (changed and probe.instead), "the rule writes new code; `instead` is for where it does not"
    assert bool(probe.new) == bool(known.successor(probe)), "`new` says by version what the new code does"
    for component, version in (rule.replacement_since or rule.since).items():
        if changed and component == probe.of and rule.safety is not Safety.MANUAL:
            first = max(version, "1.13", key=key) if component == "torch" else version
            assert {*claims.claimed(probe.new, first)} & {"works", "warns"}, (
                f"not at {version}, where the rule writes it"
            )


@EACH
def test_the_old_code_was_run(probe: Probe) -> None:
    """A probe that no torch of the record ran proves nothing where none is installed."""
    if all(claims.stale(probe, told) for told in OLD_TORCHES):
        pytest.skip("not recorded, or for another text: run tests/facts/prober.py --record")
