"""Types, accessors and the methods that went with them: text in, text out, and what is said where nothing is done."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

import cpp_toolchain as toolchain
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cudamig.engine import scan
from cudamig.examples import Outcome
from cudamig.facts import targets
from cudamig.model import Severity
from cudamig.rules.load import known
from cudamig.rules.model import Context

Run = Callable[..., Outcome]

HEAD = "#include <torch/extension.h>\n"
BODY = "void f(at::Tensor x, at::Tensor* y, std::vector<at::Tensor> xs, Blob b, const auto& u) {{\n  {};\n}}\n"
RULES = [rule for rule in known() if rule.family == "CPP"]

# statement -> what it becomes with unsafe fixes
CHANGES = {
    "g(x.type() == y->type())": "g(x.scalar_type() == y->scalar_type() &&\n"
    "    x.device().type() == y->device().type() &&\n    x.layout() == y->layout())",
    "return x.type() != xs[0].type()": "return (x.scalar_type() != xs[0].scalar_type() ||\n"
    "          x.device().type() != xs[0].device().type() ||\n          x.layout() != xs[0].layout())",
    "bool a = (*y).type() == u.type() && c": "bool a = ((*y).scalar_type() == u.scalar_type() &&\n"
    "            (*y).device().type() == u.device().type() &&\n            (*y).layout() == u.layout()) && c",
    "at::zeros({1, 2}, x.type())": "at::zeros({1, 2}, x.options())",
    "at::zeros(x.type(), {1, 2})": "at::zeros({1, 2}, x.options())",
    "at::arange(at::CPU(at::kInt), 0, n)": "at::arange(0, n, at::TensorOptions().device(at::kCPU).dtype(at::kInt))",
    "at::empty_like(x, xs.at(0).type())": "at::empty_like(x, xs.at(0).options())",
    "torch::full({2}, 1, y->type())": "torch::full({2}, 1, y->options())",
    "at::empty(x.sizes(), x.type().toScalarType(at::kInt), f)": "at::empty(x.sizes(), x.options().dtype(at::kInt), f)",
    "u.to(x.type(), true)": "u.to(x.options(), true)",
    "at::zeros({n}, at::CPU(k(1, 2)))": "at::zeros({n}, at::TensorOptions().device(at::kCPU).dtype(k(1, 2)))",
    "x.packed_accessor<T, 2>()": "x.packed_accessor64<T, 2>()",
    "x.packed_accessor<T, 2, P<T, 1>, int64_t>()": "x.packed_accessor64<T, 2, P<T, 1>>()",
    "x.packed_accessor<T,\n    2, P,\n    int32_t>()": "x.packed_accessor32<T,\n    2, P>()",
    "x.template packed_accessor<T, N, P, index_t>()": "x.template generic_packed_accessor<T, N, P, index_t>()",
    "at::PackedTensorAccessor<T, N, P, int> a": "at::PackedTensorAccessor32<T, N, P> a",
    "auto o = x.options().is_variable(true)": "auto o = x.options()",
    "x.sum().toCDouble()": "x.sum().item<double>()",
}

# statement -> words of the reason
REPORTED = {
    "using at::IntList; IntList a": "by its old name below",
    "x.type() == g(x).type()": "evaluate the operands three times",
    "x.type() == at::CUDA(at::kFloat)": "no tensor to ask",
    "bool a = x.type() /* why */ == u.type()": "comment",
    "s << x.type() == u.type()": "larger expression",
    "at::zeros(x.type(), /* n */ {1})": "has to go to the end",
    "at::zeros(u.type(), {1})": "u is declared as auto",
    "at::zeros({1}, u.type())": "u is declared as auto",
    "at::zeros({1}, x.type().toBackend(at::kCUDA))": "held or changed",
    "g(x.type().toScalarType(at::kInt))": "where options are taken",
    "x.packed_accessor<T, 2, P, /* wide */ int64_t>()": "comment",
    "x.packed_accessor<T, (2)>()": "not understood",
    "PackedTensorAccessor<T, 2> a": "no namespace",
    "x.type().tensor({1})": "an order of their own",
    "at::CUDA(at::kFloat).zeros({1})": "an order of their own",
    "bool v = x.options().is_variable()": "its result is used",
    "g(y->is_variable())": "always true",
    "at::AutoNonVariableTypeMode guard": "gradients",
    "x.symeig(true)": "another order",
    "torch::qr(x)": "second argument",
    "const at::Type& t = g()": "callers and bodies",
}

KEPT = [
    "b.type() == b.type()",
    "x.device().type() == y->device().type()",
    "u.type() == v.type()",
    "b.to(b.type())",
    "at::zeros({1}, x.options())",
    "my::at::zeros({1}, x.scalar_type())",
    "b.packed_accessor<T, 2>()",
    "my::PackedTensorAccessor<T, 2> a",
    "b.is_variable()",
    "b.is_variable(true)",
    "x.type().options()",
    "b.symeig(1)",
    "my::symeig(x)",
    "u.cholesky()",
    "b.toCFloat()",
    "std::vector<int> v(3); v.data()",
    "b.data<float>()",
]


@pytest.mark.parametrize("statement", CHANGES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_change(run: Run, statement: str, newline: str) -> None:
    before = (HEAD + BODY.format(statement)).replace("\n", newline)
    after = (HEAD + BODY.format(CHANGES[statement])).replace("\n", newline)
    assert run(before).after["csrc/op.cu"].decode() == before
    assert run(before, unsafe=True).after["csrc/op.cu"].decode() == after
    assert run(after, unsafe=True).after["csrc/op.cu"].decode() == after


@pytest.mark.parametrize("statement", REPORTED)
def test_report(run: Run, statement: str) -> None:
    text = HEAD + BODY.format(statement)
    outcome = run(text, unsafe=True)
    assert outcome.after["csrc/op.cu"].decode() == text
    (finding,) = outcome.findings
    assert finding.fix.safety == "manual"
    assert REPORTED[statement] in finding.fix.reason


@pytest.mark.parametrize("statement", KEPT)
def test_keep(run: Run, statement: str) -> None:
    assert run(HEAD + BODY.format(statement), unsafe=True).findings == ()


# receiver -> what the reason says of it
SEEN = {
    "nowhere": "no declaration of nowhere in this file or its headers",
    "p->weight": "no declaration of weight in this file or its headers",
    "p->mixed": "mixed is declared as A and as at::Tensor",
    "u": "u is declared as auto",
    "w": "w is declared as auto and made from elsewhere(x).front()",
    "maker(1)": "maker is declared as T",
    "x.unheard_of()": "what unheard_of() gives is not known",
    "(*nowhere)": "no declaration of nowhere in this file or its headers",
}


@pytest.mark.parametrize("receiver", SEEN)
def test_a_finding_says_what_was_seen(run: Run, receiver: str) -> None:
    text = "struct S { A mixed; };\nstruct R { at::Tensor mixed; };\ntemplate <class T> T maker(int);\n"
    text += BODY.format(f"auto w = elsewhere(x).front(); {receiver}.data<float>()")
    (finding,) = run(HEAD + text).findings
    assert finding.fix.safety == "unsafe"
    assert finding.fix.reason.endswith(f" is a tensor: {SEEN[receiver]}")


def test_a_macro_parameter_is_seen(run: Run) -> None:
    (finding,) = run(HEAD + "#define P(x) x.data<float>()\n").findings
    assert finding.fix.reason.endswith("x is a parameter of the macro P")


@pytest.mark.parametrize(
    ("statement", "target", "severity"),
    [
        ("x.type().is_cuda()", "cu132", Severity.WARNING),
        ("x.packed_accessor<T, 2>()", "cu132", Severity.WARNING),
        ("x.toCFloat()", "cu118", Severity.ERROR),
        ("at::TensorOptions().is_variable(true)", "cu118", Severity.ERROR),
        ("c10::optional<int> o", "cu132", Severity.INFO),
        ("at::symeig(x)", "cu118", Severity.ERROR),
        ("at::qr(x)", "cu126", Severity.WARNING),
        ("g(x.is_variable())", "cu126", Severity.WARNING),
    ],
)
def test_what_still_compiles_is_a_warning(run: Run, statement: str, target: str, severity: Severity) -> None:
    (finding,) = run(HEAD + BODY.format(statement), target=target).findings
    assert finding.severity is severity


RECEIVERS = st.sampled_from(["x", "xs[0]", "(*y)", "y[0]", "x[i][j]", "p.t"])
GAPS = st.sampled_from(["", " ", "\n    ", "\t"])


@settings(max_examples=60, deadline=None)
@given(RECEIVERS, RECEIVERS, GAPS, st.sampled_from(["==", "!="]), st.sampled_from(["g(%s)", "a && %s", "%s ? a : b"]))
def test_a_comparison_keeps_what_stands_around_it(
    run: Run, left: str, right: str, gap: str, sign: str, around: str
) -> None:
    head = "struct P { at::Tensor t; };\n" + HEAD
    old = f"{left}{gap}.{gap}type(){gap} {sign} {gap}{right}.type()"
    text = head + BODY.format(f"P p; h = {around % old}")
    after = run(text, unsafe=True).after["csrc/op.cu"].decode()
    joint = "&&" if sign == "==" else "||"
    parts = [f"{left}.{part} {sign} {right}.{part}" for part in ("scalar_type()", "device().type()", "layout()")]
    flat = " ".join(after[len(head) :].replace("( ", "(").split())
    new = f" {joint} ".join(parts)
    wanted = " ".join(BODY.format(f"P p; h = {around % (new if around == 'g(%s)' else f'({new})')}").split())
    assert flat == wanted


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["float", "2", "P<T, 1>", "A::B", "const T*"]), min_size=2, max_size=3),
    st.sampled_from(["", "int64_t", "int32_t", "index_t", "size_t"]),
    st.sampled_from([", ", ",", ",\n    "]),
    st.booleans(),
)
def test_an_accessor_keeps_its_arguments(run: Run, arguments: list[str], index: str, comma: str, called: bool) -> None:
    if len(arguments) < 3 and index:
        arguments = [*arguments, "P"]
    old = comma.join([*arguments, index] if index else arguments)
    suffix = {"": "64", "int64_t": "64", "int32_t": "32"}.get(index)
    new = comma.join(arguments if suffix else [*arguments, index])
    if called:
        before, after = f"x.packed_accessor<{old}>()", f"x.packed_accessor64<{new}>()"
        after = f"x.packed_accessor{suffix}<{new}>()" if suffix else f"x.generic_packed_accessor<{new}>()"
    else:
        before = f"at::PackedTensorAccessor<{old}> a"
        after = f"at::PackedTensorAccessor{suffix}<{new}> a" if suffix else f"at::GenericPackedTensorAccessor<{new}> a"
    text = HEAD + BODY.format(before)
    assert run(text, unsafe=True).after["csrc/op.cu"].decode() == HEAD + BODY.format(after)


WORDS = st.one_of(
    st.sampled_from(
        [*"().<>,;{}[]*&=!", "->", "::", "==", "!=", "auto& t = ", "\n", " ", "/* c */", "at", "torch", "x"]
    ),
    st.sampled_from(
        ["x.type()", "t", "at::Tensor x", "at::zeros(", "x.to(", "at::CUDA(", ".toScalarType(", "at::Type& "]
    ),
    st.sampled_from(["packed_accessor<", "PackedTensorAccessor<", "int64_t", ".is_variable(", "toCFloat()", "symeig("]),
    st.sampled_from(
        ["AT_DISPATCH_ALL_TYPES(", "t.scalarType()", "#define M(x) ", "#if A\n", "#endif\n", "c10::optional"]
    ),
)


@settings(max_examples=300, deadline=None)
@example("x.packed_accessor<")
@example("==x.type()")
@example("x.type()==")
@given(st.lists(WORDS, max_size=50).map("".join))
def test_no_text_breaks_these_matchers(text: str) -> None:
    text = HEAD + text
    result = scan("op.cu", "cpp", text.encode(), RULES, Context(targets.get("cu126")))
    assert result.faults == ()
    for finding in result.findings:
        assert 0 <= finding.span.start < finding.span.end <= len(text)
        edits = sorted(edit.span for edit in finding.fix.edits)
        assert all(not a.overlaps(b) for a, b in itertools.pairwise(edits))


# Macros of ATen/Dispatch.h and Dispatch_v2.h in torch 2.13.0 -> how many scalar types stand before the type.
DISPATCH = {
    0: "ALL_TYPES ALL_TYPES_AND_COMPLEX BIT_TYPES COMPLEX_TYPES FLOATING_AND_COMPLEX_TYPES FLOATING_TYPES "
    "FLOATING_TYPES_AND_HALF INDEX_TYPES INTEGRAL_TYPES QINT_AND_SUB_BYTE_TYPES QINT_BYTE_TYPES QINT_TYPES "
    "REDUCED_FLOATING_TYPES SWITCH V2",
    1: "ALL_TYPES_AND ALL_TYPES_AND_COMPLEX_AND COMPLEX_TYPES_AND FLOATING_AND_COMPLEX_TYPES_AND1 FLOATING_TYPES_AND "
    "INTEGRAL_TYPES_AND QINT_TYPES_AND",
    2: "ALL_TYPES_AND2 ALL_TYPES_AND_COMPLEX_AND2 FLOATING_AND_COMPLEX_TYPES_AND2 FLOATING_TYPES_AND2",
    3: "ALL_TYPES_AND3 ALL_TYPES_AND_COMPLEX_AND3 FLOATING_AND_COMPLEX_TYPES_AND3 FLOATING_TYPES_AND3",
    4: "ALL_TYPES_AND_COMPLEX_AND4 FLOATING_AND_COMPLEX_TYPES_AND4 FLOATING_TYPES_AND4",
    5: "ALL_TYPES_AND_COMPLEX_AND5 FLOATING_AND_COMPLEX_TYPES_AND5 FLOATING_TYPES_AND5",
    6: "ALL_TYPES_AND_COMPLEX_AND6 FLOATING_AND_COMPLEX_TYPES_AND6",
    7: "ALL_TYPES_AND_COMPLEX_AND7",
    8: "ALL_TYPES_AND_COMPLEX_AND8",
}
MACROS = [(f"AT_DISPATCH_{name}", place) for place, names in DISPATCH.items() for name in names.split()]


@pytest.mark.parametrize(("name", "place"), MACROS)
def test_dispatch(run: Run, name: str, place: int) -> None:
    before = HEAD + BODY.format(f"{name}({'at::kHalf, ' * place}\n    x.type(), g)")
    assert run(before).after["csrc/op.cu"].decode() == before.replace("type()", "scalar_type()")
    other = HEAD + BODY.format(f"{name}({'at::kHalf, ' * place}x.scalar_type(), [&] {{ g(x.device().type()); }})")
    assert run(other).findings == ()


@pytest.mark.skipif(toolchain.torch_include() is None, reason="torch is not installed, so its headers are not here")
def test_torch_has_these_dispatch_macros() -> None:
    include = toolchain.torch_include()
    assert include
    folder = include / "ATen"
    text = (folder / "Dispatch.h").read_text() + (folder / "Dispatch_v2.h").read_text()
    macros = re.findall(r"#define (AT_DISPATCH_\w+)\(([^)]*)\)", text.replace("\\\n", " "))
    listed = [(name, [param.strip() for param in params.split(",")]) for name, params in macros]
    assert {(name, params.index("TYPE")) for name, params in listed if "TYPE" in params} == set(MACROS)
