"""The sample repositories: what check says and fix does is what their golden files hold.

``UPDATE_GOLDEN=1 python -m pytest tests/test_samples.py`` writes the golden files anew; read their diff then.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from cudamig import config as configuration
from cudamig.config import Config
from cudamig.examples import PLAIN
from cudamig.facts import fleet, own, targets
from cudamig.fixing.diff import patch
from cudamig.fixing.plan import plan
from cudamig.report import full
from cudamig.report.concise import render
from cudamig.report.view import report
from cudamig.request import Request
from cudamig.rules.load import rule_set
from cudamig.rules.model import Rule
from cudamig.run import Session

SAMPLES = Path(__file__).parent.parent / "fixtures" / "repos"
ASIDE = ("EXPECTED.md", "golden.diff", "golden-unsafe.diff", "golden-torch26.diff", "golden-check.txt")
MOVED = ["by-the-guide", "detector-ops", "lab-notebooks", "radio-locator"]


@pytest.fixture
def sample(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    source = SAMPLES / request.param
    shutil.copytree(source, tmp_path / "repo", ignore=shutil.ignore_patterns(*ASIDE))
    monkeypatch.chdir(tmp_path / "repo")
    return source


def session(rules: list[Rule], target: str = "cu126", config: Config = PLAIN) -> Session:
    row, rows = targets.get(target), tuple(own.rows(config))
    return Session(Request((".",), config, row, rule_set(rules, row), rows=rows, fleet=fleet.of(config)))


def compare(golden: Path, got: bytes) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_bytes(got)
    assert got == golden.read_bytes()


@pytest.mark.parametrize("sample", MOVED, indirect=True)
def test_what_check_says(sample: Path, rules: list[Rule]) -> None:
    found = session(rules)
    text = render(report(found.result(), found.source)) + "\n"
    compare(sample / "golden-check.txt", text.encode())


@pytest.mark.parametrize("sample", MOVED, indirect=True)
@pytest.mark.parametrize(("unsafe", "golden"), [(False, "golden.diff"), (True, "golden-unsafe.diff")])
def test_what_fix_does(sample: Path, rules: list[Rule], unsafe: bool, golden: str) -> None:
    done = plan(session(rules), unsafe)
    assert not done.faults
    assert not done.left.faults
    compare(sample / golden, patch(done.before, done.after))


@pytest.mark.parametrize("sample", ["detector-held"], indirect=True)
def test_a_fleet_holds_a_repository_back(sample: Path, rules: list[Rule]) -> None:
    config = configuration.load()
    found = session(rules, config.target, config)
    compare(sample / "golden-check.txt", (full.render(report(found.result(), found.source)) + "\n").encode())
    assert not [finding for finding in found.result().findings if finding.fix.edits]
    for unsafe, golden in ((False, "golden.diff"), (True, "golden-unsafe.diff")):
        done = plan(session(rules, config.target, config), unsafe)
        compare(sample / golden, patch(done.before, done.after))
    told = [finding.fix.reason for finding in found.result().findings if finding.rule[:3] in ("IMG", "REQ")]
    assert all("driver 470 is older than 525.60.13" in why and "fits it is cu118" in why for why in told)
    assert plan(session(rules, "cu118", config), False).after  # what fits does move


@pytest.mark.parametrize("sample", ["by-the-guide"], indirect=True)
def test_the_guide_has_a_nearest_real_stack(sample: Path, rules: list[Rule]) -> None:
    done = plan(session(rules, "cu126-torch26"), unsafe=False)
    assert set(done.after) == {"Dockerfile", "requirements.txt"}
    assert not [finding for finding in done.left.findings if finding.path in done.after and finding.severity != "info"]
    compare(sample / "golden-torch26.diff", patch(done.before, done.after))


@pytest.mark.parametrize("sample", ["already-there"], indirect=True)
@pytest.mark.parametrize("target", targets.names())
def test_traps_are_left_alone_at_any_target(sample: Path, rules: list[Rule], target: str) -> None:
    found = session(rules, target)
    result = found.result()
    assert len(result.files) >= 7
    assert [finding for finding in result.findings if finding.severity != "info"] == []
    assert not plan(found, unsafe=True).after
    compare(sample / "golden.diff", b"")


def test_every_sample_says_what_to_expect() -> None:
    for folder in SAMPLES.iterdir():
        text = (folder / "EXPECTED.md").read_text()
        assert all(f"## {word}" in text for word in ("Moves", "Stays", "Reported")), folder
