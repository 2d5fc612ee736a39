"""Code for ATen that is no fix's business, or that a person has to look at, each as it was met in real extensions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cudamig.examples import Outcome
from cudamig.model import Severity

Fixed = Callable[..., str]
Run = Callable[..., Outcome]

HEAD = "#include <torch/extension.h>\n"

KEPT = {
    "a shim of the repository": "#ifndef AT_CHECK\n#define AT_CHECK TORCH_CHECK\n#endif\nvoid f() { AT_CHECK(a); }\n",
    "an own macro": "#define AT_CHECK(cond, ...) my_check(cond)\nvoid f() { AT_CHECK(a); }\n",
    "other words": "MY_AT_CHECK(a); AT_CHECKS(b); foo::AT_CHECK(c); x.AT_CHECK(d);\n",
    "a device": "if (x.device().type() == at::kCUDA && device.type() == at::kCPU) f(x.device().is_cuda());\n",
    "a device in a dispatch": 'AT_DISPATCH_ALL_TYPES(x.scalar_type(), "n", [&] { f(x.device().type()); });\n',
    "an own dispatch on a device": "DISPATCH_DEVICE_IMPL(foo_impl, x.device().type(), y);\n",
    "vectors": "std::vector<float> v; auto a = v.data(); auto b = x.data(); auto c = x.data(1);\n",
    "an own Tensor": "class Tensor { template <class U> U* data(); };\nvoid f(Tensor& a) { a.data<int>(); }\n",
    "a Tensor from elsewhere": (
        "using tensorflow::Tensor;\nvoid f(Tensor& a, std::vector<Tensor> b) { a.data<int>(); }\n"
    ),
    "a Tensor of another library": (
        "#include <c10/util/irange.h>\nnamespace caffe2 {\nvoid f(const Tensor& x, Tensor* y) { x.data<int>(); "
        "y->data<int>(); }\n}\n"
    ),
    "another class with a type": (
        "struct Node { Type type() const; };\n"
        "bool f(Node n, pb::Field* p) { return n.type().is_cuda() && p->type().is_sparse() && n.type().scalarType(); }\n"
    ),
    "an own method": "struct A { template <class T> T* data(); int* f() { return this->data<int>(); } };\n",
    "another class": "void f(Blob b, View<float>& t, Frame* p) { b.data<float>(); t.data<int>(); p->data<int>(); }\n",
    "a comparison": "bool b = x.data < y && z > (0);\n",
    "a held scalar type": 'void f(at::Tensor x) { auto t = x.scalar_type(); AT_DISPATCH_ALL_TYPES(t, "n", g); }\n',
    "a scalar type by argument": 'void f(at::ScalarType type) { AT_DISPATCH_ALL_TYPES(type, "n", g); }\n',
    "a function of the repository": "template <class T> T THCCeilDiv(T a) { return a; }\nint i = THCCeilDiv(a);\n",
    "a prototype of the repository": "int THCCeilDiv(int a, int b);\nint i = THCCeilDiv(a, b);\n",
    "a dead branch": "#if 0\nAT_CHECK(a); x.type().is_cuda();\n#endif\n",
    "other includes": '#include "THC.h"\n#include <THCUNN/generic.h>\n#include <NOTTHC/THC.h>\n',
    "an error line": "#error AT_CHECK(x) is gone\n",
}


@pytest.mark.parametrize("name", KEPT)
def test_keep(run: Run, name: str) -> None:
    outcome = run(HEAD + KEPT[name], unsafe=True)
    assert outcome.findings == ()
    assert outcome.after["csrc/op.cu"].decode() == HEAD + KEPT[name]


GUARDED = {
    "a shim for an older torch": "#ifndef TORCH_CHECK\n#define TORCH_CHECK AT_CHECK\n#endif\n",
    "a test of the new name": "#ifdef TORCH_CHECK\nTORCH_CHECK(a);\n#else\nAT_CHECK(a);\n#endif\n",
    "a torch version": "#if TORCH_VERSION_MAJOR == 1\nAT_CHECK(x.type().is_cuda());\n#endif\n",
    "the else of a version": "#if TORCH_VERSION_MAJOR >= 2\nf();\n#elif A\ng();\n#else\nTHCudaCheck(h());\n#endif\n",
    "a named version": "#ifdef TORCH_1_5\n#else\nAT_DISPATCH_ALL_TYPES(x.type(), n, f);\n#endif\n",
    "a version macro of the repository": "#ifdef VERSION_GE_1_3\n#else\nat::Tensor x; f(x.data<float>());\n#endif\n",
    "a CUDA version around it all": "#if CUDA_VERSION < 11000\n#ifdef A\nTHCudaCheck(x);\n#endif\n#endif\n",
    "a runtime version": "#if defined(CUDART_VERSION) && CUDART_VERSION < 9000\nTHCudaCheck(x);\n#endif\n",
    "a test for a header": "#if __has_include(<THC/THC.h>)\n#include <THC/THC.h>\n#endif\n",
}


@pytest.mark.parametrize("name", GUARDED)
def test_told_and_left(run: Run, name: str) -> None:
    outcome = run(HEAD + GUARDED[name], unsafe=True)
    assert {finding.severity for finding in outcome.findings} == {Severity.INFO}
    assert all("#if" in finding.fix.reason for finding in outcome.findings)
    assert outcome.after["csrc/op.cu"].decode() == HEAD + GUARDED[name]


def test_the_side_of_a_test_is_told(run: Run) -> None:
    text = "#ifdef VERSION_GE_1_1\nat::IntArrayRef a;\n#else\nat::IntList a;\nat::IntList b;\n#endif\n"
    (finding,) = run(HEAD + text).findings
    assert "in the #else of #if defined(VERSION_GE_1_1)" in finding.fix.reason
    assert "2 places in this file" in finding.message
    (finding,) = run(HEAD + "#if TORCH_VERSION_MAJOR < 2\nat::IntList a;\n#endif\n").findings
    assert "behind #if TORCH_VERSION_MAJOR < 2" in finding.fix.reason


def test_optional_is_told_once_for_a_file(run: Run) -> None:
    text = HEAD + "c10::optional<int> f();\nint g(at::optional<int> x = c10::nullopt);\nusing c10::nullopt_t;\n"
    assert [finding.message[-14:] for finding in run(text).findings] == [" in this file)", "std::nullopt_t"]
    fixed = run(text, unsafe=True).after["csrc/op.cu"].decode()
    assert "std::optional<int> f();\nint g(std::optional<int> x = std::nullopt);" in fixed


def test_a_place_to_ignore_stays_apart(run: Run) -> None:
    line = "c10::optional<int> g();  // cudamig: ignore[CPP125]\n"
    fixed = run(HEAD + "c10::optional<int> f();\n" + line, unsafe=True).after["csrc/op.cu"].decode()
    assert fixed == HEAD + "std::optional<int> f();\n" + line


REPORTED = {
    "an unbraced if before an else, without a semicolon": ("if (a) AT_CHECK(b) else f();\n", "bare if"),
    "the new name defined by the old": ("#define TORCH_CHECK AT_CHECK\n", "remove that definition"),
    "a macro that is not called": ("FORWARD(AT_CHECK)\n", "not called"),
    "THCudaCheck as an expression": ("int f() { return THCudaCheck(a), 0; }\n", "expression"),
    "a type in a variable": (
        'void f(at::Tensor x) { auto t = x.type(); AT_DISPATCH_ALL_TYPES(t, "n", g); run(t); }\n',
        "more than its scalar type",
    ),
    "a type by argument": ('void f(const at::Type& t) { AT_DISPATCH_ALL_TYPES(t, "n", g); }\n', "holds"),
    "a macro of another file": ("DISPATCH_FLOAT_AND_HALF(x.type(), 0, f);\n", "does not show"),
    "a macro that does more with the type": (
        "#define DISPATCH_IT(T, ...) g(T); AT_DISPATCH_ALL_TYPES(T, __VA_ARGS__)\nDISPATCH_IT(x.type(), f);\n",
        "does not show",
    ),
    "a type by argument in brackets": (
        'void f(const at::Type& t) { AT_DISPATCH_ALL_TYPES((t), "n", g); }\n',
        "holds",
    ),
    "a choice of types": ('AT_DISPATCH_ALL_TYPES(a ? x.type() : y.type(), "n", f);\n', "more than one chain"),
    "a number's type": ('void f(at::Scalar s) { AT_DISPATCH_ALL_TYPES(s.type(), "n", g); }\n', "something else"),
    "a comment in a chain": ("bool b = x.type() /* legacy */ .is_cuda();\n", "comment"),
    "a storage": ("float* p = x.storage().data<float>();\n", "Storage"),
    "names of THC that are left": (
        "THCudaBlas_Sgemm(state, 1);\n",
        "no call takes its place",
    ),
    "a header of THC that is not known": ("#include <THC/THCReduce.cuh>\n", "not known"),
    "braces of C around an include": ('extern "C" {\n#include <THC/THC.h>\n}\nat::cuda::f();\n', "braces"),
}


@pytest.mark.parametrize("name", REPORTED)
def test_report(run: Run, name: str) -> None:
    text, reason = REPORTED[name]
    outcome = run(HEAD + text, unsafe=True)
    assert outcome.after["csrc/op.cu"].decode() == HEAD + text
    assert {finding.fix.safety for finding in outcome.findings} == {"manual"}
    assert reason in outcome.findings[-1].fix.reason


UNSAFE = {
    "a type in a variable": (
        'void f(at::Tensor x) { auto t = x.type(); AT_DISPATCH_ALL_TYPES(t, "n", g); }\n',
        'void f(at::Tensor x) { auto t = x.scalar_type(); AT_DISPATCH_ALL_TYPES(t, "n", g); }\n',
    ),
    "a type in a variable, of which another tensor with that name knows nothing": (
        "void f(at::Tensor x) {\n  const at::Type &t = x[0].type();\n  AT_DISPATCH_ALL_TYPES((t), n, [&] {\n"
        "    g(t.scalarType()); { at::Tensor t; t.sizes(); y.t(); }\n  });\n}\n",
        "void f(at::Tensor x) {\n  const auto t = x[0].scalar_type();\n  AT_DISPATCH_ALL_TYPES((t), n, [&] {\n"
        "    g(t); { at::Tensor t; t.sizes(); y.t(); }\n  });\n}\n",
    ),
    "a receiver that is not declared here": (
        "float* p = params_->weight.data<float>();\n",
        "float* p = params_->weight.data_ptr<float>();\n",
    ),
    "a macro parameter": ("#define P(x) x.data<float>()\n", "#define P(x) x.data_ptr<float>()\n"),
    "a template parameter": (
        "template <typename T> void f(T x) { x.template data<int>(); }\n",
        "template <typename T> void f(T x) { x.template data_ptr<int>(); }\n",
    ),
    "a template parameter of torch's name": (
        "template <class Tensor> void f(Tensor x) { x.template data<int>(); }\n",
        "template <class Tensor> void f(Tensor x) { x.template data_ptr<int>(); }\n",
    ),
    "an include in quotes": ('#include "THC/THCAtomics.cuh"\n', '#include "ATen/cuda/Atomic.cuh"\n'),
    "an include with a comment": ("#include <THC/THC.h>  // for the stream\nint i;\n", "int i;\n"),
}


@pytest.mark.parametrize("name", UNSAFE)
def test_unsafe(run: Run, name: str) -> None:
    before, after = (HEAD + text for text in UNSAFE[name])
    assert run(before).after["csrc/op.cu"].decode() == before
    assert run(before, unsafe=True).after["csrc/op.cu"].decode() == after
