"""The prober tells a right claim from a wrong one. Needs no torch."""

from __future__ import annotations

import facts_child as child
import facts_claims as claims
import pytest
from facts_probes import Probe
from facts_record import Told

PROBE = Probe(
    "PYT101",
    "a name",
    "result = 1\n",
    {"1.13": ["works"], "2.4": ["warns"], "2.6": ["raises", "absent"]},
    {"2.4": ["works"]},
)
FUTURE = "FutureWarning: it is going"


def told(version: str, old: dict[str, object], new: dict[str, object] | None = None) -> Told:
    both = {"old": {"of": claims.known.digest(PROBE.code), "warnings": [], **old}}
    if new:
        both["new"] = {"of": "", "warnings": [], **new}
    return Told({"versions": {"torch": version}}, {}, {PROBE.id: both})


CASES = [
    ("1.13.1", {"result": 1}, True),
    ("1.13.1", {"result": 1, "warnings": [FUTURE]}, False),
    ("2.4.1+cpu", {"result": 1, "warnings": [FUTURE]}, True),
    ("2.4.1", {"result": 1, "warnings": ["UserWarning: no GPU is here"]}, False),
    ("2.10.0", {"result": 1}, False),
    ("2.10.0", {"error": "TypeError"}, True),
    ("2.10.0", {"error": "ImportError"}, True),
    ("2.10.0", {"error": "Timeout"}, False),
    ("2.10.0", {"error": "Fault"}, False),
    ("1.13.1", {"error": "AttributeError"}, False),
]


@pytest.mark.parametrize(("version", "old", "right"), CASES)
def test_claims(version: str, old: dict[str, object], right: bool) -> None:
    assert (not claims.wrong(PROBE, "old", told(version, old))) is right


def test_nothing_is_claimed_of_older_versions() -> None:
    assert claims.wrong(PROBE, "old", told("1.12.0", {"error": "TypeError"})) is None
    assert claims.wrong(PROBE, "old", told("2.4.0", {"error": "Lacks"})) is None


def test_results_are_compared_with_the_newest_torch_that_had_the_old_code() -> None:
    new = told("2.6.0", {"error": "TypeError"}, {"result": ["float", 2.0]})
    older = [told("1.13.1", {"result": ["float", 1.0]}), told("2.4.1", {"result": ["float", 2.0]})]
    assert claims.unequal(PROBE, new, older) == ""
    assert claims.unequal(PROBE, new, older[:1])
    assert claims.unequal(PROBE, new, []) is None


def test_what_is_equal() -> None:
    assert claims.same(["float", 1.0], ["float", 1.0000001])
    assert not claims.same(["float", 1.0], ["float", 1.1])
    assert not claims.same(["tuple", 1], ["list", 1])
    assert not claims.same(True, 1)
    assert not claims.same([1, 2], [1])


def test_a_snippet_is_run() -> None:
    code = "import warnings\nwarnings.warn('old', FutureWarning)\nresult = (1.5, [None, int])\n"
    assert child.run(code) == {
        "result": ["tuple", ["float", 1.5], ["list", None, ["type", "builtins.int"]]],
        "warnings": ["FutureWarning: old"],
    }
    assert child.run("import nothing_of_that_name\n")["error"] == "ModuleNotFoundError"
    assert child.run("result = object()\n")["error"] == "TypeError"
    assert child.run("raise SystemExit(2)\n")["error"] == "SystemExit"


def test_one_that_hangs_is_killed() -> None:
    assert child.forked(lambda: child.run("while True: pass\n"), 1)["error"] == "Timeout"
    assert child.forked(lambda: child.run("import os\nos._exit(3)\n"), 10)["error"] == "Crash"
    assert child.forked(lambda: child.run("result = 1\n"), 10)["result"] == 1


def test_names_are_looked_up() -> None:
    assert child.name("os.path.join") == "a, *p"
    assert child.name("os.path.no_such") is None
    assert child.name("json.decoder.") == ""
    assert child.names(["no_such_package.x"]) == {}
