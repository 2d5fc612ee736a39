"""``cudamig check``: where results go, and that no text and no reader can break the output."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from smallrules import ENVIRONMENT, RULES, Run, Tree

from cudamig.cli import progress
from cudamig.cli.options import again

OLD = {**RULES, "a.py": "oldsafe\n"}
ODD = {"日本 é.py": "x = '日本'  # cudamig: ignore[PYT999]\n"}


def test_results_go_to_stdout_and_the_rest_to_stderr(tree: Tree, run: Run) -> None:
    tree({**OLD, "b.py.bak": "", "bad.py": "oldsafe ("})
    done = run("check", "--verbose", "--output-format", "json")
    assert json.loads(done.stdout)["findings"][0]["rule"] == "XAA101"
    told = done.stderr.decode().splitlines()
    assert "scanned a.py as python" in told
    assert "skipped b.py.bak: backup copy" in told
    assert any(line.startswith("not understood: bad.py: line 1") for line in told)
    assert told[-1] == "1 finding in 2 files"
    full = run("check")
    assert full.stderr == b""
    assert b"not understood bad.py: line 1" in full.stdout


def test_several_reports_at_once(tree: Tree, run: Run) -> None:
    root = tree({**OLD, "there.sarif": "old report"})
    os.symlink("there.sarif", root / "link.sarif")
    done = run(
        *("check", "-o", "json=a.json", "-o", "sarif=link.sarif", "-o", "github=g.txt", "-o", "full=f.txt"),
        *("--output-format", "concise", "--color", "always"),
    )
    assert done.returncode == 1
    assert done.stdout == b"a.py:1:1: warning XAA101 oldsafe is old [safe fix]\n"
    assert json.loads((root / "a.json").read_text())["findings"][0]["path"] == "a.py"
    assert json.loads((root / "there.sarif").read_text())["version"] == "2.1.0"
    assert (root / "link.sarif").is_symlink()
    assert (root / "g.txt").read_text().startswith("::warning file=a.py")
    assert "\x1b" not in (root / "f.txt").read_text()
    assert not list(root.glob(".cudamig-*"))


def test_a_report_to_a_device_does_not_replace_it(tree: Tree, run: Run) -> None:
    root = tree(OLD)
    os.mkfifo(root / "pipe")
    reader = subprocess.Popen(["cat", "pipe"], stdout=subprocess.PIPE)
    assert run("check", "-o", "concise=pipe").returncode == 1
    assert reader.communicate(timeout=10)[0].startswith(b"a.py:1:1:")
    assert (root / "pipe").is_fifo()


def test_a_report_that_cannot_be_written_leaves_nothing_behind(tree: Tree, run: Run) -> None:
    root = tree({"a.py": "", "sub/x.py": ""})
    assert run("check", "-o", "json=sub").returncode == 2
    assert not list(root.rglob(".cudamig-*"))


@pytest.mark.parametrize(
    "env", [{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"PYTHONIOENCODING": "ascii"}, {}]
)
@pytest.mark.parametrize("name", ["full", "concise", "json", "sarif", "github"])
def test_no_locale_breaks_the_output(tree: Tree, run: Run, env: dict[str, str], name: str) -> None:
    root = tree(ODD)
    (root / os.fsdecode(b"caf\xe9.py")).write_text("# cudamig: ignore[PYT999]\n")
    done = run("check", "-v", "--output-format", name, env=env)
    assert done.returncode == 1, done.stderr
    assert b"Traceback" not in done.stderr
    assert done.stdout.count(b"PYT999") >= 2


def test_a_reader_that_goes_away_is_no_error(tree: Tree) -> None:
    tree({"a.py": "x = 1  # cudamig: ignore[PYT999]\n" * 3000})
    command = [sys.executable, "-m", "cudamig", "check"]
    program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT)
    assert program.stdout
    assert program.stderr
    assert program.stdout.readline().startswith(b"warning[MIG102]")
    program.stdout.close()
    assert program.stderr.read() == b""
    program.stderr.close()
    assert program.wait(60) == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full, a device that takes nothing")
def test_a_full_disk_is_not_silent(tree: Tree) -> None:
    tree(ODD)
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "cudamig", "check"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, env=ENVIRONMENT, check=False)
    assert done.returncode == 3
    assert b"No space left on device" in done.stderr


def test_colours(tree: Tree, run: Run) -> None:
    tree(OLD)
    assert b"\x1b" not in run("check").stdout
    assert b"\x1b" in run("check", "--color", "always").stdout
    assert b"\x1b" in run("check", "--color", "always", env={"NO_COLOR": "1"}).stdout


def test_force_exclude_treats_named_files_as_met_in_their_folder(tree: Tree, run: Run) -> None:
    tree({**OLD, "third_party/b.py": "oldsafe\n", "c.py": "oldsafe\n"})
    named = ["a.py", "third_party/b.py", "c.py", "notes.txt"]
    tree({"notes.txt": ""})
    args = ["check", "--output-format", "concise", "--exclude", "c.py", *named]
    assert run(*args).stdout.count(b"XAA101") == 3
    assert run(*args, "--force-exclude").stdout.startswith(b"a.py:1:1:")
    assert run(*args, "--force-exclude").stdout.count(b"XAA101") == 1


def test_the_next_command_keeps_paths_and_selection(tree: Tree, run: Run) -> None:
    tree({**OLD, "s p/b.py": "oldsafe\n"})
    done = run("check", "s p", "--select", "XAA", "--target", "cu130", "--exclude", "x", "--jobs", "1")
    line = next(line for line in done.stdout.decode().splitlines() if "next" in line)
    assert line.split("# ")[0].split(maxsplit=1)[1].strip() == (
        "cudamig fix --target cu130 --select XAA --exclude x 's p'"
    )


def test_again_quotes_and_keeps_odd_paths() -> None:
    options = {
        **dict.fromkeys(("select", "ignore", "exclude"), ()),
        "target": None,
        "force_exclude": True,
        "no_inline_ignores": False,
        "paths": ("-a.py", "b c"),
    }
    assert again(options, "fix --apply") == "cudamig fix --apply --force-exclude -- -a.py 'b c'"


def test_absolute_paths_are_reported_relative(tree: Tree, run: Run) -> None:
    root = tree({**OLD, "sub/b.py": "oldsafe\n"})
    done = run("check", str(root / "sub"), "--output-format", "json")
    assert [item["path"] for item in json.loads(done.stdout)["findings"]] == ["sub/b.py"]


def test_order_does_not_depend_on_the_arguments(tree: Tree, run: Run) -> None:
    tree({**OLD, "b.py": "oldsafe\n", "c.py": "oldinfo\n"})
    one = run("check", "c.py", "a.py", "b.py", "--output-format", "json").stdout
    two = run("check", "b.py", "c.py", "a.py", "a.py", "--output-format", "json", "--jobs", "2").stdout
    assert one == two


def test_nothing_heavy_is_imported(tree: Tree) -> None:
    """Start-up is the first cost. The wheel reads JSON; a checkout reads YAML, which therefore does not count here."""
    tree({"a.py": "x = 1  # cudamig: ignore[PYT999]\n"})
    code = (
        "import sys; sys.argv[1:] = ['check']\n"
        "from cudamig.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(*(m for m in ('rich', 'libcst', 'tree_sitter', 'hashlib', 'difflib') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT)
    assert done.stdout.splitlines()[-1] == ""


def test_a_closed_output_is_no_fault(tree: Tree) -> None:
    tree(ODD)
    for words, code in (("check", 1), ("fix", 0)):
        command = f"'{sys.executable}' -m cudamig {words} >&- 2>&-"
        assert subprocess.run(["sh", "-c", command], env=ENVIRONMENT, check=False).returncode == code


def test_on_a_terminal_there_are_colours_and_no_escapes_of_others(tree: Tree) -> None:
    tree({"a.py": "x = '\x1b[2J'  # cudamig: ignore[PYT999]\n"})
    master, slave = os.openpty()
    environment = {**ENVIRONMENT, "TERM": "xterm"}
    for extra, colored in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
        command = [sys.executable, "-m", "cudamig", "check"]
        done = subprocess.run(command, stdout=slave, stderr=subprocess.PIPE, env=environment | extra, check=False)
        shown = os.read(master, 100_000)
        assert done.returncode == 1
        assert (b"\x1b[33m" in shown) == colored
        assert b"\x1b[2J" not in shown
        assert b"\\x1b[2J" in shown
    os.close(slave)
    os.close(master)


def test_the_progress_bar_waits_a_second_and_needs_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with progress.Bar() as bar:
        bar.advance(1, 2)
        assert bar._shown is None
    monkeypatch.setattr(progress, "DELAY", 0)
    with progress.Bar() as bar:
        bar.advance(1, 2)
        assert bar._shown is not None
        assert bar._shown.tasks[0].completed == 1
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    with progress.Bar() as bar:
        bar.advance(1, 2)
        assert bar._shown is None


def test_a_broken_rule_file_is_told_with_its_line(tree: Tree, run: Run) -> None:
    tree({"cudamig.toml": 'rules = ["r"]\n', "r/a.yaml": "id: [\n"})
    done = run("check")
    assert done.returncode == 2
    assert done.stderr.startswith(b"cudamig: r/a.yaml: while parsing")
    assert b"line 2, column 1" in done.stderr
    assert b"\\n" not in done.stderr
