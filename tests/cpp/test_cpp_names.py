"""Every name that a fix writes exists in torch."""

from __future__ import annotations

import importlib.util
import os
import re
from pathlib import Path

import pytest

from cudamig.matchers.cpp_call import template
from cudamig.rules.load import known

RULES = [rule for rule in known() if rule.family == "CPP"]

# Name -> header of torch that declares it, as read in torch 2.13.0 (CUDA wheel from PyPI).
DECLARED = {
    "TORCH_CHECK": "c10/util/Exception.h",
    "TORCH_CHECK_INDEX": "c10/util/Exception.h",
    "TORCH_WARN": "c10/util/Exception.h",
    "C10_CUDA_CHECK": "c10/cuda/CUDAException.h",
    "TORCH_CUDABLAS_CHECK": "ATen/cuda/Exceptions.h",
    "TORCH_CUDASPARSE_CHECK": "ATen/cuda/Exceptions.h",
    "getCurrentCUDAStream": "c10/cuda/CUDAStream.h",
    "raw_alloc": "c10/cuda/CUDACachingAllocator.h",
    "raw_delete": "c10/cuda/CUDACachingAllocator.h",
    "AT_CUDA_CHECK": "ATen/cuda/Exceptions.h",
    "ceil_div": "ATen/ceil_div.h",
    "data_ptr": "ATen/core/TensorBase.h",
    "is_cuda": "ATen/core/TensorBase.h",
    "item": "ATen/core/TensorBody.h",
    "layout": "ATen/core/TensorBase.h",
    "device": "ATen/core/TensorBase.h",
    "IntArrayRef": "c10/util/ArrayRef.h",
    "packed_accessor32": "ATen/core/TensorBase.h",
    "packed_accessor64": "ATen/core/TensorBase.h",
    "generic_packed_accessor": "ATen/core/TensorBase.h",
    "PackedTensorAccessor32": "ATen/core/TensorAccessor.h",
    "PackedTensorAccessor64": "ATen/core/TensorAccessor.h",
    "GenericPackedTensorAccessor": "ATen/core/TensorAccessor.h",
    "is_sparse": "ATen/core/TensorBase.h",
    "scalar_type": "ATen/core/TensorBase.h",
}
HEADERS = {
    "ATen/ceil_div.h",
    "ATen/cuda/Atomic.cuh",
    "ATen/cuda/CUDAContext.h",
    "ATen/cuda/CUDAGeneratorImpl.h",
    "ATen/cuda/DeviceUtils.cuh",
    "ATen/cuda/Exceptions.h",
    "c10/cuda/CUDACachingAllocator.h",
    "c10/cuda/CUDAException.h",
}
BROUGHT = {"ATen/cuda/Exceptions.h": "ATen/cuda/CUDAContext.h"}  # header -> another one that includes it
STANDARD = {"cfloat", "climits", "cstdio", "cstdlib", "cstring", "cuda_runtime.h", "optional"}  # of C++ and of CUDA


def written() -> tuple[set[str], set[str], set[tuple[str, str]]]:
    """Names, headers and (header, header that brings it) that the rules' fixes rely on."""
    names, headers, brought = set[str](), set[str](), set[tuple[str, str]]()
    for rule in RULES:
        names |= set(rule.args.get("chains", {}).values())
        names |= {rule.args["new"]} if "new" in rule.args else set()
        if rule.matcher == "cpp-macro":
            rows = {**rule.args.get("names", {}), **rule.args.get("calls", {})}
            names |= {template(old, new).new for old, new in rows.items()}
        if rule.matcher == "cpp-name":
            names |= {new for new in rule.args["names"].values() if new and not new.startswith("std::")}
        names |= {new for form in rule.args.get("forms", ()) for new in form["names"].values()}
        names |= {re.findall(r"\w+", part)[0] for part in rule.args.get("parts", ())}
        headers |= set(rule.fix.get("headers", {}).values())
        headers |= set(rule.args.get("moved", {}).values())
        for row in (rule.fix, *rule.args.get("needs", ())):
            if "header" in row:
                headers.add(row["header"])
                brought |= {(row["header"], other) for other in row.get("brought-by", ())}
    return {name.partition("<")[0].rpartition("::")[2] for name in names}, headers, brought


def include_folder() -> Path | None:
    """The headers of an installed torch, or of the folder TORCH_INCLUDE."""
    if "TORCH_INCLUDE" in os.environ:
        return Path(os.environ["TORCH_INCLUDE"])
    spec = importlib.util.find_spec("torch")
    return Path(spec.origin).parent / "include" if spec and spec.origin else None


def test_fixes_write_only_names_that_were_read_in_torch() -> None:
    names, headers, brought = written()
    assert {name for name in names if not name.startswith("AT_DISPATCH_")} == set(DECLARED)
    assert headers == HEADERS | STANDARD
    assert {pair for pair in brought if pair[0] not in STANDARD} == set(BROUGHT.items())


@pytest.mark.skipif(include_folder() is None, reason="no torch here to look into (nor a folder in TORCH_INCLUDE)")
def test_torch_has_these_names() -> None:
    folder = include_folder()
    assert folder
    for name, header in DECLARED.items():
        assert re.search(rf"\b{name}\b", (folder / header).read_text()), f"{name} in {header}"
    dispatch = set(re.findall(r"#define (AT_DISPATCH_\w+)", (folder / "ATen/Dispatch.h").read_text()))
    assert {name for name in written()[0] if name.startswith("AT_DISPATCH_")} <= dispatch
    for header in HEADERS:
        assert (folder / header).is_file(), header
    for header, other in BROUGHT.items():
        assert f"#include <{header}>" in (folder / other).read_text()
