"""What is read of includes, and what a unit is made of."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudamig.verify.includes import Include, read
from cudamig.verify.precompiled import first_of_torch
from cudamig.verify.sources import Sources, digest


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('#include "a.h"\n', [('"', "a.h", True)]),
        ("  #  include <a/b.h> // why\r\n", [("<", "a/b.h", True)]),
        ("#inc\\\nlude <a.h>\n", [("<", "a.h", True)]),
        ("// #include <a.h>\n/* #include <b.h>\n#include <c.h> */\n", []),
        ('x = "/*"; \n#include <a.h>\n/* */', [("<", "a.h", False)]),
        ('s = R"x(\n// )x";\n#include <a.h>\n', [("<", "a.h", False)]),
        ("#include HEADER\n", [("", "", True)]),
        ("#if 0\n#include <a.h>\n#endif\n", [("<", "a.h", False)]),
        ("#pragma once\n/* c */\n#include <a.h>\nint x;\n#include <b.h>\n", [("<", "a.h", True), ("<", "b.h", False)]),
        ("\ufeff#ifndef A_H\n#define A_H\n#include <a.h>\n#endif\n", [("<", "a.h", True)]),
        ("#if !defined(A_H)\n#define A_H 1\n#include <a.h>\n#endif\n", [("<", "a.h", True)]),
        ("#define PY_SSIZE_T_CLEAN\n#include <a.h>\n", [("<", "a.h", False)]),
        ("#ifndef A_H\n#define B\n#include <a.h>\n#endif\n", [("<", "a.h", False)]),
        ("#include <a.h>\n#ifdef B\n#include <b.h>\n#endif\n", [("<", "a.h", True), ("<", "b.h", False)]),
        ("using namespace std;\n#include <a.h>\n", [("<", "a.h", False)]),
        ("no includes", []),
    ],
)
def test_includes_of_a_text(text: str, found: list[tuple[str, str, bool]]) -> None:
    assert list(read(text.encode())) == [Include(*item) for item in found]


@given(st.binary() | st.text(alphabet='#include"<>/*\n\\ aR()', max_size=80).map(str.encode))
def test_any_bytes_can_be_read(raw: bytes) -> None:
    for include in read(raw + b"\ninclude"):
        assert "\n" not in include.name


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    torch = tmp_path / "torch"
    (torch / "ATen").mkdir(parents=True)
    (torch / "ATen" / "ATen.h").touch()
    (torch / "utils.h").touch()
    root = tmp_path / "tree"
    for path, text in {
        "ops/src/u.cu": '#include <ATen/ATen.h>\n#include "k.cuh"\n#include <utils.h>\n#include "gone.h"\n',
        "ops/src/k.cuh": '#include "../common.h"\n#include "deep/x.h"\n',
        "ops/common.h": "#pragma once\n",
        "ops/include/deep/x.h": '#include "y.h"\n',
        "ops/include/deep/y.h": "",
        "utils.h": "",
        "macro.cpp": "#define H <a.h>\n#include H\n",
        "far/one/z.h": "",
        "near/one/z.h": "",
        "near/two/z.cpp": '#include "z.h"\n#include <string.h>\n',
        "near/deep/string.h": "",
        ".git/hooks/a.cpp": "",
        "build/b.h": "",
    }.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return Sources([str(root)], [], [str(torch)])


def names(sources: Sources, paths: tuple[str, ...]) -> list[str]:
    return [str(Path(path).relative_to(sources.roots[0])) for path in paths]


def test_the_closure_of_a_unit(sources: Sources) -> None:
    closure = sources.closure(f"{sources.roots[0]}/ops/src/u.cu", {})
    assert sorted(names(sources, closure.files)) == [
        "ops/common.h",
        "ops/include/deep/x.h",
        "ops/include/deep/y.h",
        "ops/src/k.cuh",
        "ops/src/u.cu",
    ]
    assert names(sources, closure.folders) == ["ops/include"]
    assert closure.outside == {"ATen/ATen.h", "utils.h", "gone.h"}
    assert not closure.guessed


def test_the_nearest_header_of_a_name_is_meant(sources: Sources) -> None:
    closure = sources.closure(f"{sources.roots[0]}/near/two/z.cpp", {})
    assert names(sources, closure.folders) == ["near/one"]
    assert closure.outside == {"string.h"}  # a folder must not hide the system's headers


def test_a_file_that_a_macro_names_may_be_any(sources: Sources) -> None:
    unit = f"{sources.roots[0]}/macro.cpp"
    closure = sources.closure(unit, {})
    assert closure.guessed
    assert digest(sources, closure, {}) != digest(sources, closure, {f"{sources.roots[0]}/utils.h": b"x"})


def test_a_digest_tells_states_apart(sources: Sources) -> None:
    root = sources.roots[0]
    unit = f"{root}/ops/src/u.cu"
    closure = sources.closure(unit, {})
    same, other = {f"{root}/utils.h": b"x"}, {f"{root}/ops/include/deep/y.h": b"x"}
    assert digest(sources, closure, {}) == digest(sources, closure, same)
    assert digest(sources, closure, {}) != digest(sources, closure, other)
    assert digest(sources, closure, {f"{root}/ops/include/deep/y.h": b""}) == digest(sources, closure, {})


def test_units(sources: Sources) -> None:
    assert names(sources, tuple(sources.units())) == ["macro.cpp", "near/two/z.cpp", "ops/src/u.cu"]


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("#include <vector>\n#include <ATen/ATen.h>\n", "ATen/ATen.h"),
        ('#include "own.h"\n', "torch/extension.h"),
        ('#include "empty.h"\n#include <ATen/ATen.h>\n', None),
        ("#define X\n#include <ATen/ATen.h>\n", None),
        ("#include <c10/util/Exception.h>\n#include <ATen/ATen.h>\n", None),
        ("#include <vector>\n", ""),
    ],
)
def test_where_a_precompiled_header_changes_nothing(tmp_path: Path, text: str, header: str | None) -> None:
    (tmp_path / "u.cpp").write_text(text)
    (tmp_path / "own.h").write_text("#pragma once\n#include <torch/extension.h>\n")
    (tmp_path / "empty.h").write_text("at::Tensor f();\n")
    sources = Sources([str(tmp_path)], [], [])
    unit = str(tmp_path / "u.cpp")
    assert first_of_torch(unit, unit, sources, {}, [], set()) == header
