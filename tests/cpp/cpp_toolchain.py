"""What of torch's headers, a CUDA toolkit and compilers this machine has. Nothing is imported, nothing is downloaded.

The environment may say more: CUDAMIG_TORCH_INCLUDE (the include folder of a torch), CUDAMIG_CUDA_INCLUDE (that of a
CUDA toolkit), CXX and NVCC (compilers; empty: none).
"""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import shutil
import sysconfig
from pathlib import Path

SHIM = (
    Path(__file__).parent / "shim"
)  # stands in for generated headers that CPU wheels lack, and for cuBLAS and its kin


@functools.cache
def torch_include() -> Path | None:
    """The include folder of the torch that is installed, or that the environment names."""
    named = os.environ.get("CUDAMIG_TORCH_INCLUDE")
    if named is not None:
        return Path(named) if (Path(named) / "ATen").is_dir() else None
    spec = importlib.util.find_spec("torch")  # looks for the folder, does not run it
    folders = [Path(folder) / "include" for folder in (spec.submodule_search_locations or ())] if spec else []
    return next((folder for folder in folders if (folder / "ATen").is_dir()), None)


@functools.cache
def torch_release() -> str:
    """``"2.13"``, as its headers say."""
    include = torch_include()
    for name in ("torch/headeronly/version.h", "torch/csrc/api/include/torch/version.h"):
        file = include / name if include else None
        if file and file.is_file():
            found = re.findall(r"#define TORCH_VERSION_(?:MAJOR|MINOR) (\d+)", file.read_text())
            if len(found) == 2:
                return ".".join(found)
    return "0"


@functools.cache
def cuda_includes() -> tuple[Path, ...]:
    """The include folders of a CUDA toolkit: the environment's, an installed one's, or those of its wheels."""
    named = os.environ.get("CUDAMIG_CUDA_INCLUDE")
    if named is not None:
        roots = [Path(named)] if named else []
    else:
        compiler = nvcc()
        roots = [Path(os.path.realpath(compiler)).parents[1] / "include"] if compiler else []
        roots += [Path("/usr/local/cuda/include")]
        wheels = Path(sysconfig.get_paths()["purelib"]) / "nvidia"
        roots += sorted(wheels.glob("cu[0-9]*/include"))
    found = [root for root in dict.fromkeys(roots) if (root / "cuda_runtime_api.h").is_file()][:1]
    return tuple(folder for root in found for folder in (root, root / "cccl") if folder.is_dir())


@functools.cache
def cuda_release() -> str:
    """``"13.0"``, as the headers say; ``"0"`` where there are none."""
    for folder in cuda_includes()[:1]:
        found = re.search(
            r"#define CUDART_VERSION\s+(\d+)", (folder / "cuda_runtime_api.h").read_text(errors="replace")
        )
        if found:
            return f"{int(found[1]) // 1000}.{int(found[1]) % 1000 // 10}"
    return "0"


@functools.cache
def gxx() -> str | None:
    """The host compiler."""
    return _program("CXX", "g++")


@functools.cache
def nvcc() -> str | None:
    """CUDA's compiler."""
    return _program("NVCC", "nvcc") or (None if "NVCC" in os.environ else _program("", "/usr/local/cuda/bin/nvcc"))


def _program(variable: str, name: str) -> str | None:
    return shutil.which(os.environ.get(variable, name) or "")


def lacking(torch: bool = True) -> str:
    """Why nothing (of torch) can be compiled here, or ``""``."""
    if torch and not torch_include():
        return "torch is not installed (CUDAMIG_TORCH_INCLUDE names the include folder of one that is not)"
    if not gxx():
        return "there is no g++"
    if not cuda_includes():
        return "there are no headers of the CUDA runtime (nvidia-cuda-runtime and nvidia-cuda-crt have them)"
    return "" if (_python() / "Python.h").is_file() else "there are no headers of Python"


def _python() -> Path:
    return Path(sysconfig.get_paths()["include"])


def includes(prelude: Path) -> list[str]:
    """The options that name where headers are; the stand-ins come last."""
    torch = torch_include()
    folders = [prelude, *([torch, torch / "torch/csrc/api/include"] if torch else []), _python()]
    return [f"-I{folder}" for folder in folders]
