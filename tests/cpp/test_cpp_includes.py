"""Headers that go, move and are added: where, and under which conditions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Fixed = Callable[..., str]

CHANGES = {
    "nothing of it is used": (
        "#include <ATen/ATen.h>\n#include <THC/THC.h>\n\nint i;\n",
        "#include <ATen/ATen.h>\n\nint i;\n",
    ),
    "streams": (
        '#include <THC/THC.h>\n#include "op.h"\nauto s = at::cuda::getCurrentCUDAStream();\n',
        '#include <ATen/cuda/CUDAContext.h>\n#include "op.h"\nauto s = at::cuda::getCurrentCUDAStream();\n',
    ),
    "streams by a namespace that is used whole": (
        "#include <ATen/ATen.h>\n#include <THC/THC.h>\nusing namespace at::cuda;\nauto s = getCurrentCUDAStream();\n",
        "#include <ATen/ATen.h>\n#include <ATen/cuda/CUDAContext.h>\n"
        "using namespace at::cuda;\nauto s = getCurrentCUDAStream();\n",
    ),
    "streams and checks, which one header declares": (
        "#include <ATen/ATen.h>\n#include <THC/THC.h>\nvoid f() { AT_CUDA_CHECK(g(at::cuda::getCurrentDeviceProperties())); }\n",
        "#include <ATen/ATen.h>\n#include <ATen/cuda/CUDAContext.h>\n"
        "void f() { AT_CUDA_CHECK(g(at::cuda::getCurrentDeviceProperties())); }\n",
    ),
    "the bindings to Python, which stay": (
        "#include <torch/csrc/THP.h>\n#include <THC/THC.h>\nPyObject* o = THPVariable_Wrap(x);\n",
        "#include <torch/csrc/THP.h>\nPyObject* o = THPVariable_Wrap(x);\n",
    ),
    "streams that are there": (
        "#include <ATen/cuda/CUDAContext.h>\n#include <THC/THC.h>\nauto s = at::cuda::getCurrentCUDAStream();\n",
        "#include <ATen/cuda/CUDAContext.h>\nauto s = at::cuda::getCurrentCUDAStream();\n",
    ),
    "several": (
        "#include <THC/THC.h>\n#include <THC/THCGeneral.h>\ncublasSgemm(h);\nfloat f = FLT_MAX;\n",
        "#include <ATen/cuda/CUDAContext.h>\n#include <cfloat>\ncublasSgemm(h);\nfloat f = FLT_MAX;\n",
    ),
    "several under other conditions": (
        "#include <ATen/ATen.h>\n#ifdef A\n#include <THC/THCGeneral.h>\n#endif\n#include <THC/THC.h>\n"
        "#ifdef B\n#include <THC/THCGeneral.h>\n#endif\nfloat f = FLT_MAX;\n",
        "#include <ATen/ATen.h>\n#ifdef A\n#include <cfloat>\n#endif\n#include <cfloat>\n"
        "#ifdef B\n#endif\nfloat f = FLT_MAX;\n",
    ),
    "one of two branches": (
        "#include <ATen/ATen.h>\n#ifdef A\n#include <THC/THC.h>\n#else\n#include <TH/TH.h>\n#endif\nint i = INT_MAX;\n",
        "#include <ATen/ATen.h>\n#ifdef A\n#include <climits>\n#else\n#include <climits>\n#endif\nint i = INT_MAX;\n",
    ),
    "a C header that is there": (
        "#include <float.h>\n#include <THC/THC.h>\nfloat f = FLT_MAX;\n",
        "#include <float.h>\nfloat f = FLT_MAX;\n",
    ),
    "users first, then the include": (
        "#include <ATen/ATen.h>\n#include <THC/THC.h>\n#include <vector>\n\n"
        "int n = THCCeilDiv(a, b);\nvoid f() { THCudaCheck(g()); }\n",
        "#include <ATen/ATen.h>\n#include <ATen/ceil_div.h>\n#include <ATen/cuda/Exceptions.h>\n#include <vector>\n\n"
        "int n = at::ceil_div(a, b);\nvoid f() { AT_CUDA_CHECK(g()); }\n",
    ),
    "a header that brings it": (
        "#include <ATen/cuda/CUDAContext.h>\nvoid f() { THCudaCheck(g()); }\n",
        "#include <ATen/cuda/CUDAContext.h>\nvoid f() { AT_CUDA_CHECK(g()); }\n",
    ),
    "indented, with a block comment": (
        "#ifdef A\n  #include <ATen/ATen.h> /* two\n  lines */\n  int n = THCCeilDiv(a, b);\n#endif\n",
        "#ifdef A\n  #include <ATen/ATen.h> /* two\n  lines */\n  #include <ATen/ceil_div.h>\n"
        "  int n = at::ceil_div(a, b);\n#endif\n",
    ),
    "moved headers, one there already": (
        "#include <THC/THCAtomics.cuh>\n#include <ATen/cuda/DeviceUtils.cuh>\n#include <THC/THCDeviceUtils.cuh>\n",
        "#include <ATen/cuda/Atomic.cuh>\n#include <ATen/cuda/DeviceUtils.cuh>\n",
    ),
    "the last line has no end": ("int i;\n#include <THC/THC.h>", "int i;\n"),
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("name", CHANGES)
def test_change(fixed: Fixed, name: str, newline: str) -> None:
    before, after = CHANGES[name]
    assert fixed(before.replace("\n", newline)) == after.replace("\n", newline)


def test_a_header_of_the_repository_gives_on_what_cuda_it_gave(fixed: Fixed) -> None:
    text = "#pragma once\n#include <ATen/ATen.h>\n#include <THC/THC.h>\n"
    assert fixed(text, "csrc/common.h") == text.replace("THC/THC.h", "ATen/cuda/CUDAContext.h")
    assert fixed(text, "csrc/common.cu") == text.replace("#include <THC/THC.h>\n", "")


def test_the_cuda_runtime_is_included_where_the_compiler_does_not_bring_it(fixed: Fixed) -> None:
    text = "#include <ATen/ATen.h>\n#include <THC/THC.h>\ncudaError_t e = cudaGetLastError();\n"
    assert fixed(text, "csrc/op.cpp") == text.replace("THC/THC.h", "cuda_runtime.h")
    assert fixed(text, "csrc/op.cu") == text.replace("#include <THC/THC.h>\n", "")
    with_guard = text.replace("ATen/ATen.h", "c10/cuda/CUDAGuard.h")
    assert fixed(with_guard, "csrc/op.cpp") == with_guard.replace("#include <THC/THC.h>\n", "")


def test_a_cuda_header_goes_under_the_condition_of_its_uses(fixed: Fixed) -> None:
    text = (
        "#include <torch/extension.h>\n#ifdef WITH_CUDA\n#include <c10/cuda/CUDAGuard.h>\n#endif\n"
        "void f() {\n#ifdef WITH_CUDA\n  THCudaCheck(g());\n#endif\n}\n"
    )
    after = text.replace("CUDAGuard.h>\n", "CUDAGuard.h>\n#include <ATen/cuda/Exceptions.h>\n")
    assert fixed(text, "op.cpp") == after.replace("THCudaCheck", "AT_CUDA_CHECK")


def test_no_cuda_header_gets_into_a_build_without_cuda(fixed: Fixed) -> None:
    text = "#include <torch/extension.h>\nvoid f() {\n#ifdef WITH_CUDA\n  THCudaCheck(g());\n#endif\n}\n"
    assert fixed(text, "op.cpp") == text
    assert "AT_CUDA_CHECK" in fixed(text, "op.cu")


def test_no_include_goes_into_braces(fixed: Fixed) -> None:
    text = 'extern "C" {\n#include <stdint.h>\n}\nint n = THCCeilDiv(a, b);\n'
    assert fixed(text) == text
    assert fixed("#include <vector>\n" + text).startswith("#include <vector>\n#include <ATen/ceil_div.h>\nextern")


def test_an_include_under_another_condition_does_not_count(fixed: Fixed) -> None:
    text = "#include <vector>\n#ifdef A\n#include <ATen/ceil_div.h>\n#endif\nint n = THCCeilDiv(a, b);\n"
    assert fixed(text).startswith("#include <vector>\n#include <ATen/ceil_div.h>\n#ifdef A\n")


def test_the_last_include_of_torch_goes_only_after_a_look(fixed: Fixed) -> None:
    text = "#include <vector>\n#include <THC/THC.h>\nvoid f(at::Tensor x);\n"
    assert fixed(text) == text
    assert fixed(text, unsafe=True) == text.replace("#include <THC/THC.h>\n", "")
