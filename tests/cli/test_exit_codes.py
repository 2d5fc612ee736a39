"""Exit codes, situation by situation, through the real program. A code that silently becomes 0 fails its users."""

from __future__ import annotations

import os
from typing import Any

import pytest
from smallrules import RULES, Run, Tree, rule

CLEAN = {"a.py": "fresh\n"}
WARNING = {**RULES, "a.py": "oldsafe\n"}
ERROR = {**RULES, "a.py": "oldmanual\n"}
INFO = {**RULES, "a.py": "oldinfo\n"}
SYNTAX = {"bad.py": "def (:\n  # cudamig: ignore[PYT999]\n"}
CRASH = {**RULES, "rules/z.yaml": rule(109, "crash"), "b.py": "crash\n"}
BREAKS = {**RULES, "rules/z.yaml": rule(109, "newer", "'('"), "b.py": "newer\n"}

CHECK: list[tuple[str, dict[str, str], list[str], int]] = [
    ("clean", CLEAN, [], 0),
    ("empty folder", {}, [], 0),
    ("warning", WARNING, [], 1),
    ("error", ERROR, [], 1),
    ("info only", INFO, [], 0),
    ("info, fail on info", INFO, ["--fail-on", "info"], 1),
    ("warning, fail on error", WARNING, ["--fail-on", "error"], 0),
    ("error, fail on error", ERROR, ["--fail-on", "error"], 1),
    ("warning, exit zero", WARNING, ["--exit-zero"], 0),
    ("warning, not selected", WARNING, ["--select", "XAA103"], 0),
    ("warning, ignored", WARNING, ["--ignore", "XAA"], 0),
    ("warning, suppressed", {**RULES, "a.py": "oldsafe  # cudamig: ignore[XAA101]\n"}, [], 0),
    ("warning, excluded", WARNING, ["--exclude", "a.py"], 0),
    ("warning in a file that is named", WARNING, ["a.py"], 1),
    ("unknown option", CLEAN, ["--nope"], 2),
    ("unknown option, exit zero", CLEAN, ["--exit-zero", "--nope"], 2),
    ("bad choice", CLEAN, ["--fail-on", "never"], 2),
    ("unknown target", CLEAN, ["--target", "cu127"], 2),
    ("unknown rule selected", CLEAN, ["--select", "MIG10"], 2),
    ("missing path", CLEAN, ["nowhere.py"], 2),
    ("missing path beside a finding", WARNING, ["a.py", "nowhere.py"], 2),
    ("empty path", CLEAN, [""], 2),
    ("broken TOML", {**CLEAN, "cudamig.toml": "target = \n"}, [], 2),
    ("unknown key", {**CLEAN, "cudamig.toml": 'targt = "cu126"\n'}, [], 2),
    ("wrong type", {**CLEAN, "pyproject.toml": "[tool.cudamig]\nselect = 1\n"}, [], 2),
    ("unknown target in the configuration", {**CLEAN, "cudamig.toml": 'target = "cu999"\n'}, [], 2),
    ("rules folder that is missing", {**CLEAN, "cudamig.toml": 'rules = ["nowhere"]\n'}, [], 2),
    ("rule that is not complete", {**CLEAN, "cudamig.toml": 'rules = ["r"]\n', "r/a.yaml": "id: XAA101\n"}, [], 2),
    ("bad report option", CLEAN, ["-o", "xml=a.xml"], 2),
    ("report to a folder that is missing", CLEAN, ["-o", "json=nowhere/a.json"], 2),
    ("report to a folder", {**CLEAN, "sub/a.py": ""}, ["-o", "json=sub"], 2),
    ("report to a folder that is missing, after a fault", CRASH, ["-o", "json=nowhere/a.json"], 2),
    ("syntax error only", SYNTAX, [], 0),
    ("syntax error and a finding", {**WARNING, **SYNTAX}, [], 1),
    ("binary file", {"a.py": "# cudamig:\0\n"}, [], 0),
    ("rule that fails", CRASH, [], 3),
    ("rule that fails, and a finding", {**CRASH, **WARNING, "rules/z.yaml": CRASH["rules/z.yaml"]}, [], 3),
    ("rule that fails, exit zero", CRASH, ["--exit-zero"], 3),
    ("rule that fails, fail on error", CRASH, ["--fail-on", "error"], 3),
]
FIX: list[tuple[str, dict[str, str], list[str], int]] = [
    ("nothing to fix", CLEAN, [], 0),
    ("a diff", WARNING, [], 1),
    ("a diff, exit zero", WARNING, ["--exit-zero"], 0),
    ("a diff that waits for --unsafe", {**RULES, "a.py": "oldrisky\n"}, [], 0),
    ("a diff with --unsafe", {**RULES, "a.py": "oldrisky\n"}, ["--unsafe"], 1),
    ("nothing that can be fixed", ERROR, [], 0),
    ("all written", WARNING, ["--apply"], 0),
    ("written, an error left", {**ERROR, "b.py": "oldsafe\n"}, ["--apply"], 1),
    ("written, an error left, exit zero", {**ERROR, "b.py": "oldsafe\n"}, ["--apply", "--exit-zero"], 0),
    ("written, info left", {**INFO, "b.py": "oldsafe\n"}, ["--apply"], 0),
    ("a fix that breaks the file", BREAKS, [], 3),
    ("a fix that breaks the file, written", BREAKS, ["--apply", "--exit-zero"], 3),
    ("rule that fails", CRASH, ["--apply"], 3),
    ("patch without writing", WARNING, ["--save-patch", "p"], 2),
    ("patch to a folder that is missing", WARNING, ["--apply", "--save-patch", "nowhere/p"], 2),
    ("missing path", CLEAN, ["nowhere.py"], 2),
    ("unknown target", CLEAN, ["--target", "cu127"], 2),
]
OTHER: list[tuple[list[str], int]] = [
    (["--version"], 0),
    (["--help"], 0),
    (["check", "--help"], 0),
    (["chek"], 2),
    (["rule", "MIG101"], 0),
    (["rule", "unused-ignore"], 0),
    (["rule", "MIG1O1"], 2),
    (["rules"], 0),
    (["rules", "--target", "cu999"], 2),
    (["rules", "--test", "rules"], 0),
    (["rules", "--test", "nowhere"], 2),
    (["target", "list"], 0),
    (["target", "show", "cu126"], 0),
    (["target", "show", "cu"], 2),
]


def ids(rows: list[Any]) -> list[str]:
    return [row[0] if isinstance(row[0], str) else " ".join(row[0]) for row in rows]


@pytest.mark.parametrize(("_name", "files", "args", "code"), CHECK, ids=ids(CHECK))
def test_check(tree: Tree, run: Run, _name: str, files: dict[str, str], args: list[str], code: int) -> None:
    tree(files)
    done = run("check", *args)
    assert done.returncode == code, done.stdout + done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(("_name", "files", "args", "code"), FIX, ids=ids(FIX))
def test_fix(tree: Tree, run: Run, _name: str, files: dict[str, str], args: list[str], code: int) -> None:
    tree(files)
    done = run("fix", *args)
    assert done.returncode == code, done.stdout + done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(("args", "code"), OTHER, ids=ids(OTHER))
def test_other_commands(tree: Tree, run: Run, args: list[str], code: int) -> None:
    tree(RULES)
    done = run(*args)
    assert done.returncode == code, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["full", "concise", "json", "sarif", "github"])
@pytest.mark.parametrize(("files", "code"), [(CLEAN, 0), (WARNING, 1), (CRASH, 3)], ids=["clean", "warning", "fault"])
def test_the_code_does_not_depend_on_the_format(
    tree: Tree, run: Run, files: dict[str, str], code: int, name: str
) -> None:
    tree(files)
    assert run("check", "--output-format", name).returncode == code


def test_the_real_entry_gives_the_same_codes(tree: Tree, run: Run) -> None:
    """The rows above run with a matcher of their own; this is `python -m cudamig` as it is."""
    tree({"a.py": "x = 1  # cudamig: ignore[PYT999]\n"})
    assert run("check", real=True).returncode == 1
    assert run("check", "--exit-zero", real=True).returncode == 0
    assert run("check", "--nope", real=True).returncode == 2
    assert run("check", "--select", "MIG101", real=True).returncode == 0


@pytest.mark.parametrize(("args", "near"), [(["--target", "cu12"], b"cu1"), (["--select", "MIG10"], b"'MIG10")])
def test_a_near_name_is_suggested(tree: Tree, run: Run, args: list[str], near: bytes) -> None:
    tree(CLEAN)
    done = run("check", *args)
    assert b"did you mean" in done.stderr
    assert near in done.stderr
    assert done.stdout == b""


def test_the_key_and_its_near_name_are_told(tree: Tree, run: Run) -> None:
    tree({"cudamig.toml": 'targt = "cu126"\n'})
    assert b"cudamig.toml: unknown key 'targt'; did you mean 'target'?" in run("check").stderr


@pytest.mark.parametrize("args", [["check"], ["check", "--exit-zero"], ["fix"], ["fix", "--apply", "--exit-zero"]])
def test_a_file_that_cannot_be_read(tree: Tree, run: Run, args: list[str]) -> None:
    tree({**WARNING, "secret.py": "oldsafe\n"})
    done = run(*args, env={"CUDAMIG_TEST_DENY": "secret.py"})
    assert done.returncode == 3
    assert b"error: secret.py: cannot be read: Permission denied" in done.stderr


@pytest.mark.parametrize("args", [["check"], ["check", "--exit-zero", "secret"], ["fix"]])
def test_a_folder_that_cannot_be_listed(tree: Tree, run: Run, args: list[str]) -> None:
    tree({"a.py": "", "secret/b.py": "oldsafe\n"})
    done = run(*args, env={"CUDAMIG_TEST_DENY": "secret"})
    assert done.returncode == 3
    assert b"error: secret: cannot be listed: Permission denied" in done.stderr


def test_a_configuration_that_cannot_be_read(tree: Tree, run: Run) -> None:
    tree({"cudamig.toml": ""})
    assert run("check", env={"CUDAMIG_TEST_DENY": "cudamig.toml"}).returncode == 2


@pytest.mark.parametrize("args", [["check"], ["check", "--exit-zero"], ["fix", "--apply"]])
def test_a_fault_of_ours_is_no_finding(tree: Tree, run: Run, args: list[str]) -> None:
    tree(CLEAN)
    done = run(*args, env={"CUDAMIG_TEST_BREAK": "cudamig.around:discover"})
    assert done.returncode == 3
    assert b"internal fault: NameError" in done.stderr
    assert done.stdout == b""


def test_a_read_only_file_is_left_and_told(tree: Tree, run: Run) -> None:
    root = tree({**RULES, "a.py": "oldsafe\n", "b.py": "oldsafe\n"})
    (root / "a.py").chmod(0o444)
    done = run("fix", "--apply", "--exit-zero")
    assert done.returncode == 3
    assert b"error: a.py: not written: the file is read-only" in done.stderr
    assert (root / "a.py").read_text() == "oldsafe\n"
    assert (root / "b.py").read_text() == "newsafe\n"


def test_what_is_no_file_is_skipped(tree: Tree, run: Run) -> None:
    root = tree(CLEAN)
    os.mkfifo(root / "pipe.py")
    (root / "dangling.py").symlink_to("nowhere.py")
    (root / "folder.py").mkdir()
    done = run("check", "--verbose")
    assert done.returncode == 0
    assert b"skipped pipe.py: not a regular file" in done.stderr
    assert b"skipped dangling.py: link that leads nowhere" in done.stderr
    assert run("check", "pipe.py").returncode == 0
