"""Calls that became other calls: error macros and THC. Arguments keep every byte, statements stay statements."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cudamig import examples
from cudamig.examples import Outcome
from cudamig.matchers.cpp_call import template
from cudamig.rules.load import known

Fixed = Callable[..., str]
Run = Callable[..., Outcome]

RULES = [rule for rule in known() if rule.family == "CPP"]
HEAD = "#include <torch/extension.h>\n#include <ATen/cuda/CUDAContext.h>\n#include <c10/cuda/CUDACachingAllocator.h>\n"

CHANGES = {
    "no arguments": ("AT_ERROR(); AT_ERROR( );\n", "TORCH_CHECK(false); TORCH_CHECK(false );\n"),
    "a comment for an argument": ("AT_ERROR(/* why */);\n", "TORCH_CHECK(false/* why */);\n"),
    "a comment before an argument": ('AT_ERROR(/* why */ "a");\n', 'TORCH_CHECK(/* why */ false, "a");\n'),
    "a first argument on its own line": (
        '  AT_ERROR(\n      "a",  // b\n      c);\n',
        '  TORCH_CHECK(\n      false,\n      "a",  // b\n      c);\n',
    ),
    "old calls in arguments": (
        'AT_ERROR("a", THCCeilDiv(n, 2), [&] { AT_ERROR("b"); });\n',
        '#include <ATen/ceil_div.h>\nTORCH_CHECK(false, "a", at::ceil_div(n, 2), [&] { TORCH_CHECK(false, "b"); });\n',
    ),
    "a macro body over lines": (
        '#define F(x)   \\\n  AT_ERROR( \\\n    #x,      \\\n    "a"); \\\n  g(x)\n',
        '#define F(x)   \\\n  TORCH_CHECK( \\\n    false, \\\n    #x,      \\\n    "a"); \\\n  g(x)\n',
    ),
    "labels": (
        'switch (a) { case B: AT_ERROR("b"); default: AT_ERROR("c"); }\n',
        'switch (a) { case B: TORCH_CHECK(false, "b"); default: TORCH_CHECK(false, "c"); }\n',
    ),
    "a missing semicolon": (
        'AT_ASSERTM(a, "a")\nint b = 1;\nif (b) { AT_ASSERT(b) }\n',
        'TORCH_CHECK(a, "a")\nint b = 1;\nif (b) { TORCH_CHECK(b) }\n',
    ),
    "arms of an if": (
        'if (a) AT_ERROR("a"); else if (b) AT_ASSERT(b); else AT_ERROR("c");\n',
        'if (a) { TORCH_CHECK(false, "a"); } else if (b) { TORCH_CHECK(b); } else TORCH_CHECK(false, "c");\n',
    ),
    "arms of an if over lines": (
        'if (a)  // a\n  AT_ERROR("a");\n// b\nelse if (b)\n  AT_CHECK(b,\n           c);  // c\nelse\n  AT_ERROR("c");\n',
        'if (a) {  // a\n  TORCH_CHECK(false, "a");\n// b\n} else if (b) {\n  TORCH_CHECK(b,\n           c);  // c\n'
        '} else\n  TORCH_CHECK(false, "c");\n',
    ),
    "an arm whose else is on the next line": (
        'if (a) AT_ERROR("a");  // a\nelse b();\n',
        'if (a) { TORCH_CHECK(false, "a"); }  // a\nelse b();\n',
    ),
    "an arm below a loop": (
        "if (a) for (auto& b : c) AT_CHECK(b); else d();\n",
        "if (a) for (auto& b : c) { TORCH_CHECK(b); } else d();\n",
    ),
    "an if in an if": ("if (a) if (b) AT_CHECK(c); else d();\n", "if (a) if (b) { TORCH_CHECK(c); } else d();\n"),
    "an arm in a macro body": (
        "#define F(x) \\\n  if (x) \\\n    AT_ERROR(#x); \\\n  else \\\n    g()\n",
        "#define F(x) \\\n  if (x) { \\\n    TORCH_CHECK(false, #x); \\\n  } else \\\n    g()\n",
    ),
    "an if constexpr": (
        "if constexpr (a) AT_WARN(b); else c();\n",
        "if constexpr (a) { TORCH_WARN(b); } else c();\n",
    ),
    "the body of a do": ("do AT_CHECK(a); while (b);\n", "do { TORCH_CHECK(a); } while (b);\n"),
    "branches of the preprocessor": (
        "#ifdef A\nif (a) AT_CHECK(b);\n#else\nc();\n#endif\nd();\n",
        "#ifdef A\nif (a) TORCH_CHECK(b);\n#else\nc();\n#endif\nd();\n",
    ),
    "a macro that is no arm": (
        '#define F(x) AT_ERROR(x)\nif (a) { F("a"); } else F("b");\n',
        '#define F(x) TORCH_CHECK(false, x)\nif (a) { F("a"); } else F("b");\n',
    ),
    "a cast to void": (
        "(void)THCudaCheck(a());\nif (b) (void) THCudaCheck(c); else d();\n",
        "AT_CUDA_CHECK(a());\nif (b) AT_CUDA_CHECK(c); else d();\n",
    ),
    "an argument that goes": (
        'THArgCheck(a, 1, "a");\nTHArgCheck(b(c, d),\n           2 ,  // no\n           "b" "c");\n',
        'TORCH_CHECK(a, "a");\nTORCH_CHECK(b(c, d) ,  // no\n           "b" "c");\n',
    ),
    "a state that goes": (
        "p = THCudaMalloc(this->state, n); q = THCudaMalloc(\n    at::globalContext().lazyInitCUDA(),\n    f(n, 2));\n"
        "THCudaFree(state, p); k<<<1, 2, 0, THCState_getCurrentStream( state )>>>();\n",
        "p = c10::cuda::CUDACachingAllocator::raw_alloc(n); q = c10::cuda::CUDACachingAllocator::raw_alloc(\n    f(n, 2));\n"
        "c10::cuda::CUDACachingAllocator::raw_delete(p); k<<<1, 2, 0, at::cuda::getCurrentCUDAStream()>>>();\n",
    ),
    "a dropped comment": (
        "THCudaFree(state /* ours */, p);\n",
        "c10::cuda::CUDACachingAllocator::raw_delete(p);\n",
    ),
    "a dropped call": ("THCudaFree(state(), p);\n", "c10::cuda::CUDACachingAllocator::raw_delete(p);\n"),
    "a variable of THCState": (
        "#include <THC/THC.h>\n\nextern THCState *state;\n\nvoid f() {\n  THCState* s = at::globalContext().getTHCState();\n"
        "  THCudaFree(s, THCudaMalloc(state, 1));\n}\n",
        "\nvoid f() {\n  c10::cuda::CUDACachingAllocator::raw_delete(c10::cuda::CUDACachingAllocator::raw_alloc(1));\n}\n",
    ),
    "a state beside another of its name": (
        "static THCState *state = at::globalContext().lazyInitCUDA();  // of the library\n"
        "void f(curandState *state) { g(state); }\n",
        "void f(curandState *state) { g(state); }\n",
    ),
    "false advice": (
        "TORCH_CUDA_CHECK(a());\nTORCH_DISPATCH_ALL_TYPES_AND2(b, c, d, e, f);\n",
        "C10_CUDA_CHECK(a());\nAT_DISPATCH_ALL_TYPES_AND2(b, c, d, e, f);\n",
    ),
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("name", CHANGES)
def test_change(fixed: Fixed, name: str, newline: str) -> None:
    before, after = (HEAD + text for text in CHANGES[name])
    assert fixed(before.replace("\n", newline), unsafe=True) == after.replace("\n", newline)


REPORTED = {
    "an expression": ('int f() { return a ? b : AT_ERROR("a"), 1; }\n', "expression"),
    "an argument": ('f(AT_ERROR("a"));\n', "expression"),
    "an else without a semicolon": ("if (a) AT_ASSERT(b) else c();\n", "bare if"),
    "an arm that a directive cuts": ("if (a)\n  AT_CHECK(b);\n#if C\nelse c();\n#endif\n", "bare if"),
    "an arm in a branch": ("if (a)\n#if A\n  AT_CHECK(b);\n#else\n  c();\n#endif\nelse c();\n", "bare if"),
    "a macro before an else": ('#define F(x) g(); AT_ERROR(x)\nif (a) F("a"); else f();\n', "macro F"),
    "a macro with its semicolon before an else": ('#define F(x) AT_ERROR(x);\nif (a) F("a") else f();\n', "macro F"),
    "a macro that ends with such a macro": (
        "#define F(x) AT_CHECK(x)\n#define G(x) h(x); F(x)\n#define H(x) if (x) G(x); else f()\n",
        "macro G",
    ),
    "an alias before an else": ("#define F AT_ASSERT\nif (a) F(b); else f();\n", "macro F"),
    "an alias of a call that changes": ("#define F AT_ERROR\n", "not called"),
    "a printf format": ('THArgCheck(a, 1, "%d");\n', "printf"),
    "arguments of a format": ("THError(a, b);\n", "printf"),
    "another number of arguments": ("THCudaMalloc(state, &p, n);\n", "3 arguments here, where THCudaMalloc takes 2"),
    "an empty argument": ("THCudaMalloc(state, );\n", "empty"),
    "a directive in a call": ("THCudaMalloc(state,\n#if A\n1\n#else\n2\n#endif\n);\n", "directive"),
    "an argument that changes something": ("THCState_getCurrentStream(a = b);\n", "change something"),
    "a comma in braces": ("THCudaMalloc(A{1, 2});\n", "in braces"),
    "an uncalled function": ("auto f = &THCudaFree;\n", "not called"),
    "a comment in a name": ("at::globalContext() /* a */ .getCurrentCUDAStream();\n", "comment"),
    "a launch of false advice": ("torch::cuda::launch_kernel(f, 1);\n", "<<<...>>>"),
    "a state as a parameter": ("void f(THCState *state);\n", "signature"),
    "a state as a member": ("struct A { THCState *state; };\n", "signature"),
    "a state that is handed on": ("extern THCState *state;\nvoid f() { gemm(state, 1); }\n", "no rule replaces"),
    "two states": ("extern THCState *a, *b;\n", "signature"),
}


@pytest.mark.parametrize("name", REPORTED)
def test_report(run: Run, name: str) -> None:
    text, reason = REPORTED[name]
    outcome = run(HEAD + text, unsafe=True)
    assert outcome.after["csrc/op.cu"].decode() == HEAD + text
    assert {finding.fix.safety for finding in outcome.findings} == {"manual"}
    assert any(reason in finding.fix.reason for finding in outcome.findings)


KEPT = {
    "own macros": "#define AT_ERROR(x) x\n#define TORCH_CUDA_CHECK(x) x\nAT_ERROR(1); TORCH_CUDA_CHECK(2);\n",
    "other names": "a.THError(1); b->AT_ERROR(2); mine::THCudaFree(3, 4); mine::launch_kernel(5);\n",
    "names that only look like it": "THREADS_PER_BLOCK; THPVariable_Wrap(a); ThError(b); THTable c;\n",
    "a class of the repository": "struct THCDeviceTensor { int a; };\nTHCDeviceTensor b;\n",
    "own conversions": "template <class A, class B> struct ScalarConvert {};\nScalarConvert<int, float> a;\n",
    "comments and strings": '// AT_ERROR("a")\nauto a = "THError(b)"; /* THCState *c; */\n',
}


@pytest.mark.parametrize("name", KEPT)
def test_keep(run: Run, name: str) -> None:
    assert run(HEAD + KEPT[name], unsafe=True).findings == ()


def test_a_modem_is_no_torch(run: Run) -> None:
    assert run("enum Answer { AT_OK, AT_ERROR };\nbool f(int a) { return a == AT_ERROR; }\n").findings == ()


def test_what_still_compiles_is_a_warning(run: Run) -> None:
    found = run(HEAD + "AT_ERROR(); AT_ASSERT(a); AT_CHECK(a); AT_WARN(b); TORCH_CUDA_CHECK(c);\n").findings
    assert [finding.severity for finding in found] == ["warning", "warning", "error", "error", "error"]


def test_what_drops_a_call_needs_a_look(run: Run) -> None:
    text = HEAD + "THCudaFree(state(), p);\nTHCState_getCurrentStream(/* a */ s);\n"
    found = run(text).findings
    assert [finding.fix.safety for finding in found] == ["unsafe", "unsafe"]
    assert "`state()` is dropped" in found[0].fix.reason


def test_a_check_of_what_returns_nothing_now(run: Run) -> None:
    found = run(HEAD + "#define CK(x) x\nCK(THCudaFree(state, p));\n").findings
    assert "raw_delete is a statement" in found[0].fix.reason


def test_the_calls_of_an_allocator_move_together(run: Run) -> None:
    text = HEAD + "p = THCudaMalloc(state, n);\nTHCudaFree(state, &q, p);\n"
    assert run(text, unsafe=True).after["csrc/op.cu"].decode() == text


def test_one_include_for_all_calls_of_a_rule(fixed: Fixed) -> None:
    text = "#include <ATen/ATen.h>\np = THCudaMalloc(s, n);\n#include <ATen/Context.h>\nTHCudaFree(s, p);\n"
    assert fixed(text).count("CUDACachingAllocator.h") == 1


def test_a_file_that_a_person_must_mend_is_left_whole(run: Run) -> None:
    text = HEAD + "#include <THC/THC.h>\nAT_CHECK(a);\nTHCudaCheck(b);\nTHCudaBlas_Sgemm(c);\nTHCudaBlas_Sgemm(d);\n"
    outcome = run(text, unsafe=True)
    assert outcome.after["csrc/op.cu"].decode() == text
    (blas,) = [finding for finding in outcome.findings if finding.rule == "CPP141"]
    assert blas.message == "THCudaBlas_Sgemm is gone since torch 1.11 (2 places in this file)"
    assert len(blas.related) == 1
    check = next(finding for finding in outcome.findings if finding.rule == "CPP101")
    assert "until that is done the file is left whole" in check.fix.reason


def test_a_macro_of_a_header_that_a_unit_uses_before_an_else() -> None:
    tree = {
        "csrc/check.h": "#pragma once\n#define CHECK(x) AT_ASSERTM(x, #x)\n#define FAIL(x) AT_ERROR(x)\n",
        "csrc/op.cpp": '#include "check.h"\nvoid f(bool a) { if (a) CHECK(b); else FAIL("c"); }\n',
    }
    outcome = examples.run(tree, RULES, unsafe=True)
    assert outcome.after["csrc/check.h"].decode() == tree["csrc/check.h"].replace("AT_ERROR(", "TORCH_CHECK(false, ")
    assert any("the macro CHECK" in finding.fix.reason for finding in outcome.findings)


def test_every_name_of_thc_has_a_rule() -> None:
    """What holds an include of THC back is replaced by a rule, or reported by one that holds the file."""
    by_id = {rule.id: rule for rule in RULES}
    replaced = {"THCState"}
    for rule in RULES:
        if rule.matcher == "cpp-macro":
            rows = {**rule.args.get("names", {}), **rule.args.get("calls", {})}
            replaced |= {
                name for name in (template(old, new).old for old, new in rows.items()) if name.startswith("TH")
            }
    gone = by_id["CPP141"].args
    assert set(gone["except"]) == replaced
    assert set(by_id["CPP130"].args["names"]) <= set(gone["vague"])
    pattern = re.compile("|".join((*gone["names"], *gone["vague"])))
    assert all(map(pattern.fullmatch, ["THCNumerics", "THFloatBlas_gemm", "THCudaTensor_data", "THC_API", "THCUNN_x"]))


def test_a_template_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(ValueError, match="in their order"):
        template("f(a, b)", "g(b, a)")
    with pytest.raises(ValueError, match="in their order"):
        template("f(a)", "g(a, 1)")


PIECES = [
    ('  if (a) AT_ERROR("é"); else g();\n', '  if (a) { TORCH_CHECK(false, "é"); } else g();\n'),
    ("  { AT_ASSERTM(a,  // AT_ASSERT\n    b)\n  }\n", "  { TORCH_CHECK(a,  // AT_ASSERT\n    b)\n  }\n"),
    ('  THArgCheck(f(a, b), 3, "c");\n', '  TORCH_CHECK(f(a, b), "c");\n'),
    (
        "  p = THCudaMalloc(s,\n    AT_ERROR_n);  THCudaFree(s, p);\n",
        "  p = c10::cuda::CUDACachingAllocator::raw_alloc(AT_ERROR_n);  c10::cuda::CUDACachingAllocator::raw_delete(p);\n",
    ),
    (
        "  k<<<1, 2, 0, at::globalContext().getCurrentCUDAStream()>>>(x);\n",
        "  k<<<1, 2, 0, at::cuda::getCurrentCUDAStream()>>>(x);\n",
    ),
    (
        "#define F(x) \\\n  if (x) \\\n    AT_ERROR(x); \\\n  else g()\n",
        "#define F(x) \\\n  if (x) { \\\n    TORCH_CHECK(false, x); \\\n  } else g()\n",
    ),
    ("  ; (void)THCudaCheck(THCudaCheck_f());\n", "  ; AT_CUDA_CHECK(THCudaCheck_f());\n"),  # after a call without one
    ("  /* AT_ERROR() */ g();  \t// THCState *s;\n", "  /* AT_ERROR() */ g();  \t// THCState *s;\n"),
    ("#if 0\n  AT_ERROR(\n#endif\n", "#if 0\n  AT_ERROR(\n#endif\n"),
]


@settings(max_examples=60, deadline=None)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=10), newline=st.sampled_from(["\n", "\r\n"]))
def test_only_the_calls_change(run: Run, pieces: list[tuple[str, str]], newline: str) -> None:
    before, after = (
        (HEAD + "void h() {\n" + "".join(piece[side] for piece in pieces) + "}\n").replace("\n", newline).encode()
        for side in (0, 1)
    )
    assert run(before, unsafe=True).after["csrc/op.cu"] == after
    assert run(after, unsafe=True).after["csrc/op.cu"] == after


SIGNS = [
    *"(),;{}#?:=*",
    "\n",
    " ",
    "if (a) ",
    "else ",
    "do ",
    "while (b);",
    "(void)",
    "//",
    '"%d"',
    "extern ",
    "s",
]
LINES = ["#define F ", "#define G() \\\n", "#if X\n", "#else\n", "#endif\n", "THCState *s;\n"]
NAMES = ["AT_ERROR", "AT_ASSERT(", "THArgCheck(", "THCudaMalloc(", "THCudaFree", "THCState_getCurrentStream("]
CONTEXT = ["at::globalContext()", ".getCurrentCUDAStream()"]
WORDS = st.sampled_from([*SIGNS, *LINES, *NAMES, *CONTEXT])


@settings(max_examples=200, deadline=None)
@given(words=st.lists(WORDS, max_size=40))
def test_any_text(run: Run, words: list[str]) -> None:
    text = HEAD + "".join(words)
    first = run(text, unsafe=True).after["csrc/op.cu"]
    assert run(first, unsafe=True).after["csrc/op.cu"] == first
