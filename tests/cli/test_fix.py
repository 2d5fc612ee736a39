"""``cudamig fix``: the diff, what is written, what is told, how it is undone."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from smallrules import RULES, Run, Tree, rule

from cudamig.fixing import diff, git
from cudamig.report.applied import on_terminal

FILES = {
    **RULES,
    "a.py": b"# caf\xc3\xa9\r\noldsafe  \r\n\r\nx = oldsafe",
    "s p/b.py": "oldsafe\noldrisky\noldmanual\noldinfo\n",
    "latin.py": b"# coding: latin-1\n# \xe9\noldsafe\n",
}


def sh(*args: str, **more: Any) -> bytes:
    done = subprocess.run(args, capture_output=True, check=False, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return bytes(done.stdout)


def commit_all() -> None:
    sh("git", "init", "-q")
    sh("git", "add", "-A")
    sh("git", "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "x")


def snapshot(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file() and ".git" not in p.parts}


def test_the_diff_is_exact_and_nothing_is_written(tree: Tree, run: Run) -> None:
    root = tree(FILES)
    before = snapshot(root)
    done = run("fix")
    assert snapshot(root) == before
    assert (
        b" # caf\xc3\xa9\r\n-oldsafe  \r\n+newsafe  \r\n \r\n-x = oldsafe\n\\ No newline at end of file\n"
        in done.stdout
    )
    assert b" # \xe9\n-oldsafe\n+newsafe\n" in done.stdout
    assert b"--- a/s p/b.py\t\n+++ b/s p/b.py\t\n" in done.stdout
    assert done.stderr.decode().splitlines() == [
        "3 files would change; 3 findings would be left (1 of them can be fixed with --unsafe, after review)",
        "next: cudamig fix --apply",
    ]


def test_the_piped_diff_applies_and_gives_what_apply_gives(tree: Tree, run: Run) -> None:
    root = tree(FILES)
    patch = run("fix", "--unsafe").stdout
    sh("patch", "-p1", "--binary", input=patch)
    by_patch = snapshot(root)
    tree(FILES)
    assert run("fix", "--unsafe", "--apply").returncode == 1
    assert snapshot(root) == by_patch
    assert run("fix", "--unsafe").stdout == b""


def test_what_was_done_and_left_is_told(tree: Tree, run: Run) -> None:
    tree(FILES)
    done = run("fix", "--apply")
    assert done.returncode == 1
    assert done.stdout.decode().splitlines() == [
        "3 files changed:",
        "  a.py",
        "    XAA101 write newsafe (2 times)",
        "  latin.py",
        "    XAA101 write newsafe",
        "  s p/b.py",
        "    XAA101 write newsafe",
        "3 findings left:",
        "  XAA102 write newrisky (unsafe, not written: it is the same)",
        "    s p/b.py:2: oldrisky is old",
        "  XAA103 write null (by hand: it is the same)",
        "    s p/b.py:3: oldmanual is old",
        "  XAA104 write null (by hand: it is the same)",
        "    s p/b.py:4: oldinfo is old",
        "to undo: by hand: git does not have these files as they were (next time, add --save-patch FILE)",
        "next: cudamig fix --unsafe",
    ]


def test_nothing_to_change(tree: Tree, run: Run) -> None:
    tree({"a.py": "fresh\n"})
    assert run("fix", "--apply").stdout == b"0 files changed\n"
    assert run("fix", "--apply", "--save-patch", "p").stdout == b"0 files changed\n"
    assert not os.path.exists("p")


def test_the_git_command_undoes_it(tree: Tree, run: Run) -> None:
    root = tree({**FILES, **{f"n{i}.py": "oldsafe\n" for i in range(9)}})
    commit_all()
    before = snapshot(root)
    told = run("fix", "--apply", "s p", "a.py").stdout.decode().splitlines()
    assert "to undo: git restore -- a.py 's p/b.py'" in told
    sh("sh", "-c", "git restore -- a.py 's p/b.py'")
    assert snapshot(root) == before
    assert "to undo: git restore ." in run("fix", "--apply").stdout.decode()
    sh("git", "restore", ".")
    assert snapshot(root) == before


def test_no_git_command_when_it_would_take_more_back(tree: Tree, run: Run) -> None:
    root = tree({**FILES, **{f"n{i}.py": "oldsafe\n" for i in range(9)}})
    commit_all()
    (root / "a.py").write_text("oldsafe  # mine\n")
    assert "to undo: by hand" in run("fix", "--apply").stdout.decode()
    sh("git", "restore", ".")
    (root / "cudamig.toml").write_text(FILES["cudamig.toml"] + "# mine\n")
    told = run("fix", "--apply").stdout.decode()
    assert "to undo: git restore -- a.py latin.py n0.py" in told


@pytest.mark.parametrize("tool", [["git", "apply"], ["patch", "-p1", "--binary", "-i"]])
@pytest.mark.parametrize("below", ["", "sub", "sub/deep er"])
@pytest.mark.parametrize("inside_git", [True, False])
def test_the_saved_patch_undoes_it(tree: Tree, run: Run, tool: list[str], below: str, inside_git: bool) -> None:
    """CRLF, no final newline, bytes that are no UTF-8, names with spaces; from the root and from below it."""
    root = tree({"top.txt": "", **{os.path.join(below, path): text for path, text in FILES.items()}})
    if inside_git:
        commit_all()
    before = snapshot(root)
    os.chdir(os.path.join(root, below))
    done = run("fix", "--apply", "--save-patch", "../undo.patch" if below else "undo.patch")
    patch = os.path.join(os.pardir if below else os.curdir, "undo.patch")
    assert f"to undo: patch -p1 < {os.path.normpath(patch)}" in done.stdout.decode()
    changed = {path: raw for path, raw in snapshot(root).items() if not path.endswith("undo.patch")}
    assert changed != before
    sh(*tool, patch)
    os.unlink(patch)
    assert snapshot(root) == before


def test_the_way_back_from_elsewhere(tree: Tree, run: Run) -> None:
    """Names with ``..`` are refused by git and by patch; they are relative to a common folder instead."""
    root = tree(FILES)
    before = snapshot(root)
    (root.parent / "work").mkdir()
    os.chdir(root.parent / "work")
    (root.parent / "work" / "cudamig.toml").write_text('rules = ["../repo/rules"]\n')
    shown = run("fix", "../repo/a.py", "../repo/s p")
    assert b"--- a/a.py\n" in shown.stdout
    assert b"names in the diff are relative to ../repo\n" in shown.stderr
    done = run("fix", "--apply", "../repo/a.py", "../repo/s p", "--save-patch", "un do.patch")
    (line,) = [line for line in done.stdout.decode().splitlines() if line.startswith("to undo: ")]
    assert line == "to undo: patch -p1 -d ../repo < 'un do.patch'"
    sh("sh", "-c", line.removeprefix("to undo: "))
    assert snapshot(root) == before


def test_a_patch_of_an_earlier_run_is_not_lost(tree: Tree, run: Run) -> None:
    root = tree(FILES)
    assert run("fix", "--apply", "--save-patch", "p").returncode == 1
    first = (root / "p").read_bytes()
    done = run("fix", "--apply", "--unsafe", "--save-patch", "p")
    assert done.returncode == 2
    assert b"p: exists already" in done.stderr
    assert (root / "p").read_bytes() == first
    assert b"oldrisky" in (root / "s p/b.py").read_bytes()


def test_no_patch_is_left_for_what_was_not_written(tree: Tree, run: Run) -> None:
    root = tree({**RULES, "a.py": "oldsafe\n"})
    (root / "a.py").chmod(0o444)
    assert run("fix", "--apply", "--save-patch", "p").returncode == 3
    assert not (root / "p").exists()


def test_a_group_is_written_whole_or_not_at_all(tree: Tree, run: Run) -> None:
    root = tree(
        {
            **RULES,
            "rules/g.yaml": rule(105, "oldpair", "newpair", group="pair"),
            "a.py": "oldpair\n",
            "b.py": "oldpair\n",
            "c.py": "oldsafe\n",
        }
    )
    (root / "b.py").chmod(0o444)
    done = run("fix", "--apply", "--save-patch", "p")
    assert done.returncode == 3
    assert (root / "a.py").read_text() == "oldpair\n"
    assert (root / "c.py").read_text() == "newsafe\n"
    assert b"oldpair" not in (root / "p").read_bytes()


def test_scanned_text_does_not_drive_the_terminal() -> None:
    patch = b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\t\x1b[2J\xff\r\n+b\xc2\x9b\r\n"
    assert on_terminal(patch, color=False) == "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\t\\x1b[2J\\udcff\n+b\\x9b\n"
    painted = on_terminal(patch, color=True)
    assert "\x1b[2J" not in painted
    assert "\x1b[32m+b\\x9b\x1b[0m\n" in painted
    assert "\x1b[1m--- a/x\x1b[0m\n" in painted


LINE = st.sampled_from([b"a\n", b"b\r\n", b"\n", b"\xff\r\r\n", b"\x0c \x85x\n", b"-- x\n", b"\\ No\n"])
LINES = st.lists(LINE, max_size=12)
ODD_NAMES = ["tab\there", 'quo"te', "back\\slash", "caf\xe9", os.fsdecode(b"\xff"), "-x", "d d/f"]
NAMES = st.sampled_from(["f", "a b", *ODD_NAMES])


@settings(max_examples=40, deadline=None)
@given(name=NAMES, one=LINES, two=LINES, tails=st.tuples(st.booleans(), st.booleans()))
def test_patches_apply_with_git_and_with_patch(
    tmp_path_factory: pytest.TempPathFactory, name: str, one: list[bytes], two: list[bytes], tails: tuple[bool, bool]
) -> None:
    """Any bytes, any name: both tools make the one file of the other. A file never becomes empty, or is empty."""
    before = b"first\n" + b"".join(one) + (b"end" if tails[0] else b"")
    after = b"first\n" + b"".join(two) + (b"end" if tails[1] else b"")
    if before == after:
        return
    root = tmp_path_factory.mktemp("patch")
    for tool in (["git", "apply"], ["patch", "-p1", "--binary"]):
        file = root / tool[0] / name
        file.parent.mkdir(parents=True)
        file.write_bytes(before)
        sh(*tool, cwd=root / tool[0], input=diff.patch({name: before}, {name: after}))
        assert file.read_bytes() == after


def test_the_names_of_a_patch() -> None:
    def names(*paths: str) -> Mapping[str, bytes]:
        return dict.fromkeys(paths, b"x\n")

    assert diff.base(["a.py", "b/c.py"]) == "."
    assert diff.base(["../x/a.py", "../x/y/b.py"]) == "../x"
    assert diff.base([]) == "."
    assert git.undo_hint(["../x/a.py"], "p") == "patch -p1 -d ../x < p"
    assert diff.patch(names("a.py"), names("a.py")) == b""
