"""What compilers say, and what it means for a unit."""

from __future__ import annotations

import os

import pytest

from cudamig.verify.compare import Verdict, row
from cudamig.verify.outcome import Outcome, judge, unknown
from cudamig.verify.process import Done

GCC = """\
In file included from /c/src/u.cpp:1:
/c/src/h.h: In function 'void f()':
/c/src/h.h:7:3: error: 'AT_CHECK' was not declared in this scope
    7 |   AT_CHECK(true);  // internal compiler error
      |   ^~~~~~~~
"""
GCC_OUTSIDE = """\
In file included from /t/ATen/ATen.h:3,
                 from /c/src/u.cpp:1:
/t/ATen/Dispatch.h: In function 'f':
/t/ATen/Dispatch.h:70:9: error: cannot convert 'Type' to 'ScalarType'
   70 |   x
/c/src/u.cpp:9:3: note: in expansion of macro 'AT_DISPATCH'
"""
GCC_ABSENT = """\
In file included from /t/ATen/ATen.h:3,
                 from /c/src/u.cpp:1:
/t/ATen/Dispatch.h:70:9: error: #error C++20 is needed
"""
CLANG_OUTSIDE = """\
/t/ATen/Dispatch.h:70:9: error: no viable conversion
/c/src/u.cpp:9:3: note: expanded from macro 'AT_DISPATCH'
1 error generated.
"""
NVCC = """\
/c/src/u.cu(12): error: identifier "THCudaCheck" is undefined
      THCudaCheck(x);
      ^

1 error detected in the compilation of "/c/src/u.cu".
"""
NVCC_OUTSIDE = """\
/t/ATen/a.h(5): error: no suitable conversion
          detected during instantiation of "f" at line 31 of /c/src/k.cuh

"""


@pytest.mark.parametrize(
    ("text", "file", "line", "why"),
    [
        (GCC, "src/h.h", 7, "'AT_CHECK' was not declared in this scope"),
        (GCC_OUTSIDE, "src/u.cpp", 9, "cannot convert 'Type' to 'ScalarType'"),
        (GCC_ABSENT, "src/u.cpp", 1, "#error C++20 is needed"),
        (CLANG_OUTSIDE, "src/u.cpp", 9, "no viable conversion"),
        (NVCC, "src/u.cu", 12, 'identifier "THCudaCheck" is undefined'),
        (NVCC_OUTSIDE, "src/k.cuh", 31, "no suitable conversion"),
        ("/t/a.h:1:2: error: no\n", "/t/a.h", 1, "no"),
        ("/c/a b/u.cpp:1:2: error: no\n", "a b/u.cpp", 1, "no"),
    ],
)
def test_the_first_error(text: str, file: str, line: int, why: str) -> None:
    outcome = judge(Done(1, text, 1.0), "/c", os.getcwd(), True)
    assert outcome == Outcome(False, why, file, line, seconds=1.0)


@pytest.mark.parametrize(
    ("text", "ok", "absent"),
    [
        ("/c/u.cpp:1:10: fatal error: THC/THC.h: No such file or directory\n", False, "THC/THC.h"),
        ("/c/u.cpp:1:10: fatal error: 'THC/THC.h' file not found\n", False, "THC/THC.h"),
        ('/c/u.cu(1): catastrophic error: cannot open source file "THC/THC.h"\n', False, "THC/THC.h"),
        ("/c/u.cu:1:10: fatal error: Eigen/Core: No such file or directory\n", None, "Eigen/Core"),
        ("/t/x.h:1:10: fatal error: cublas_v2.h: No such file or directory\n", None, "cublas_v2.h"),
    ],
)
def test_an_absent_header(text: str, ok: bool | None, absent: str) -> None:
    outcome = judge(Done(1, text, 1.0), "/c", "/base", True)
    assert (outcome.ok, outcome.absent) == (ok, absent)


def test_a_header_that_only_builds_for_cuda_have() -> None:
    text = "/c/u.cpp:1:10: fatal error: THC/THC.h: No such file or directory\n"
    assert judge(Done(1, text, 1.0), "/c", "/base", False).ok is None


@pytest.mark.parametrize(
    "done",
    [
        Done(None, "not finished after 5 seconds", 5.0),
        Done(-11, "", 1.0),
        Done(139, "", 1.0),
        Done(1, "/c/u.cpp:1:1: internal compiler error: Segmentation fault\n", 1.0),
        Done(1, "g++: fatal error: Killed signal terminated program cc1plus\n", 1.0),
        Done(1, "PLEASE submit a bug report to https://github.com/llvm\n/c/u.cpp:1:1: error: x\n", 1.0),
        Done(1, "g++: error: unrecognized command-line option '-std=c++20'\n", 1.0),
        Done(1, "", 1.0),
    ],
)
def test_what_proves_nothing(done: Done) -> None:
    assert judge(done, "/c", "/base", True).ok is None


def test_quoted_code_is_no_crash() -> None:
    text = '/c/u.cpp:1:1: error: out of memory\n    1 | #error "Segmentation fault"\n'
    assert judge(Done(1, text, 1.0), "/c", "/base", True).ok is False


OK, FAILS, UNKNOWN = Outcome(True), Outcome(False, "e"), unknown("late")
LACKS = unknown("x.h is not found here", absent="x.h")


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (OK, OK, Verdict.OK),
        (OK, FAILS, Verdict.WORSE),
        (OK, LACKS, Verdict.WORSE),
        (OK, UNKNOWN, Verdict.UNCHECKED),
        (FAILS, OK, Verdict.MENDED),
        (FAILS, FAILS, Verdict.FAILS),
        (FAILS, UNKNOWN, Verdict.UNCHECKED),
        (FAILS, LACKS, Verdict.UNCHECKED),
        (LACKS, OK, Verdict.MENDED),
        (LACKS, FAILS, Verdict.FAILS),
        (LACKS, LACKS, Verdict.UNCHECKED),
        (UNKNOWN, OK, Verdict.UNCHECKED),
        (UNKNOWN, FAILS, Verdict.UNCHECKED),
        (UNKNOWN, UNKNOWN, Verdict.UNCHECKED),
    ],
)
def test_verdicts(before: Outcome, after: Outcome, verdict: Verdict) -> None:
    found = row("u", before, after)
    assert found.verdict is verdict
    assert verdict in (Verdict.OK, Verdict.MENDED) or found.told.why
