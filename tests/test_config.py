"""Configuration files."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudamig.config import Config, ConfigError, load, matcher


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_nothing_configured() -> None:
    assert load() == Config()


def test_pyproject(folder: Path) -> None:
    (folder / "pyproject.toml").write_text(
        '[tool.cudamig]\ntarget = "cu130"\nselect = ["PYT"]\nexclude = ["old/"]\n'
        '[tool.cudamig.per-file-ignores]\n"docker/*" = ["IMG101"]\n'
    )
    config = load()
    assert (config.target, config.target_source, config.select) == ("cu130", "pyproject.toml", ("PYT",))
    assert config.per_file_ignores == (("docker/*", ("IMG101",)),)
    assert config.excluded()("old/x.py")
    assert not config.excluded()("new/x.py")


def test_the_nearest_file_counts_and_patterns_are_relative_to_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "cudamig.toml").write_text('exclude = ["sub/old"]\nrules = ["mine"]\n')
    (folder / "sub").mkdir()
    monkeypatch.chdir(folder / "sub")
    config = load()
    assert config.excluded()("old/x.py")
    assert config.rules == ("../mine",)
    (folder / "sub" / "pyproject.toml").write_text("[tool.other]\n")
    assert load().excluded()("old/x.py")
    (folder / "sub" / "cudamig.toml").write_text("")
    assert not load().excluded()("old/x.py")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fleet = 1", "'fleet' must be a table"),
        ("targets = {a = 1}", "a table for each target"),
        ("targte = 'cu130'", "did you mean 'target'"),
        ("target = 1", "must be a string"),
        ("select = 'PYT'", "list of strings"),
        ("exclude = [1]", "list of strings"),
        ("per-file-ignores = []", "table"),
        ("target = ", "cudamig.toml"),
        ("per-file-ignores = {a = 'PYT'}", "per-file-ignores"),
    ],
)
def test_mistakes_name_file_and_key(folder: Path, text: str, words: str) -> None:
    (folder / "cudamig.toml").write_text(text)
    with pytest.raises(ConfigError, match=words) as caught:
        load()
    assert "cudamig.toml" in str(caught.value)


def test_matcher() -> None:
    assert not matcher(())("x")
    assert matcher(("*.py",))("a/b.py")
    assert matcher(("a/",))("a/b.py")


@pytest.mark.parametrize("name", ["cudamig.toml", "pyproject.toml"])
def test_a_byte_order_mark_is_no_mistake(folder: Path, name: str) -> None:
    head = "[tool.cudamig]\n" if name == "pyproject.toml" else ""
    (folder / name).write_bytes(b"\xef\xbb\xbf" + f'{head}target = "cu130"\r\n'.encode())
    assert load().target == "cu130"
