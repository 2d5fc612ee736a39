"""Selection, suppression, and groups that lose a member."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudamig.config import Config
from cudamig.facts import targets
from cudamig.fixing.plan import plan
from cudamig.model import Edit, Finding, Fix, Safety, Severity, Span
from cudamig.request import Request, Result
from cudamig.rules.load import rule_set
from cudamig.rules.model import Rule
from cudamig.run import Session
from cudamig.verdict import level

DOCKER = "FROM nvidia/cuda:12.1.1-base-ubuntu22.04\nRUN pip install -r requirements.txt\n"
REQUIREMENTS = "--index-url https://download.pytorch.org/whl/cu121\ntorch==2.2.0+cu121\n"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "Dockerfile").write_text(DOCKER)
    (tmp_path / "requirements.txt").write_text(REQUIREMENTS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def session(
    rules: list[Rule], *paths: str, select: tuple[str, ...] = (), inline: bool = True, config: Config | None = None
) -> Session:
    target = targets.get("cu126")
    chosen = rule_set(rules, target, select)
    return Session(Request(paths or (".",), config or Config(), target, chosen, inline_ignores=inline))


def ids(result: Result) -> list[str]:
    return [finding.rule for finding in result.findings]


def held(result: Result, words: str) -> bool:
    return all(f.fix.safety is Safety.MANUAL and words in f.fix.reason for f in result.findings)


def test_the_whole_group_moves(tree: Path, rules: list[Rule]) -> None:
    done = plan(session(rules), unsafe=False)
    assert sorted(done.after) == ["Dockerfile", "requirements.txt"]
    assert not done.left.findings


def test_a_deselected_member_holds_the_group(tree: Path, rules: list[Rule]) -> None:
    result = session(rules, select=("REQ",)).result()
    assert ids(result) == ["REQ102", "REQ101"]
    assert held(result, "IMG101 at Dockerfile:1 is not selected")
    assert not plan(session(rules, select=("REQ",)), unsafe=False).after


def test_a_path_outside_is_read_never_written(tree: Path, rules: list[Rule]) -> None:
    result = session(rules, "requirements.txt").result()
    assert held(result, "IMG101 at Dockerfile:1 lies outside the given paths")
    assert [file.path for file in result.files] == ["requirements.txt"]
    assert not plan(session(rules, "requirements.txt"), unsafe=False).after


def test_a_suppressed_member_holds_the_group(tree: Path, rules: list[Rule]) -> None:
    (tree / "Dockerfile").write_text("# cudamig: ignore[IMG101] -- driver 525\n" + DOCKER)
    result = session(rules).result()
    assert ids(result) == ["REQ102", "REQ101"]
    assert result.suppressed == 1
    assert held(result, "suppressed")
    assert "IMG101" in ids(session(rules, inline=False).result())


def test_per_file_ignores(tree: Path, rules: list[Rule]) -> None:
    config = Config(per_file_ignores=(("Dockerfile", ("IMG",)),))
    result = session(rules, config=config).result()
    assert ids(result) == ["REQ102", "REQ101"]
    assert held(result, "per-file-ignores")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("torch==2.2.0+cu121  # cudamig: ignore[REQ101] -- later", []),
        ("torch==2.2.0+cu121  # cudamig: ignore[REQ]", []),
        ("# cudamig: ignore[REQ101]\n\n# more\ntorch==2.2.0+cu121", []),
        ("torch==2.2.0+cu121  # cudamig: ignore[REQ102]", ["REQ101", "MIG101"]),
        ("torch==2.2.0+cu121  # cudamig: ignore[REQ999]", ["REQ101", "MIG102"]),
        ("torch==2.2.0+cu121  # cudamig: ignore[REQ101, PYT]", ["MIG101"]),
        ("torch==2.2.0+cu121  # cudamig: ignore[]", ["REQ101", "MIG102"]),
        ("# cudamig: ignore[REQ101]\nnumpy\ntorch==2.2.0+cu121", ["MIG101", "REQ101"]),
    ],
)
def test_suppressions(tree: Path, rules: list[Rule], line: str, expected: list[str]) -> None:
    (tree / "Dockerfile").unlink()
    (tree / "requirements.txt").write_text(line + "\n")
    assert ids(session(rules).result()) == expected


def test_a_suppression_of_a_rule_that_is_not_selected_is_not_called_unused(tree: Path, rules: list[Rule]) -> None:
    (tree / "Dockerfile").unlink()
    (tree / "requirements.txt").write_text("numpy  # cudamig: ignore[REQ101]\n")
    assert ids(session(rules, select=("IMG", "MIG")).result()) == []
    assert ids(session(rules).result()) == ["MIG101"]


def test_a_group_is_as_safe_as_its_least_safe_member() -> None:
    def finding(rule: str, safety: Safety, group: str) -> Finding:
        fix = Fix("t", safety, f"as {rule} is", (Edit("a.py", Span(0, 1), "x"),), group)
        return Finding(rule, "a.py", Span(0, 1), "m", Severity.WARNING, fix)

    rows = [("A", "safe", "g"), ("B", "unsafe", "g"), ("C", "safe", "h"), ("D", "safe", ""), ("E", "unsafe", "")]
    leveled = level([finding(rule, Safety(safety), group) for rule, safety, group in rows])
    assert [f.fix.safety.value for f in leveled] == ["unsafe", "unsafe", "safe", "safe", "unsafe"]
    assert leveled[0].fix.reason == "it moves together with B in a.py, which is unsafe: as B is"


def test_the_rest_of_the_work_tree_counts_in_a_folder_of_it_too(
    tree: Path, rules: list[Rule], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "below").mkdir()
    (tree / "requirements.txt").rename(tree / "below" / "requirements.txt")
    (tree / "Dockerfile").write_text(DOCKER.replace("-r req", "-r below/req"))
    monkeypatch.chdir(tree / "below")
    assert held(session(rules).result(), "IMG101 at ../Dockerfile:1 lies outside the given paths")
