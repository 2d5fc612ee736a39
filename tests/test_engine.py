"""One failing rule or file never hides the rest; nothing but git is run, nothing is fetched."""

from __future__ import annotations

import random
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cudamig import engine, matchers
from cudamig.config import Config
from cudamig.facts import targets
from cudamig.fixing.plan import plan
from cudamig.model import Edit, Finding, Fix, Safety, Severity, Span
from cudamig.request import Request
from cudamig.rules.load import rule_set
from cudamig.rules.model import Context, Rule
from cudamig.run import Session

TARGET = targets.get("cu126")


def rule(name: str) -> Rule:
    return Rule(name, name.lower(), "s", ("requirements",), ("",), "toy", {}, {}, {}, {}, None, Safety.SAFE, "r", {})


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict]:
    """A matcher whose behaviour a test gives: rule id -> function of the document."""
    behaviour: dict = {}

    def match(document, rules, context):
        for item in rules:
            yield from behaviour[item.id](document)

    monkeypatch.setitem(matchers.MATCHERS, "toy", matchers.Matcher("toy", ("requirements",)))
    real = matchers.load
    monkeypatch.setattr(matchers, "load", lambda kind: match if kind == "toy" else real(kind))
    return behaviour


def session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], *names: str, paths=(".",)
) -> Session:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return Session(Request(tuple(paths), Config(), TARGET, rule_set([rule(name) for name in names], TARGET)))


def change(start: int, end: int, new: str, name: str = "XAA001"):
    def find(document) -> Iterator[Finding]:
        if document.source.text[start:end] != new:
            edit = Edit(document.source.path, Span(start, end), new)
            fix = Fix("t", Safety.SAFE, "r", (edit,))
            yield Finding(name, document.source.path, Span(start, end), "m", Severity.WARNING, fix)

    return find


def boom(document) -> Iterator[Finding]:
    yield from change(0, 1, "partly", "XAA002")(document)
    raise ZeroDivisionError("toy")


def test_a_failing_rule_is_told_and_hides_nothing(tmp_path, monkeypatch, toy) -> None:
    toy |= {"XAA001": change(0, 3, "new"), "XAA002": boom}
    result = session(tmp_path, monkeypatch, {"requirements.txt": "old\n"}, "XAA001", "XAA002").result()
    assert [finding.rule for finding in result.findings] == ["XAA001"]
    assert [fault.rule for fault in result.faults] == ["XAA002"]
    assert "ZeroDivisionError" in result.faults[0].message


def test_a_failing_host_is_told_and_hides_no_other_file(tmp_path, monkeypatch, toy) -> None:
    toy |= {"XAA001": change(0, 3, "new")}
    real = engine.hosts.parse

    def parse(source):
        if source.path.startswith("bad"):
            raise ZeroDivisionError("toy")
        return real(source)

    monkeypatch.setattr(engine.hosts, "parse", parse)
    files = {"bad-requirements.txt": "old\n", "requirements.txt": "old\n"}
    result = session(tmp_path, monkeypatch, files, "XAA001").result()
    assert [finding.path for finding in result.findings] == ["requirements.txt"]
    assert [fault.path for fault in result.faults] == ["bad-requirements.txt"]


def test_a_fix_that_never_ends_leaves_its_file(tmp_path, monkeypatch, toy) -> None:
    def grow(document) -> Iterator[Finding]:
        yield from change(0, 0, "x")(document)

    toy |= {"XAA001": grow, "XAA002": change(0, 3, "new", "XAA002")}
    files = {"requirements.txt": "old\n", "more-requirements.txt": "old\n"}
    found = session(tmp_path, monkeypatch, files, "XAA001", "XAA002")
    done = plan(found, unsafe=False)
    assert not done.after
    assert [fault.path for fault in done.faults] == ["more-requirements.txt", "requirements.txt"]
    assert all("do not come to an end" in fault.message for fault in done.faults)


def test_a_fix_that_breaks_the_syntax_leaves_its_file(tmp_path, monkeypatch, toy) -> None:
    toy |= {"XAA001": change(0, 1, "(")}
    monkeypatch.setattr(engine, "SUPPRESSION", b"x")
    python = rule("XAA001")._replace(kinds=("python",))
    (tmp_path / "a.py").write_text("x = 1\n")
    monkeypatch.chdir(tmp_path)
    found = Session(Request((".",), Config(), TARGET, rule_set([python], TARGET)))
    done = plan(found, unsafe=False)
    assert not done.after
    assert "breaks its syntax" in done.faults[0].message


def test_shuffled_input_gives_the_same_result(tmp_path, monkeypatch, rules: list[Rule]) -> None:
    files = {
        "Dockerfile": "FROM nvidia/cuda:12.1.1-base-ubuntu22.04\nRUN pip install -r requirements.txt\n",
        "requirements.txt": "torch==2.2.0+cu121\ntorchvision==0.17.0+cu121\n",
        "b-requirements.txt": "xformers==0.0.24\ntorch==2.2.0+cu121\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    seen = set()
    for seed in range(6):
        chance = random.Random(seed)
        paths, order = list(files), list(rules)
        chance.shuffle(paths)
        chance.shuffle(order)
        found = Session(Request(tuple(paths), Config(), TARGET, rule_set(order, TARGET)))
        done = plan(found, unsafe=True)
        seen.add((found.result().findings, tuple(sorted(done.after.items())), done.left.findings))
    assert len(seen) == 1


def test_no_network_and_no_program_but_git(tmp_path, monkeypatch, rules: list[Rule]) -> None:
    real = subprocess.Popen.__init__

    def popen(self, args, *rest, **options):
        assert args[0] == "git", args
        real(self, args, *rest, **options)

    def refuse(*args, **options):
        raise AssertionError("network")

    monkeypatch.setattr(subprocess.Popen, "__init__", popen)
    monkeypatch.setattr(socket, "socket", refuse)
    (tmp_path / "train.py").write_text("import os\nos.system('touch run')\nimport torch\ntorch.load('x')\n")
    (tmp_path / "setup.py").write_text("raise SystemExit('imported')\n# torch.load(\n")
    (tmp_path / "Dockerfile").write_text("FROM nvidia/cuda:12.1.1-base-ubuntu22.04\n")
    monkeypatch.chdir(tmp_path)
    found = Session(Request((".",), Config(), TARGET, rule_set(rules, TARGET)))
    assert plan(found, unsafe=True).after
    assert not (tmp_path / "run").exists()


def test_processes_give_the_same_result(tmp_path, monkeypatch, rules: list[Rule]) -> None:
    from cudamig import pool

    for number in range(12):
        (tmp_path / f"{number}-requirements.txt").write_text(f"torch==2.{number % 3}.0+cu118\n" * 3)
    monkeypatch.chdir(tmp_path)
    request = Request((".",), Config(), TARGET, rule_set(rules, TARGET))
    alone = Session(request).result()
    monkeypatch.setattr(pool, "POOL_BYTES", 10)
    together = Session(request._replace(jobs=2)).result()
    assert together.findings == alone.findings
    assert len(alone.findings) > 12


def test_severity_and_gate() -> None:
    context = Context(TARGET)
    old = rule("XAA001")._replace(removed={"torch": "2.6"})
    assert context.severity(old) is Severity.ERROR
    assert context.severity(rule("XAA001")) is Severity.WARNING
    new = rule("XAA001")._replace(replacement_since={"torch": "2.99"})
    edit = Edit("a", Span(0, 1), "b")
    finding = context.finding(new, "a", Span(0, 1), "m", Fix("t", Safety.SAFE, "r", (edit,)))
    assert finding.fix.safety is Safety.MANUAL
    assert "torch 2.99" in finding.fix.reason
    assert not rule_set([rule("XAA001")._replace(since={"torch": "2.99"})], TARGET).rules
