"""Finding torch, the toolkit and compilers; the command lines that follow."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cudamig.facts import targets
from cudamig.verify import Missing, command, compilers, toolkit, tools, torch
from cudamig.verify.tools import Asked

SAID = {
    "g++": "g++ (Ubuntu 11.4.0-1ubuntu1~22.04) 11.4.0\nCopyright (C) 2021 Free Software Foundation, Inc.\n",
    "clang++": "Ubuntu clang version 14.0.0-1ubuntu1.1\nTarget: x86_64-pc-linux-gnu\n",
    "nvcc": "nvcc: NVIDIA (R) Cuda compiler driver\nCuda compilation tools, release 12.6, V12.6.85\n",
}


def program(path: Path, said: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{said}END\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on its PATH but a shell, and no toolkit in the usual place."""
    (tmp_path / "bin").mkdir()
    for name in ("sh", "cat"):
        (tmp_path / "bin" / name).symlink_to(f"/bin/{name}")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    for name in ("CXX", "CUDA_HOME", "CUDA_PATH", "VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(toolkit, "_USUAL", str(tmp_path / "cuda"))
    monkeypatch.setattr(sys, "executable", "")
    return tmp_path


def add(here: Path, *names: str) -> None:
    for name in names:
        program(here / "bin" / name, SAID[name.split("-")[0]])


def cuda(folder: Path, version: int = 12060) -> Path:
    (folder / "include" / "cccl").mkdir(parents=True)
    (folder / "include" / "cuda_runtime.h").touch()
    (folder / "include" / "cuda.h").write_text(f"#define CUDA_VERSION {version}\n")
    return folder


def site(folder: Path, version: str | None = "2.13.0+cu126", built: bool = True) -> Path:
    include = folder / "torch" / "include"
    (include / "torch" / "csrc" / "api" / "include").mkdir(parents=True)
    (include / "torch" / "extension.h").touch()
    if version:
        (folder / "torch" / "version.py").write_text(f"__version__ = '{version}'\n")
    if built:
        (include / "c10" / "cuda" / "impl").mkdir(parents=True)
        (include / "c10" / "cuda" / "impl" / "cuda_cmake_macros.h").touch()
    return include


def python(here: Path, name: str, site: Path) -> None:
    program(here / "bin" / name, f'[["{here}/h"], ["", "{here}/none", "{site}"]]\n')
    (here / "h").mkdir(exist_ok=True)
    (here / "h" / "Python.h").touch()


@pytest.mark.parametrize("family", SAID)
def test_a_compiler_says_what_it_is(here: Path, family: str) -> None:
    found = compilers.identify(str(program(here / "a compiler", SAID[family])))
    assert found is not None
    assert found.family == family
    assert found.version == {"g++": "11.4.0", "clang++": "14.0.0", "nvcc": "12.6"}[family]
    assert compilers.identify(str(program(here / "other", "GNU Make 4.3\n"))) is None


@pytest.mark.parametrize(
    ("there", "named", "has_toolkit", "cxx", "cu"),
    [
        (["g++", "clang++", "nvcc"], [], True, "g++", "nvcc"),
        (["clang++", "g++"], [], True, "g++", "clang++"),
        (["clang++"], [], False, "clang++", None),
        (["clang++-9", "clang++-22"], [], True, "clang++", "clang++"),
        (["g++", "clang++", "nvcc"], ["clang++"], True, "clang++", "clang++"),
        (["g++", "clang++-22", "nvcc"], ["clang++"], True, "clang++", "clang++"),
        (["g++", "nvcc"], ["nvcc"], True, None, "nvcc"),
        (["g++", "nvcc"], ["g++"], True, "g++", None),
    ],
)
def test_which_compiler_takes_what(
    here: Path, there: list[str], named: list[str], has_toolkit: bool, cxx: str | None, cu: str | None
) -> None:
    add(here, *there)
    found = compilers.find(named, toolkit.find(str(cuda(here / "toolkit"))) if has_toolkit else None)
    assert found.cxx is None if cxx is None else found.cxx is not None and found.cxx.family == cxx
    assert found.cuda is None if cu is None else found.cuda is not None and found.cuda.family == cu
    assert bool(found.no_cxx) == (cxx is None)
    assert bool(found.no_cuda) == (cu is None)


def test_the_newest_clang_is_taken(here: Path) -> None:
    add(here, "clang++-9", "clang++-22", "clang++-14")
    found = compilers.find([], None)
    assert found.cxx is not None
    assert found.cxx.path.endswith("clang++-22")


def test_cxx_is_honoured(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(here, "g++")
    monkeypatch.setenv("CXX", str(program(here / "mine" / "my g++", SAID["g++"])))
    found = compilers.find([], None)
    assert found.cxx is not None
    assert found.cxx.path.endswith("my g++")


def test_no_compiler(here: Path) -> None:
    with pytest.raises(Missing, match="no compiler found"):
        compilers.find([], None)


def test_torch_is_found_by_its_folder(here: Path) -> None:
    python(here, "python3", here / "nothing")
    include = site(here / "s")
    python(here, "python", here / "s")
    (here / "s" / "nvidia" / "cublas" / "include").mkdir(parents=True)
    found = torch.find(None, None)
    assert found.include == str(include)
    assert (found.version, found.cuda) == ("2.13.0+cu126", True)
    assert found.python == (str(here / "h"),)
    assert found.wheels == (str(here / "s" / "nvidia" / "cublas" / "include"),)
    assert found.folders == (str(include), str(include / "torch" / "csrc" / "api" / "include"))


def test_the_active_environment_goes_first(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site(here / "one", "2.6.0")
    site(here / "two", "2.7.0")
    python(here, "python3", here / "one")
    program(here / "venv" / "bin" / "python", f'[["{here}/h"], ["{here}/two"]]\n')
    assert torch.find(None, None).version == "2.6.0"
    monkeypatch.setenv("VIRTUAL_ENV", str(here / "venv"))
    assert torch.find(None, None).version == "2.7.0"


def test_no_torch(here: Path) -> None:
    with pytest.raises(Missing, match="no torch found"):
        torch.find(None, None)


@pytest.mark.parametrize("named", ["s", "s/torch", "s/torch/include"])
def test_the_folder_of_torch_may_be_named(here: Path, named: str) -> None:
    include = site(here / "s", None, built=False)
    header = include / "torch" / "headeronly" / "version.h"
    header.parent.mkdir()
    header.write_text("#define TORCH_VERSION_MAJOR 2\n#define TORCH_VERSION_MINOR 13\n#define TORCH_VERSION_PATCH 1\n")
    found = torch.find(str(here / named), None)
    assert (found.include, found.version, found.cuda) == (str(include), "2.13.1", False)


@pytest.mark.parametrize(
    ("version", "year"),
    [("1.4.0", 11), ("1.13.1+cu117", 14), ("2.11.0", 17), ("2.12.0", 20), ("2.13.0a0+git1", 20), ("", 11)],
)
def test_the_standard_of_extensions(version: str, year: int) -> None:
    assert torch.standard(version) == year


@pytest.mark.parametrize(
    ("nvcc", "target", "arch"),
    [
        ("13.0", "cu126", "sm_75"),
        ("12.6", "cu130", "sm_75"),
        ("12.6", "cu126", "sm_50"),
        ("12.5", "cu126", "sm_50"),
        ("99.0", "cu126", ""),
        ("", "cu126", ""),
    ],
)
def test_the_architecture_for_nvcc(nvcc: str, target: str, arch: str) -> None:
    assert toolkit.architecture(nvcc, targets.get(target)) == arch


def test_what_is_found_makes_the_command_lines(here: Path) -> None:
    add(here, "g++", "nvcc")
    include = site(here / "s")
    home = cuda(here / "toolkit")
    asked = Asked(torch_include=str(include), cuda_home=str(home), define=("WITH_CUDA=0", "X"), arch="8.0")
    found = tools.find(asked, targets.get("cu126"))
    assert (found.std, found.arch, found.notes) == ("c++20", "sm_80", ())
    line = command.front_end(found, "/c/a b.cpp", ["/c/inc"], "/c/out")
    assert line[0] == str(here / "bin" / "g++")
    assert {"-fsyntax-only", "-std=c++20", "-DWITH_CUDA=0", "-DX", "-I/c/inc", "/c/a b.cpp"} <= set(line)
    assert "-DWITH_CUDA" not in line
    assert line[line.index(str(home / "include")) - 1] == "-isystem"
    line = command.front_end(found, "/c/a.cu", [], "/c/out")
    assert line[:3] == [str(here / "bin" / "nvcc"), "-ptx", "-arch=sm_80"]
    assert line[-3:] == ["-o", "/c/out", "/c/a.cu"]


def test_what_a_reader_of_verdicts_is_told(here: Path) -> None:
    add(here, "clang++")
    cuda(here / "cuda")
    found = tools.find(Asked(torch_include=str(site(here / "s", "2.6.0+cpu", built=False))), targets.get("cu126"))
    told = " ".join(found.notes)
    assert "torch 2.6.0+cpu is here, and the fixes are for torch 2.13.0" in told
    assert "without CUDA" in told
    assert "only seen by nvcc" in told
    assert "WITH_CUDA" not in found.defines
    line = command.front_end(found, "/c/a.cu", [], "/c/out", "/p.pch", "/m.h")
    assert line[line.index("/p.pch") - 1] == "-include-pch"
    assert f"--cuda-path={here / 'cuda'}" in line


def test_jobs_fit_the_memory(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(here, "g++")
    found = tools.find(Asked(torch_include=str(site(here / "s"))), targets.get("cu126"))
    monkeypatch.setattr("os.cpu_count", lambda: 64)
    monkeypatch.setattr("os.sysconf", lambda name: {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 1_000_000}[name])
    assert tools.jobs(Asked(), found) == 2
    assert tools.jobs(Asked(jobs=5), found) == 5
