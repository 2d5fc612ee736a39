"""Writing: all or none, mode kept, nothing of others overwritten."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from cudamig.fixing.write import Refused, write_all, write_new


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").write_bytes(b"1")
    return tmp_path


BEFORE, AFTER = {"a": b"1", "b": b"1"}, {"a": b"2", "b": b"2"}


def left(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_writes_and_keeps_the_mode(folder: Path) -> None:
    os.chmod("a", 0o750)
    write_all(BEFORE, AFTER)
    assert left(folder) == AFTER
    assert stat.S_IMODE(os.stat("a").st_mode) == 0o750


def test_a_file_that_changed_stops_all(folder: Path) -> None:
    (folder / "b").write_bytes(b"somebody else's")
    with pytest.raises(Refused, match="b: the file changed"):
        write_all(BEFORE, AFTER)
    assert left(folder) == {"a": b"1", "b": b"somebody else's"}


def test_a_file_that_vanished_stops_all(folder: Path) -> None:
    (folder / "b").unlink()
    with pytest.raises(Refused, match="b"):
        write_all(BEFORE, AFTER)
    assert left(folder) == {"a": b"1"}


def test_read_only_stops_all(folder: Path) -> None:
    os.chmod("b", 0o444)
    with pytest.raises(Refused, match="read-only"):
        write_all(BEFORE, AFTER)
    assert left(folder) == BEFORE


def test_a_failing_rename_is_rolled_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.replace

    def replace(source: str, target: str) -> None:
        if os.path.basename(target) == "b":
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(Refused, match="No space"):
        write_all(BEFORE, AFTER)
    assert left(folder) == BEFORE


def test_a_link_is_written_through(folder: Path) -> None:
    os.symlink("a", "link")
    write_all({"link": b"1"}, {"link": b"2"})
    assert os.path.islink("link")
    assert (folder / "a").read_bytes() == b"2"


def test_write_new(folder: Path) -> None:
    write_new("p.patch", b"x")
    assert (folder / "p.patch").read_bytes() == b"x"
    with pytest.raises(Refused):
        write_new("no/such/folder/p", b"x")
