"""Compiler flags in build scripts: which of them reach an extension of torch, and what becomes of them."""

from __future__ import annotations

import pytest

HEAD = "from torch.utils.cpp_extension import CppExtension, CUDAExtension, load\nfrom setuptools import Extension\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("CppExtension('a', extra_compile_args=['-O3', '-std=c++14'])", "CppExtension('a', extra_compile_args=['-O3'])"),
        ("CppExtension('a', extra_compile_args=['-std=c++11', '-O3'])", "CppExtension('a', extra_compile_args=['-O3'])"),
        ("CppExtension('a', extra_compile_args=['-std=c++14'])", "CppExtension('a', extra_compile_args=['-std=c++17'])"),
        ("load('a', extra_cflags=['-std=gnu++1y'])", "load('a', extra_cflags=['-std=gnu++17'])"),
        ("load('a', extra_cflags=['/std:c++14'])", "load('a', extra_cflags=['/std:c++17'])"),
        ("f = '-O3 -std=c++0x'.split()\nload('a', extra_cflags=f)", "f = '-O3 -std=c++17'.split()\nload('a', extra_cflags=f)"),
        ("f = ['-O3', '-std=c++14']\nCppExtension('a', extra_compile_args=f)\nExtension('b', extra_compile_args=f)",
         "f = ['-O3', '-std=c++17']\nCppExtension('a', extra_compile_args=f)\nExtension('b', extra_compile_args=f)"),
        ("f = ['-O3']\nf.append('-std=c++14')\nload('a', extra_cflags=f)", "f = ['-O3']\nf.append('-std=c++17')\nload('a', extra_cflags=f)"),
        ("f = {'cxx': ['-O3', '-std=c++14']}\nf['nvcc'] = ['-std=c++14']\nload('a', extra_cflags=f)",
         "f = {'cxx': ['-O3', '-std=c++17']}\nf['nvcc'] = ['-std=c++17']\nload('a', extra_cflags=f)"),
        ("e = CUDAExtension if x else CppExtension\ne('a', extra_compile_args=['-g', '-std=c++14'])", None),
        ("e = CUDAExtension\nif x:\n    e = CppExtension\ne('a', extra_compile_args=['-g', '-std=c++14'])",
         "e = CUDAExtension\nif x:\n    e = CppExtension\ne('a', extra_compile_args=['-g'])"),
        ("load('a', extra_cflags=['-O3',  # fast\n    '-std=c++14'])", "load('a', extra_cflags=['-O3',  # fast\n    '-std=c++17'])"),
        ("load('a', extra_cflags=['-std=c++14',  # old\n    '-O3'])", "load('a', extra_cflags=['-std=c++17',  # old\n    '-O3'])"),
        ("load('a', extra_cuda_cflags=['-Xcompiler', '-std=c++14'])", "load('a', extra_cuda_cflags=['-Xcompiler', '-std=c++17'])"),
        ("if a:\n    f = ['-std=c++14']\n    Extension('b', extra_compile_args=f)\nelse:\n    f = []\n    load('a', extra_cflags=f)", None),
        ("f = ['-std=c++14']\nExtension('b', extra_compile_args=f)\nf = []\nload('a', extra_cflags=f)", None),
        ("load('a', extra_cflags=['-std=c++17', '-std=c++20', '-xstd=c++14'])", None),
        ("Extension('b', extra_compile_args=['-std=c++14'])", None),
        ("FLAGS = ['-g', '-std=c++14']\ndef f():\n    load('a', extra_cflags=FLAGS)", "FLAGS = ['-g']\ndef f():\n    load('a', extra_cflags=FLAGS)"),
    ],
)  # fmt: skip
def test_standards(check, before: str, after: str | None) -> None:
    done = check({"setup.py": HEAD + before + "\n"})
    assert done.after["setup.py"].decode() == HEAD + (after or before) + "\n"
    assert bool(after) == any(finding.rule == "BLD101" for finding in done.findings)
    assert not done.left


def test_the_standard_is_the_targets(check) -> None:
    code = HEAD + "load('a', extra_cflags=['-std=c++17'])\n"
    assert check({"setup.py": code}, target="cu126-last").after["setup.py"].decode() == code.replace("17", "20")


@pytest.mark.parametrize("flag", ["-D_GLIBCXX_USE_CXX11_ABI=0", "-D_GLIBCXX_USE_CXX11_ABI=1"])
def test_the_old_abi_goes_after_review(check, flag: str) -> None:
    code = HEAD + f"load('a', extra_cflags=['-O3', '{flag}'])\nload('b', extra_cflags=['{flag}'])\n"
    done = check({"setup.py": code}, unsafe=True)
    assert done.after["setup.py"].decode() == code
    assert len([f for f in done.findings if f.rule == "BLD103"]) == (2 if flag.endswith("0") else 0)
