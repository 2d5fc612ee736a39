"""Diffs that git and patch read back exactly."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cudamig.fixing.diff import patch, unified

LINES = st.lists(st.sampled_from([b"a\n", b"b\r\n", b"\n", b"\xe9\xff\n", b"x\ry\n", b"-- \n", b"+\n"]), max_size=8)


def test_no_change_no_diff() -> None:
    assert unified("x", b"a\n", b"a\n") == b""


def test_common_lines_of_a_long_file_are_no_change() -> None:
    body = b"".join(b"f%d() {\n}\n\n" % number for number in range(200))
    rows = unified("x", body + b"old();\n}\n\n}\n", body + b"new();\n}\n\n}\n").splitlines()[3:]
    assert [row for row in rows if row[:1] in b"+-"] == [b"-old();", b"+new();"]


@given(before=LINES, after=LINES, tail=st.sampled_from([b"", b"end"]), other=st.sampled_from([b"", b"tail"]))
@settings(max_examples=40, deadline=None)
def test_git_applies_it(
    tmp_path_factory: pytest.TempPathFactory, before: list, after: list, tail: bytes, other: bytes
) -> None:
    old, new = b"".join(before) + tail, b"".join(after) + other
    if old == new or not old or not new:
        return
    folder: Path = tmp_path_factory.mktemp("tree")
    (folder / "a b.txt").write_bytes(old)
    text = patch({"a b.txt": old}, {"a b.txt": new})
    subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], input=text, cwd=folder, check=True)
    assert (folder / "a b.txt").read_bytes() == new
