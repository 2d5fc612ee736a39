"""Command lines: what torch.utils.cpp_extension gives to the compilers, up to where the front end is done."""

from __future__ import annotations

import os
from collections.abc import Sequence

from cudamig.verify.compilers import Compiler
from cudamig.verify.tools import Tools

# as torch.utils.cpp_extension defines them for nvcc
_HALF = (
    "-D__CUDA_NO_HALF_OPERATORS__",
    "-D__CUDA_NO_HALF_CONVERSIONS__",
    "-D__CUDA_NO_BFLOAT16_CONVERSIONS__",
    "-D__CUDA_NO_HALF2_OPERATORS__",
)
# nvcc's headers declare min and max for host code too; those that clang brings have them for device code only
HOST_MINMAX = """#pragma once
#define CUDAMIG_MINMAX(T) \\
  static inline __attribute__((host)) T min(T a, T b) { return b < a ? b : a; } \\
  static inline __attribute__((host)) T max(T a, T b) { return a < b ? b : a; }
CUDAMIG_MINMAX(int)
CUDAMIG_MINMAX(unsigned int)
CUDAMIG_MINMAX(long)
CUDAMIG_MINMAX(unsigned long)
CUDAMIG_MINMAX(long long)
CUDAMIG_MINMAX(unsigned long long)
CUDAMIG_MINMAX(float)
CUDAMIG_MINMAX(double)
#undef CUDAMIG_MINMAX
"""


def is_cuda(unit: str) -> bool:
    """Whether a unit is compiled as CUDA."""
    return unit.endswith(".cu")


def compiler(tools: Tools, unit: str) -> Compiler | None:
    """What compiles a unit."""
    return tools.compilers.cuda if is_cuda(unit) else tools.compilers.cxx


def front_end(
    tools: Tools, file: str, folders: Sequence[str], result: str, precompiled: str = "", minmax: str = ""
) -> list[str]:
    """The command that takes ``file`` through the front end.

    ``folders``: include folders of the repository. ``result``: where nvcc writes what it makes. ``minmax``: the file
    with HOST_MINMAX. Raises ValueError when no compiler takes the file.
    """
    used = compiler(tools, file)
    if used is None:
        raise ValueError(file)
    includes = [f"-I{folder}" for folder in (*folders, *outside(tools))]
    if used.family == "nvcc":
        arch = [f"-arch={tools.arch}"] if tools.arch else []
        head = [used.path, "-ptx", *arch, "--expt-relaxed-constexpr", "-Wno-deprecated-gpu-targets", "-w", "-x", "cu"]
        return [*head, *_language(tools, file), *includes, *_system(tools, "nvcc"), "-o", result, file]
    limit = "-fmax-errors=3" if used.family == "g++" else "-ferror-limit=3"
    head = [used.path, "-fsyntax-only", "-w", "-fPIC", limit, *_as(tools, file), *_language(tools, file)]
    forced = ["-include-pch", precompiled] if precompiled else []
    if minmax and is_cuda(file):
        forced += ["-include", minmax]
    return [*head, *forced, *includes, *_system(tools, used.family), file]


def precompile(tools: Tools, file: str, result: str) -> list[str]:
    """The command with which clang++ precompiles ``file`` (a header, or ``.cu`` for CUDA units) into ``result``."""
    used = compiler(tools, file)
    assert used is not None
    how = ["-c", "-Xclang", "-emit-pch"] if is_cuda(file) else []
    language = _as(tools, file) if is_cuda(file) else ["-x", "c++-header"]
    includes = [f"-I{folder}" for folder in outside(tools)]
    head = [used.path, *how, *language, "-w", "-fPIC", "-fpch-instantiate-templates", *_language(tools, file)]
    return [*head, *includes, *_system(tools, used.family), file, "-o", result]


def outside(tools: Tools) -> list[str]:
    """Folders that the user names and that are not copied."""
    return [folder for folder in tools.include if os.path.isabs(folder)]


def _as(tools: Tools, file: str) -> list[str]:
    if not is_cuda(file):
        return ["-x", "c++"]
    home = [f"--cuda-path={tools.toolkit.home}"] if tools.toolkit else []
    return ["-x", "cuda", "--cuda-host-only", "-nocudalib", "-Wno-unknown-cuda-version", *home]


def _language(tools: Tools, file: str) -> list[str]:
    return [f"-std={tools.std}", *(f"-D{define}" for define in tools.defines), *(_HALF if is_cuda(file) else ())]


def _system(tools: Tools, family: str) -> list[str]:
    """Folders of torch, Python and CUDA. What pip installed beside torch only fills gaps of the toolkit."""
    last = "-isystem" if family == "nvcc" else "-idirafter"
    cuda = tools.toolkit.folders if tools.toolkit else ()
    first = [word for folder in (*tools.torch.folders, *tools.torch.python, *cuda) for word in ("-isystem", folder)]
    return [*first, *(word for folder in tools.torch.wheels for word in (last, folder))]
