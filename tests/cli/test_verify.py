"""``cudamig verify`` and ``fix --apply --verify`` through the real program, with g++ and headers of a test's own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from smallrules import ENVIRONMENT, Run, Tree, rule

COMPILER = shutil.which("g++") or ""
needs_gcc = pytest.mark.skipif(not COMPILER, reason="g++ is not here")

# what a compiler says when it is asked who it is
GCC = "g++ (Debian 12.2.0-14) 12.2.0\nCopyright (C) 2022 Free Software Foundation, Inc.\n"
EXTENSION = """#pragma once
#include <ATen/ATen.h>
"""
ATEN = """#pragma once
#define TORCH_CHECK(condition, ...) if (!(condition)) { throw 1; }
namespace at { struct Tensor { bool is_cuda() const; template <class T> T* data_ptr() const; }; }
"""
GOOD = '#include <torch/extension.h>\nvoid f(at::Tensor x) { TORCH_CHECK(x.is_cuda(), "m"); }\n'
OLD = '#include <torch/extension.h>\nvoid f(at::Tensor x) { AT_CHECK(x.is_cuda(), "m"); }\n'
WRONG = "#include <torch/extension.h>\nint oldcall();\nint g() { return oldcall(); }\n"
BREAKS = {
    "rules/a.yaml": rule(101, "return oldcall", "return newcall"),
    "cudamig.toml": 'rules = ["rules"]\nexclude = ["rules"]\n',
}

Verify = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def torch(tmp_path: Path) -> Path:
    """The headers of a torch that is built for CUDA."""
    root = tmp_path / "site" / "torch"
    for name, text in {
        "include/torch/extension.h": EXTENSION,
        "include/ATen/ATen.h": ATEN,
        "include/c10/cuda/impl/cuda_cmake_macros.h": "",
        "version.py": "from typing import Optional\n\n__all__ = ['__version__']\n__version__ = '2.13.0+cu126'\n",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.fixture
def verify(run: Run, torch: Path, tmp_path: Path) -> Verify:
    """Runs ``verify`` with g++ and the test's torch; nothing may stay behind in the folder for temporary files."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()

    def program(
        *args: str, command: tuple[str, ...] = ("verify",), compiler: str = COMPILER
    ) -> subprocess.CompletedProcess[bytes]:
        named = [f"--compiler={compiler}"] if compiler else []
        done = run(*command, f"--torch-include={torch}", *named, *args, env={"TMPDIR": str(temporary)})
        assert list(temporary.iterdir()) == []
        return done

    return program


def script(path: Path, said: str, does: str) -> str:
    """A program that says ``said`` when it is asked for its version."""
    path.write_text(f"#!/bin/sh\nif [ \"$1\" = --version ]; then cat <<'END'\n{said}END\nexit 0; fi\n{does}\n")
    path.chmod(0o755)
    return str(path)


def table(out: bytes) -> dict[str, str]:
    """Unit -> verdict, of the table."""
    lines = out.decode().splitlines()[1:-1]
    at = out.decode().splitlines()[0].index("verdict")
    return {line.split("  ")[0]: line[at:].split("  ")[0].strip() for line in lines}


@needs_gcc
def test_units_are_compiled_before_and_after(tree: Tree, verify: Verify) -> None:
    root = tree(
        {
            **BREAKS,
            "ok.cpp": GOOD,
            "csrc/old.cc": OLD,
            "still.cxx": OLD.replace("x.is", "y.is"),
            "worse.cpp": WRONG,
            "s p/in a.cpp": '#include "h.h"\n' + GOOD,
            "s p/h.h": "#pragma once\n" + OLD,
            "plain.cpp": "int main() { return nothing_known; }\n",
            "kernel.cu": GOOD,
        }
    )
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    done = verify()
    assert done.returncode == 1, done.stderr
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    assert table(done.stdout) == {
        "csrc/old.cc": "mended",
        "kernel.cu": "not checked",
        "ok.cpp": "ok",
        "s p/in a.cpp": "still fails",  # f is defined twice
        "still.cxx": "still fails",
        "worse.cpp": "WORSE",
    }
    assert "worse.cpp:3: 'newcall' was not declared" in done.stdout.decode()
    assert done.stdout.decode().splitlines()[-1] == (
        "6 units: 1 ok, 1 mended, 2 still fails, 1 WORSE, 1 not checked; 1 unit left out: nothing to do with torch or CUDA"
    )
    said = done.stderr.decode()
    assert "torch 2.13.0+cu126 in " in said
    assert "`cudamig fix --apply --verify` leaves such files alone" in said
    assert "-std=c++20" in said


@needs_gcc
def test_the_same_as_json(tree: Tree, verify: Verify, torch: Path) -> None:
    tree({**BREAKS, "old.cpp": OLD, "worse.cpp": WRONG})
    done = verify("--output-format=json")
    assert done.returncode == 1
    said = json.loads(done.stdout)
    assert said["schema"] == "cudamig.verify/1"
    assert said["torch"] == {"version": "2.13.0+cu126", "include": str(torch / "include"), "cuda": True}
    assert said["cxx"]["family"] == "g++"
    assert said["counts"] == {"ok": 0, "mended": 1, "still_fails": 0, "worse": 1, "not_checked": 0}
    mended, worse = said["units"]
    assert (mended["path"], mended["verdict"], mended["changed"]) == ("old.cpp", "mended", ["old.cpp"])
    assert mended["before"]["compiles"] is False
    assert mended["before"]["line"] == 2
    assert worse["before"]["compiles"] is True
    assert worse["after"] == {**worse["after"], "compiles": False, "path": "worse.cpp", "line": 3}


@needs_gcc
def test_nothing_worse_is_0(tree: Tree, verify: Verify) -> None:
    tree({"old.cpp": OLD, "still.cpp": OLD.replace("x.is", "y.is")})
    assert verify().returncode == 0


@needs_gcc
def test_a_unit_that_no_fix_reaches_is_compiled_once(tree: Tree, verify: Verify, tmp_path: Path) -> None:
    log = tmp_path / "log"
    counting = script(tmp_path / "g++", GCC, f'for last; do :; done; echo "$last" >> "{log}"; exec "{COMPILER}" "$@"')
    tree({"ok.cpp": GOOD, "old.cpp": OLD})
    assert verify(compiler=counting).returncode == 0
    assert sorted(os.path.basename(line) for line in log.read_text().splitlines()) == ["ok.cpp", "old.cpp", "old.cpp"]


@needs_gcc
def test_headers_are_found_where_builds_look_for_them(tree: Tree, verify: Verify) -> None:
    text = '#include "deep/a.h"\n#include <b.h>\n#include "far.h"\n' + GOOD
    tree(
        {
            "ext/src/u.cpp": text.replace("f(", "f2("),
            "ext/include/deep/a.h": '#include "beside.h"\n',
            "ext/include/deep/beside.h": "",
            "include/b.h": "",
            "other/place/far.h": "#pragma once\n",
        }
    )
    subprocess.run(["git", "init", "-q"], check=True)
    done = verify("ext")
    assert (done.returncode, table(done.stdout)) == (0, {"ext/src/u.cpp": "ok"}), done.stdout


@needs_gcc
def test_options_reach_the_compiler(tree: Tree, verify: Verify, tmp_path: Path) -> None:
    (tmp_path / "more inc").mkdir()
    (tmp_path / "more inc" / "more.h").write_text("#if MORE == 2 && __cplusplus == 201703L\nint more;\n#endif\n")
    text = "#include <more.h>\n" + GOOD + "int h() { return more; }\n#ifndef WITH_CUDA\n#error no\n#endif\n"
    tree({"u.cpp": text})
    options = ("-I", str(tmp_path / "more inc"), "-D", "MORE=2", "--std=c++17", "--jobs=2")
    assert table(verify(*options).stdout) == {"u.cpp": "ok"}
    done = verify()
    assert (done.returncode, table(done.stdout)) == (2, {"u.cpp": "not checked"})
    assert b"more.h is not found here" in done.stdout
    assert b"nothing is proven" in done.stderr
    assert verify("-I", "nowhere").returncode == 2


@needs_gcc
def test_a_header_that_torch_dropped_is_a_failure(tree: Tree, verify: Verify) -> None:
    tree({"u.cpp": "#include <ATen/Gone.h>\n" + GOOD})
    assert table(verify().stdout) == {"u.cpp": "still fails"}


@needs_gcc
def test_a_fix_that_asks_for_a_missing_header_is_worse(tree: Tree, verify: Verify) -> None:
    rules = {**BREAKS, "rules/a.yaml": rule(101, "oldcall.h", "newcall.h")}
    tree({**rules, "u.cpp": '#include "oldcall.h"\n' + GOOD, "oldcall.h": ""})
    assert table(verify().stdout) == {"u.cpp": "WORSE"}


@needs_gcc
def test_a_torch_without_cuda(tree: Tree, verify: Verify, torch: Path) -> None:
    shutil.rmtree(torch / "include" / "c10")
    tree(
        {
            "a.cpp": OLD + "#ifdef WITH_CUDA\n#error cuda\n#endif\n",
            "b.cpp": "#include <c10/cuda/CUDAStream.h>\n" + GOOD,
            "c.cu": GOOD,
        }
    )
    done = verify()
    assert table(done.stdout) == {"a.cpp": "mended", "b.cpp": "not checked", "c.cu": "not checked"}
    assert b"c10/cuda/CUDAStream.h is not in this torch, a build without CUDA" in done.stdout


@needs_gcc
def test_headers_of_torch_that_do_not_compile_prove_nothing(tree: Tree, verify: Verify, torch: Path) -> None:
    (torch / "include" / "ATen" / "ATen.h").write_text("#error too old a compiler\n")
    tree({"a.cpp": OLD})
    done = verify()
    assert (done.returncode, table(done.stdout)) == (2, {"a.cpp": "not checked"})
    assert b"torch's own headers do not compile here: #error too old" in done.stdout


def test_a_compiler_that_takes_too_long_or_crashes(tree: Tree, verify: Verify, tmp_path: Path) -> None:
    tree({"a.cpp": OLD})
    slow = script(tmp_path / "slow g++", GCC, "sleep 600 & wait")
    done = verify("--timeout=0.2", compiler=slow)
    assert done.returncode == 2
    assert b"not finished after 0.2 seconds" in done.stdout
    for does in ("kill -SEGV $$", "echo 'a.cpp:1:1: internal compiler error: oh'; exit 1"):
        done = verify(compiler=script(tmp_path / "crash g++", GCC, does))
        assert (done.returncode, table(done.stdout)) == (2, {"a.cpp": "not checked"})
        assert b"the compiler crashed" in done.stdout


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (["--compiler=no-such-g++"], "--compiler no-such-g++: no such program"),
        (["--compiler=/bin/echo"], "--compiler /bin/echo: it does not say that it is"),
        (["--torch-include=."], "no headers of torch in .: neither"),
        (["--python=no-such-python"], "--python no-such-python: it cannot be run"),
        (["--cuda-home=."], "--cuda-home .: no CUDA toolkit there"),
    ],
)
def test_what_is_missing_is_told(tree: Tree, run: Run, tmp_path: Path, args: list[str], why: str) -> None:
    tree({"a.cpp": OLD})
    gcc = script(tmp_path / "g++", GCC, "exit 0")
    for command in (["verify"], ["fix", "--apply", "--verify"]):
        named = [] if args[0].startswith("--compiler") else [f"--compiler={gcc}"]
        done = run(*command, *named, *args)
        assert done.returncode == 2
        assert why in done.stderr.decode()
        assert Path("a.cpp").read_text() == OLD


def test_no_torch_and_no_compiler(tree: Tree, run: Run, tmp_path: Path, torch: Path) -> None:
    tree({"a.cpp": OLD})
    gcc = script(tmp_path / "g++", GCC, "exit 0")
    empty = script(tmp_path / "python", "", 'echo \'[["/nowhere"], ["/nowhere"]]\'')
    done = run("verify", f"--compiler={gcc}", f"--python={empty}")
    assert done.returncode == 2
    assert b"no torch found (looked into " in done.stderr
    (tmp_path / "bare").mkdir()
    git = shutil.which("git")
    if git:
        os.symlink(git, tmp_path / "bare" / "git")
    nothing = {"PATH": str(tmp_path / "bare"), "CXX": "", "CUDA_HOME": str(tmp_path), "CUDA_PATH": str(tmp_path)}
    done = run("verify", f"--torch-include={torch}", env=nothing)
    if not Path("/usr/local/cuda/bin/nvcc").exists():
        assert done.returncode == 2
        assert b"no compiler found" in done.stderr


def test_without_units_no_compiler_is_needed(tree: Tree, run: Run) -> None:
    tree({"a.py": "import torch\n", "h.h": OLD})
    done = run("verify", "--compiler=no-such-compiler")
    assert (done.returncode, done.stdout) == (0, b"no unit to compile\n")


@needs_gcc
def test_fix_writes_no_file_that_breaks_a_unit(tree: Tree, verify: Verify) -> None:
    root = tree({**BREAKS, "worse.cpp": '#include "h.h"\n' + WRONG, "h.h": "#pragma once\n" + OLD, "other.cpp": OLD})
    Path("h.h").write_text(OLD.replace("AT_CHECK", "TORCH_CHECK") + "// return oldcall\n")
    done = verify(command=("fix", "--apply", "--verify"))
    assert done.returncode == 3, done.stderr
    assert (root / "worse.cpp").read_text() == '#include "h.h"\n' + WRONG
    assert (root / "other.cpp").read_text() == GOOD
    assert "return newcall" in (root / "h.h").read_text()  # it breaks nothing, so it is made
    said = done.stderr.decode()
    assert (
        "error: worse.cpp: not written: with its fix worse.cpp no longer compiles: worse.cpp:4: 'newcall' was" in said
    )
    assert "verified: 2 units: 1 ok, 1 mended\n" in said


@needs_gcc
def test_a_header_alone_is_proven_by_the_units_around_it(tree: Tree, verify: Verify) -> None:
    tree({**BREAKS, "inc/h.h": WRONG, "src/u.cpp": '#include "h.h"\n', "src/v.cpp": GOOD})
    done = verify("inc/h.h")
    assert (done.returncode, table(done.stdout)) == (1, {"src/u.cpp": "WORSE"})
    done = verify("inc/h.h", command=("fix", "--apply", "--verify"))
    assert done.returncode == 3
    assert Path("inc/h.h").read_text() == WRONG


@needs_gcc
def test_fix_writes_nothing_where_nothing_could_be_checked(tree: Tree, verify: Verify) -> None:
    tree({"a.cpp": "#include <nowhere.h>\n" + OLD})
    done = verify(command=("fix", "--apply", "--verify"))
    assert done.returncode == 2
    assert b"no unit could be checked, so nothing was written" in done.stderr
    assert b"AT_CHECK" in Path("a.cpp").read_bytes()


def test_options_of_compiling_go_with_verify(tree: Tree, run: Run) -> None:
    tree({"a.py": "fresh\n"})
    for args, why in (
        (["--verify"], "--verify goes with --apply"),
        (["--apply", "--std=c++17"], "--std goes with --verify"),
    ):
        done = run("fix", *args)
        assert done.returncode == 2
        assert why in done.stderr.decode()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_nothing_behind(tree: Tree, torch: Path, tmp_path: Path, number: signal.Signals) -> None:
    temporary, started = tmp_path / "temporary", tmp_path / "started"
    temporary.mkdir()
    slow = script(tmp_path / "g++", GCC, f'sleep 600 & echo $! > "{started}.new"; mv "{started}.new" "{started}"; wait')
    tree({"a.cpp": OLD})
    process = subprocess.Popen(
        [sys.executable, "-m", "cudamig", "verify", f"--compiler={slow}", f"--torch-include={torch}"],
        env={**ENVIRONMENT, "TMPDIR": str(temporary)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 60
    while not started.exists() and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(number)
    assert process.wait(60) == 130
    assert list(temporary.iterdir()) == []
    child = int(started.read_text())
    while os.path.exists(f"/proc/{child}") and time.monotonic() < until:
        time.sleep(0.05)  # until whoever inherited it has seen it end
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
