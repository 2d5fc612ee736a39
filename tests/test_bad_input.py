"""Input that no editor would have saved, through the real command: what is told, with which code, and what stays.

Every file lies beside ``old.Dockerfile``, which has a finding: nothing may hide it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

OLD = "FROM nvidia/cuda:12.1.0-base-ubuntu22.04\n"
GONE = "import torch._six\n"
JOB = "apiVersion: kubeflow.org/v1\nkind: PyTorchJob\n"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
LONG = "a" * 1_000_000
DEEP = 5_000

FOUND: dict[str, tuple[str | bytes, str]] = {  # file -> (text, rule that is found all the same)
    "latin.Dockerfile": (OLD.encode() + b"# caf\xe9 \xff\n", "IMG101"),
    "latin.cpp": (b"// caf\xe9\nvoid f() { AT_CHECK(x); }\n", "CPP101"),
    "line.py": (f"{GONE}x = '{LONG}'\n", "PYT132"),
    "line.cpp": (f'const char* x = "{LONG}"; void f() {{ AT_CHECK(x); }}\n', "CPP101"),
    "line.Dockerfile": (f"{OLD}RUN echo {LONG}\n", "IMG101"),
    "line.yaml": (f"{JOB}metadata: {{name: a}}\nspec: {{}}\nx: {LONG}\n", "KFT101"),
    "deep.cpp": ("void f() { AT_CHECK(" + "(" * DEEP + "x" + ")" * DEEP + "); }\n", "CPP101"),
    "deep.Dockerfile": (OLD + "RUN echo " + "$(" * DEEP + "a" + ")" * DEEP + "\n", "IMG101"),
    "terms.cpp": ("void f() { AT_CHECK(" + " + ".join(["x"] * 3_000) + "); }\n", "CPP101"),
    "bomb.yaml": (f"{JOB}metadata: {{name: a}}\n{BOMB}spec: *i\n", "KFT101"),
    "syntax.cpp": ("void f( { AT_CHECK(x);\n", "CPP101"),
    "syntax.Dockerfile": (OLD + 'RUN echo "a\n', "IMG101"),
}
UNREAD: dict[str, tuple[str | bytes, str]] = {  # file -> (text, what is told)
    "binary.py": (b"import torch._six\n\0\x01\x02", "binary data"),
    "utf16.py": (GONE.encode("utf-16"), "UTF-16"),
    "utf16-requirements.txt": ("torch==2.2.0+cu121\r\n".encode("utf-16-le"), "NUL"),
    "bad.py": (GONE.encode() + b"# \xff\n", "line 2: not valid utf-8"),
    "cookie.py": (b"# coding: no-such-code\n" + GONE.encode(), "unknown encoding"),
    "bad.yaml": (JOB.encode() + b"# \xff\n", "line 3: not valid utf-8"),
    "deep.py": (GONE + "x = " + "(" * DEEP + "1" + ")" * DEEP + "\n", "line 2: too many nested parentheses"),
    "terms.py": (GONE + "x = " + "-" * 100_000 + "1\n", "nested too deeply"),
    "deep.yaml": (JOB + "x: " + "[" * DEEP + "1" + "]" * DEEP + "\n", "line 3: nested too deeply"),
    "syntax.py": (GONE + "def f(:\n", "line 2: "),
    "syntax.yaml": (JOB + " a: [b\n", "line 3: "),
    "alias.yaml": (JOB + "spec: *nowhere\n", "line 3: alias *nowhere"),
}
QUIET: dict[str, str | bytes] = {  # nothing to find and nothing to tell
    **dict.fromkeys(["empty.py", "empty.cpp", "empty.yaml", "empty.Dockerfile", "requirements.txt"], ""),
    "image.py": bytes(range(256)) * 100,
    "bom.py": b"\xef\xbb\xbf",
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    monkeypatch.chdir(root)
    (root / "old.Dockerfile").write_text(OLD)
    return root


def program(*args: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "cudamig", *args], capture_output=True, text=True, check=False, timeout=120
    )
    return done.returncode, done.stdout, done.stderr


def put(tree: Path, path: str, text: str | bytes) -> bytes:
    raw = text if isinstance(text, bytes) else text.encode()
    (tree / path).write_bytes(raw)
    return raw


def report(*args: str) -> tuple[int, dict[str, Any]]:
    code, out, err = program("check", "--output-format", "json", *args)
    assert "Traceback" not in err
    return code, json.loads(out)


def rules(data: dict[str, Any], path: str) -> set[str]:
    return {finding["rule"] for finding in data["findings"] if finding["path"] == path}


@pytest.mark.parametrize("path", FOUND)
def test_found_all_the_same(tree: Path, path: str) -> None:
    put(tree, path, FOUND[path][0])
    code, data = report()
    assert code == 1
    assert FOUND[path][1] in rules(data, path)
    assert "IMG101" in rules(data, "old.Dockerfile")
    assert not data["errors"]


@pytest.mark.parametrize("path", UNREAD)
def test_not_understood(tree: Path, path: str) -> None:
    raw = put(tree, path, UNREAD[path][0])
    code, data = report()
    assert code == 1
    assert rules(data, "old.Dockerfile") == {"IMG101"}
    told = [skipped for skipped in data["not_understood"] if skipped["path"] == path]
    assert len(told) == 1
    assert UNREAD[path][1] in told[0]["reason"]
    code, out, _ = program("fix", "--apply", path)
    assert code == 0
    assert f"not understood: {path}: " in out
    assert UNREAD[path][1] in out
    assert (tree / path).read_bytes() == raw


def test_nothing_to_find(tree: Path) -> None:
    for path, text in QUIET.items():
        put(tree, path, text)
    assert program("check", *QUIET)[0] == 0
    code, data = report()
    assert code == 1
    assert {finding["path"] for finding in data["findings"]} == {"old.Dockerfile"}


def test_every_file_together_and_each_fix_keeps_the_rest(tree: Path) -> None:
    raw = {path: put(tree, path, text) for path, (text, _) in UNREAD.items()}
    raw |= {path: put(tree, path, text) for path, text in QUIET.items()}
    for path, (text, _) in FOUND.items():
        put(tree, path, text)
    assert program("fix", "--apply")[0] == 1
    assert {path: (tree / path).read_bytes() for path in raw} == raw
    assert (tree / "latin.Dockerfile").read_bytes().endswith(b"# caf\xe9 \xff\n")
    assert b"TORCH_CHECK((((" in (tree / "deep.cpp").read_bytes()
    code, out, _ = program("fix")
    assert (code, out) == (0, "")


def test_a_file_of_ten_megabytes(tree: Path) -> None:
    raw = put(tree, "big.py", GONE + "x = 1\n" * 1_700_000)
    assert len(raw) > 10_000_000
    code, data = report()
    assert code == 1
    assert [s["reason"] for s in data["skipped"] if s["path"] == "big.py"] == ["larger than 4 MB"]
    assert rules(data, "old.Dockerfile") == {"IMG101"}


Make = Callable[[Path], object]
ODD: dict[str, tuple[Make, str]] = {
    "pipe.py": (lambda path: os.mkfifo(path), "not a regular file"),
    "loop.py": (lambda path: path.symlink_to("loop.py"), "leads nowhere"),
    "out.py": (lambda path: path.symlink_to(__file__), "link out of the tree"),
    "again.Dockerfile": (lambda path: path.symlink_to("old.Dockerfile"), "its target is scanned itself"),
}


@pytest.mark.parametrize("path", ODD)
def test_what_is_no_plain_file(tree: Path, path: str) -> None:
    make, words = ODD[path]
    make(tree / path)
    code, data = report()
    assert code == 1
    assert [words in s["reason"] for s in data["skipped"] if s["path"] == path] == [True]
    assert rules(data, "old.Dockerfile") == {"IMG101"}


def test_folders_that_hold_themselves(tree: Path) -> None:
    (tree / "below").mkdir()
    (tree / "below" / "up").symlink_to("..")
    code, data = report()
    assert code == 1
    assert len(data["findings"]) == 1
