"""Places where a codemod for ATen goes wrong, each as it was met in real extensions: text in, text out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cudamig.examples import Outcome

Fixed = Callable[..., str]
Run = Callable[..., Outcome]

HEAD = "#include <torch/extension.h>\n"

CHANGES = {
    "a test that only sounds like a version": (
        "#ifndef NO_CONVERSIONS\nAT_CHECK(a);\n#endif\n",
        "#ifndef NO_CONVERSIONS\nTORCH_CHECK(a);\n#endif\n",
    ),
    "two old things in one macro body": (
        "#define CHECK_CUDA(x)                                  \\\n  do {                 \\\n"
        '    AT_CHECK(x.type().is_cuda(), #x " must be CUDA"); \\\n  } while (0)\n',
        "#define CHECK_CUDA(x)                                  \\\n  do {                 \\\n"
        '    TORCH_CHECK(x.is_cuda(), #x " must be CUDA"); \\\n  } while (0)\n',
    ),
    "a macro body over two lines": (
        "#define CHECK_INT(x) \\\n  AT_CHECK(x.scalar_type() == at::ScalarType::Int, \\\n           #x)\n",
        "#define CHECK_INT(x) \\\n  TORCH_CHECK(x.scalar_type() == at::ScalarType::Int, \\\n           #x)\n",
    ),
    "a macro in a macro": (
        "#define A(x) AT_CHECK(x, #x)\n#define B(x) A(x); A(x.type().is_cuda())\n",
        "#define A(x) TORCH_CHECK(x, #x)\n#define B(x) A(x); A(x.is_cuda())\n",
    ),
    "a Tensor that is named to be of torch, beside others": (
        "namespace caffe2 { void g(); }\nclass Tensor;\nusing at::Tensor;\nusing at::zeros;\n"
        "void f(Tensor a, at::Tensor b, std::vector<at::Tensor> c) {\n"
        "  a.data<int>(); b.data<int>(); c[0].data<int>();\n}\n",
        "namespace caffe2 { void g(); }\nclass Tensor;\nusing at::Tensor;\nusing at::zeros;\n"
        "void f(Tensor a, at::Tensor b, std::vector<at::Tensor> c) {\n"
        "  a.data_ptr<int>(); b.data_ptr<int>(); c[0].data_ptr<int>();\n}\n",
    ),
    "an alias of the macro": ("#define MY_CHECK AT_CHECK\n", "#define MY_CHECK TORCH_CHECK\n"),
    "comments and strings": (
        'AT_CHECK(a, "AT_CHECK(x)"); // AT_CHECK(x.type())\n/* AT_CHECK(y) */ auto s = R"(AT_CHECK(z))";\n',
        'TORCH_CHECK(a, "AT_CHECK(x)"); // AT_CHECK(x.type())\n/* AT_CHECK(y) */ auto s = R"(AT_CHECK(z))";\n',
    ),
    "a call over lines": (
        "AT_CHECK(\n    a,\n    // why\n    b);\n",
        "TORCH_CHECK(\n    a,\n    // why\n    b);\n",
    ),
    "an if with a braced body": (
        "if (a) { AT_CHECK(b); } else { AT_CHECK(c); }\nif (a) AT_CHECK(b);\nf();\n",
        "if (a) { TORCH_CHECK(b); } else { TORCH_CHECK(c); }\nif (a) TORCH_CHECK(b);\nf();\n",
    ),
    "a macro without a semicolon before it": ("BEGIN_CHECKS\nAT_CHECK(a);\n", "BEGIN_CHECKS\nTORCH_CHECK(a);\n"),
    "a chain over lines": (
        "bool b = x\n    .type()\n    .is_cuda();\n",
        "bool b = x\n    .is_cuda();\n",
    ),
    "a chain in a macro body over lines": (
        "#define F(x) x.type() \\\n    .is_cuda()\n",
        "#define F(x) x.is_cuda()\n",
    ),
    "spaces in a chain": ("bool b = x . type ( ) . is_cuda ( );\n", "bool b = x . is_cuda ( );\n"),
    "an argument with its place": (
        "bool f(at::TensorArg x) { return x->type().is_cuda(); }\n",
        "bool f(at::TensorArg x) { return x->is_cuda(); }\n",
    ),
    "an arrow": ("bool b = x->type().is_cuda();\n", "bool b = x->is_cuda();\n"),
    "scalarType": ("auto k = xs[0].type().scalarType();\n", "auto k = xs[0].scalar_type();\n"),
    "a dispatch on a type in brackets": (
        'AT_DISPATCH_ALL_TYPES((x.type()), "n", [&] { f(); });\n',
        'AT_DISPATCH_ALL_TYPES((x.scalar_type()), "n", [&] { f(); });\n',
    ),
    "an own dispatch that puts its parameter in brackets": (
        "#define DISPATCH_IT(T, ...) AT_DISPATCH_ALL_TYPES((T), __VA_ARGS__)\nDISPATCH_IT(x.type(), f);\n",
        "#define DISPATCH_IT(T, ...) AT_DISPATCH_ALL_TYPES((T), __VA_ARGS__)\nDISPATCH_IT(x.scalar_type(), f);\n",
    ),
    "an own dispatch of another name": (
        "#define FOR_TYPES(T, ...) AT_DISPATCH_ALL_TYPES(T, __VA_ARGS__)\nFOR_TYPES(x.type(), f);\n",
        "#define FOR_TYPES(T, ...) AT_DISPATCH_ALL_TYPES(T, __VA_ARGS__)\nFOR_TYPES(x.scalar_type(), f);\n",
    ),
    "a dispatch on the next line": (
        'AT_DISPATCH_FLOATING_TYPES_AND_HALF(\n    x.type(), "n", ([&] {\n'
        "      f(x.contiguous().data<scalar_t>());\n    }));\n",
        'AT_DISPATCH_FLOATING_TYPES_AND_HALF(\n    x.scalar_type(), "n", ([&] {\n'
        "      f(x.contiguous().data_ptr<scalar_t>());\n    }));\n",
    ),
    "a dispatch with scalar types first": (
        'AT_DISPATCH_ALL_TYPES_AND2(at::kHalf, at::kBool, xs.at(0)->type(), "n", [&] {});\n',
        'AT_DISPATCH_ALL_TYPES_AND2(at::kHalf, at::kBool, xs.at(0)->scalar_type(), "n", [&] {});\n',
    ),
    "a dispatch on a scalarType": (
        'AT_DISPATCH_ALL_TYPES(x.type().scalarType(), "n", [&] {});\n',
        'AT_DISPATCH_ALL_TYPES(x.scalar_type(), "n", [&] {});\n',
    ),
    "a dispatch in a macro body": (
        '#define RUN(x, ...) AT_DISPATCH_ALL_TYPES(x.type(), "n", __VA_ARGS__)\n',
        '#define RUN(x, ...) AT_DISPATCH_ALL_TYPES(x.scalar_type(), "n", __VA_ARGS__)\n',
    ),
    "an own macro that hands its type on": (
        "#define DISPATCH_ALL(TYPE, NAME, ...) \\\n  AT_DISPATCH_ALL_TYPES_AND(at::kHalf, TYPE, NAME, __VA_ARGS__)\n"
        'DISPATCH_ALL(x.type(), "n", [&] {});\n',
        "#define DISPATCH_ALL(TYPE, NAME, ...) \\\n  AT_DISPATCH_ALL_TYPES_AND(at::kHalf, TYPE, NAME, __VA_ARGS__)\n"
        'DISPATCH_ALL(x.scalar_type(), "n", [&] {});\n',
    ),
    "receivers of data": (
        "void f(at::Tensor x, at::Tensor* t, std::vector<at::Tensor> xs) {\n"
        "  g(x.data<float>(), t->data<int>(), xs[i + 1].data<A<int, B<2>>>(), (*t).data<long>());\n}\n",
        "void f(at::Tensor x, at::Tensor* t, std::vector<at::Tensor> xs) {\n"
        "  g(x.data_ptr<float>(), t->data_ptr<int>(), xs[i + 1].data_ptr<A<int, B<2>>>(), (*t).data_ptr<long>());\n}\n",
    ),
    "a template keyword": (
        "template <typename T> void f(const at::Tensor& x) { g(x.template data<T>()); }\n",
        "template <typename T> void f(const at::Tensor& x) { g(x.template data_ptr<T>()); }\n",
    ),
    "a kernel launch": (
        "void f(at::Tensor x) { k<float><<<dim3(1, 2), 32, 0, s>>>(x.data<float>(), a < b); }\n",
        "void f(at::Tensor x) { k<float><<<dim3(1, 2), 32, 0, s>>>(x.data_ptr<float>(), a < b); }\n",
    ),
    "a dead branch beside a live one": (
        "#if 0\nAT_CHECK(a);\n#else\nAT_CHECK(b);\n#endif\n",
        "#if 0\nAT_CHECK(a);\n#else\nTORCH_CHECK(b);\n#endif\n",
    ),
    "a test of something else than a version": (
        "#ifdef WITH_CUDA\nAT_CHECK(a);\n#else\nAT_CHECK(b);\n#endif\n#if __CUDA_ARCH__ >= 530\nAT_CHECK(c);\n#endif\n",
        "#ifdef WITH_CUDA\nTORCH_CHECK(a);\n#else\nTORCH_CHECK(b);\n#endif\n"
        "#if __CUDA_ARCH__ >= 530\nTORCH_CHECK(c);\n#endif\n",
    ),
    "an include guard with VERSION in its name": (
        "#ifndef MY_VERSION_H\n#define MY_VERSION_H\nAT_CHECK(a);\n#endif\n",
        "#ifndef MY_VERSION_H\n#define MY_VERSION_H\nTORCH_CHECK(a);\n#endif\n",
    ),
    "statements of THCudaCheck": (
        "#define CK(x) THCudaCheck(x)\nvoid f() {\n  if (a) THCudaCheck(b); else THCudaCheck(c);\n}\n",
        "#include <ATen/cuda/Exceptions.h>\n#define CK(x) AT_CUDA_CHECK(x)\nvoid f() {\n"
        "  if (a) AT_CUDA_CHECK(b); else AT_CUDA_CHECK(c);\n}\n",
    ),
    "nested calls": (
        "dim3 g(std::min(THCCeilDiv(THCCeilDiv((long)n, 2L), 512L), 4096L));\n",
        "#include <ATen/ceil_div.h>\ndim3 g(std::min(at::ceil_div(at::ceil_div((long)n, 2L), 512L), 4096L));\n",
    ),
    "template arguments of a function": (
        "int g = THCCeilDiv<int>(n, 512);\n",
        "#include <ATen/ceil_div.h>\nint g = at::ceil_div<int>(n, 512);\n",
    ),
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("name", CHANGES)
def test_change(fixed: Fixed, name: str, newline: str) -> None:
    before, after = (HEAD + text for text in CHANGES[name])
    assert fixed(before.replace("\n", newline)) == after.replace("\n", newline)


def test_code_that_is_not_torch_is_left_alone(run: Run) -> None:
    assert (
        run(
            "#include <paddle/extension.h>\nvoid f(paddle::Tensor x, Tensor y) { x.data<float>(); y.data<int>(); }\n"
        ).findings
        == ()
    )


def test_findings_tell_place_severity_and_reason(run: Run) -> None:
    text = HEAD + "void f(at::Tensor x) {\n  AT_CHECK(x.contiguous().data<int>());\n}\n"
    check, data = run(text).findings
    assert text[check.span.start : check.span.end] == "AT_CHECK"
    assert text[data.span.start : data.span.end] == "x.contiguous().data"
    assert (check.severity, data.severity) == ("error", "warning")
    assert check.message == "AT_CHECK is gone since torch 1.5; its new name is TORCH_CHECK"
    assert data.message == "Tensor.data<T>() is deprecated since torch 1.3; use data_ptr"


def test_prose_in_a_dead_branch_decides_nothing(fixed: Fixed) -> None:
    text = HEAD + "#if 0\ndon't AT_CHECK(x); /* \n#define AT_CHECK x\n*/ THCState\n#endif\n"
    after = HEAD + text.removeprefix(HEAD) + "TORCH_CHECK(y);\n"
    assert fixed(HEAD + "#include <THC/THC.h>\n" + text.removeprefix(HEAD) + "AT_CHECK(y);\n") == after


def test_a_fix_keeps_what_is_not_utf8(run: Run) -> None:
    before = b'// caf\xe9\nvoid f() { AT_CHECK(a, "\xe9"); }  // \xe9\n'
    assert run(before).after["csrc/op.cu"] == before.replace(b"AT_CHECK", b"TORCH_CHECK")


def test_a_fix_keeps_a_byte_order_mark(run: Run) -> None:
    before = "\ufeff// 漢 🙂\nbool b = x.type().is_cuda();  // é\n".encode()
    assert run(before).after["csrc/op.cu"] == before.replace(b"type().", b"")


@pytest.mark.parametrize("path", ["a.cuh", "a.h", "a.hpp", "a.inl", "a.cc", "a.cxx"])
def test_every_kind_of_file_is_read(run: Run, path: str) -> None:
    assert run("#define C(x) AT_CHECK(x)\n", path).after[path] == b"#define C(x) TORCH_CHECK(x)\n"
