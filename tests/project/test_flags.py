"""Flags in build files that torch or the target's CUDA make wrong."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("path", "text", "rule"),
    [
        ("make.sh", "export CXXFLAGS='-O2 -D_GLIBCXX_USE_CXX11_ABI=0'\npip install torch\n", "BLD114"),
        ("Makefile", "CXXFLAGS += -I$(TORCH)/torch/include -D_GLIBCXX_USE_CXX11_ABI=0\n", "BLD114"),
        ("Makefile", "all:\n\tg++ a.o -lnvToolsExt -o a\n", "BLD115"),
        ("CMakeLists.txt", "target_link_libraries(a PRIVATE nvToolsExt)\n", "BLD115"),
        ("CMakeLists.txt", "find_package(Torch)\nadd_compile_definitions(_GLIBCXX_USE_CXX11_ABI=0)\n", "BLD114"),
    ],
)
def test_what_is_told(check, path: str, text: str, rule: str) -> None:
    done = check({path: text}, target="cu130", unsafe=True)
    assert [finding.rule for finding in done.findings] == [rule]
    assert done.after[path].decode() == text


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("make.sh", "g++ -D_GLIBCXX_USE_CXX11_ABI=0 a.cc\n"),
        ("make.sh", "pip install torch\necho -D_GLIBCXX_USE_CXX11_ABI=0 -lnvToolsExt\n"),
        ("make.sh", "g++ -std=c++11 a.cc  # torch/include\n"),
        ("Makefile", "all:\n\tg++ -std=c++17 -I$(SITE)/torch/include a.cc\n"),
        ("CMakeLists.txt", "target_link_libraries(a mynvToolsExt nvToolsExt.cpp)\n"),
        (
            "CMakeLists.txt",
            "find_package(Torch)\nif(USE_CXX11_ABI)\n  add_definitions(-DA)\nelse()\n"
            "  add_definitions(-D_GLIBCXX_USE_CXX11_ABI=0)\nendif()\n",
        ),
    ],
)
def test_what_is_left_alone(check, path: str, text: str) -> None:
    assert not check({path: text}, target="cu130").findings


def test_a_standard_is_raised_after_a_look_where_torch_is_compiled_against(check) -> None:
    text = "CXXFLAGS = -std=c++14 -I$(SITE)/torch/include\n"
    assert check({"Makefile": text}).after["Makefile"].decode() == text
    assert check({"Makefile": text}, unsafe=True).after["Makefile"].decode() == text.replace("14", "17")
