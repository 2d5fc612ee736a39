"""The traps of the CUDA toolkit's rules: what is somebody else's, what is for HIP, and what cannot be changed."""

from __future__ import annotations

import pytest

from cudamig import examples
from cudamig.examples import Outcome
from cudamig.rules.load import known

RULES = [rule for rule in known() if rule.family == "CUD"]


def run(text: str, path: str = "csrc/op.cu", unsafe: bool = True, target: str = "cu130") -> Outcome:
    outcome = examples.run({path: text}, RULES, target, unsafe)
    assert not outcome.faults
    return outcome


HIP = "#ifdef __HIP_PLATFORM_AMD__\n{0}\n#else\n{1}\n#endif\n"
CHANGES = {
    "the side of a test for HIP that nvcc compiles": (
        HIP.format("float a = __shfl(v, 0);", "float a = __shfl(v, 1);"),
        HIP.format("float a = __shfl(v, 0);", "float a = __shfl_sync(0xffffffff, v, 1);"),
    ),
    "a test for no HIP": (
        "#if !defined(USE_ROCM)\nint a = __any(v);\n#else\nint a = __any(v);\n#endif\n",
        "#if !defined(USE_ROCM)\nint a = __any_sync(0xffffffff, v);\n#else\nint a = __any(v);\n#endif\n",
    ),
    "calls in calls": (
        "float a = __shfl(__shfl_up(v, 1), 0);\n",
        "float a = __shfl_sync(0xffffffff, __shfl_up_sync(0xffffffff, v, 1), 0);\n",
    ),
    "after conditions, and in a loop": (
        "void f() { if (a) { b(); } if (c) d(); for (int i = 16; i; i /= 2) { v += __shfl_down(v, i); } }\n",
        "void f() { if (a) { b(); } if (c) d(); for (int i = 16; i; i /= 2) { v += __shfl_down_sync(0xffffffff, v, i); } }\n",
    ),
    "a comment before the first argument": (
        "float a = __shfl(/* v */ v, 0);\n",
        "float a = __shfl_sync(0xffffffff, /* v */ v, 0);\n",
    ),
    "a pointer to attributes": (
        "void f(const cudaPointerAttributes* a) { g(a->memoryType); }\n",
        "void f(const cudaPointerAttributes* a) { g(a->type); }\n",
    ),
    "an own atomicAdd at the end of a file without a line end": (
        "__device__ double atomicAdd(double* a, double b) { return b; }",
        "#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 600\n#else\n"
        "__device__ double atomicAdd(double* a, double b) { return b; }\n#endif\n",
    ),
    "one with a qualifier on the line above": (
        "static\n__device__ double atomicAdd(double* const a, const double b) {\n}  // done\nint i;\n",
        "#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 600\n#else\n"
        "static\n__device__ double atomicAdd(double* const a, const double b) {\n}  // done\n#endif\nint i;\n",
    ),
    "a base over several lines": (
        "struct A\n  : public ::thrust::unary_function<int,\n                                   float>\n{};\n",
        "struct A\n{};\n",
    ),
    "a base in the middle": (
        "struct A : B, public thrust::binary_function<int, int, int>, C {};\n",
        "struct A : B, C {};\n",
    ),
    "two includes of NVTX": (
        '#include <nvToolsExt.h>\n#include "nvToolsExtCuda.h"\n',
        '#include <nvtx3/nvToolsExt.h>\n#include "nvtx3/nvToolsExtCuda.h"\n',
    ),
    "function objects as types": (
        "#include <cub/cub.cuh>\nusing Op = cub::Max;\nauto op = f<cub::Sum>(cub::Min{});\n",
        "#include <cub/cub.cuh>\n#include <cuda/functional>\n#include <cuda/std/functional>\n"
        "using Op = cuda::maximum<>;\nauto op = f<cuda::std::plus<>>(cuda::minimum<>{});\n",
    ),
}


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("name", CHANGES)
def test_change(name: str, end: str) -> None:
    before, after = (text.replace("\n", end) for text in CHANGES[name])
    if end == "\r\n" and end not in before:
        pytest.skip("one line")
    outcome = run(before)
    assert outcome.after["csrc/op.cu"].decode() == after
    assert not run(after).findings


LEFT = {
    "a mask that is handed over": "float a = __shfl_xor(mask, v, 1);\n",
    "more arguments than it takes": "float a = __shfl(v, 1, 2, 3);\n",
    "a condition around it": "void f() { int a = 1; if (t < n) { b(); a = __ballot(v); } }\n",
    "a condition without braces": "void f() { if (lane < 16) v += __shfl_down(v, 8); }\n",
    "the other side of one": "void f() { if (a) { b(); } else { v += __shfl_down(v, 8); } }\n",
    "a choice": "void f() { int a = b ? __any(v) : 0; }\n",
    "a function that is handed on": "auto f = __shfl;\n",
    "a pattern that only stands before an old release": "#if __CUDACC_VER_MAJOR__ < 9\nfloat a = __shfl(v, 0);\n#endif\n",
    "a type name of a base that is used": ("struct A : thrust::unary_function<int, int> {};\nA::argument_type i;\n"),
    "an alias of a base": "using Base = thrust::unary_function<int, int>;\n",
    "a comment in the list of bases": "struct A : /* why */ thrust::unary_function<int, int> {};\n",
    "a guard that the host does not see": (
        "#if __CUDA_ARCH__ < 600\n__device__ double atomicAdd(double* a, double b) { return b; }\n#endif\n"
    ),
    "two definitions on one line": "int i; __device__ double atomicAdd(double* a, double b) { return b; }\n",
    "a device that may be the host": "void f(int d) { cudaMemPrefetchAsync(p, n, d, s); }\n",
    "a device that is computed": "void f() { cudaMemAdvise(p, n, cudaMemAdviseSetReadMostly, g(0)); }\n",
}


@pytest.mark.parametrize("name", LEFT)
def test_what_a_person_has_to_do(name: str) -> None:
    outcome = run(LEFT[name])
    assert outcome.findings
    assert all(not finding.fix.edits for finding in outcome.findings)
    assert outcome.after["csrc/op.cu"].decode() == LEFT[name]


SILENT = {
    "comments and strings": '// __shfl(v, 0) cudaThreadExit()\nconst char* s = "cub::Max cudaBindTexture(";\n',
    "members and other namespaces": "int a = w.__any(v) + util::__all(v) + w->__ballot(v);\n",
    "names that only begin alike": "int a = __shfl_sync(m, v, 0) + __any_sync(m, v) + my__shfl(v, 0);\n",
    "other GPUs": "#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 700\nfloat a = __shfl(v, 0);\n#endif\n",
    "an own macro": "#define __shfl(v, i) __shfl_sync(0xffffffff, v, i)\nfloat a = __shfl(v, 0);\n",
    "an own struct of the same name": "struct cudaDeviceProp { int clockRate; };\nint f(cudaDeviceProp p) { return p.clockRate; }\n",
    "a member of another struct": "int f(Chip c) { cudaDeviceProp p; return c.clockRate + c.p.computeMode; }\n",
    "a method": "int f(cudaDeviceProp p) { return p.clockRate(); }\n",
    "an own half": "struct half { int x; };\nint f(half h) { return h.x; }\n",
    "vectors": "__device__ float f(half2 v, const __half* p) { return v.x + threadIdx.x + p[0]; }\n",
    "another type": "__device__ float atomicAdd(float* a, float b) { return b; }\n",
    "a template": "template <class T> __device__ double atomicAdd(double* a, double b) { return b; }\n",
    "a declaration": "__device__ double atomicAdd(double* a, double b);\n",
    "a class": "struct S { __device__ double atomicAdd(double* a, double b) { return b; } };\n",
    "an own place": "void f() { cudaMemLocation l; cudaMemPrefetchAsync(p, n, l, 0, s); }\n",
    "a header in quotes": '#include "math_functions.h"\n#include "device_functions.h"\n',
}


@pytest.mark.parametrize("name", SILENT)
def test_what_is_left_alone(name: str) -> None:
    assert not run(SILENT[name]).findings


def test_what_cuda_13_dropped_is_no_finding_where_it_was_not_deprecated() -> None:
    text = "#include <cub/cub.cuh>\nauto a = cub::Max();\nvoid f() { cudaMemPrefetchAsync(p, n, 0, s); }\n"
    assert not run(text, target="cu126").findings
    assert {finding.severity.value for finding in run(text).findings} == {"error"}
    old = "void f() { cudaThreadExit(); }\n"
    assert [finding.severity.value for finding in run(old, target="cu126").findings] == ["warning"]
