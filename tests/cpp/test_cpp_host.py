"""The host: tokens, brackets, branches, masks, declarations, and what must not bring it down."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudamig.hosts.cpp import CppDocument
from cudamig.hosts.cpp_branches import Branches
from cudamig.hosts.cpp_expr import chain, chain_start
from cudamig.hosts.cpp_lex import BREAK, lex
from cudamig.hosts.cpp_mask import mask
from cudamig.hosts.cpp_pairs import pair

Parse = Callable[..., CppDocument]

PIECES = st.one_of(
    st.sampled_from(["AT_CHECK", "x", "type", "1'0", "é", "漢", "🙂", " ", "\t", "\n", "\r\n", "\r", "\\\n", "\\\r\n"]),
    st.sampled_from([*"()[]{}<>.;,#\\\"'", "->", "::", "##", "// c ", "/* ", " */", 'R"(', ')"', "<<<", ">>>"]),
    st.sampled_from(
        ["#define F(a) ", "#if 0", "#ifdef A", "#else", "#elif B", "#endif", "#include <a.h>", "__global__"]
    ),
)
TEXTS = st.lists(PIECES, max_size=40).map("".join)


def words(text: str) -> list[str]:
    return [word for word in lex(text).words if word != BREAK]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a // AT_CHECK(\nb", ["a", "b"]),
        ("a // AT_CHECK \\\n AT_CHECK\nb", ["a", "b"]),
        ("a // AT_CHECK \\\r\n AT_CHECK\r\nb", ["a", "b"]),
        ("a /* AT_CHECK \n */ b", ["a", "b"]),
        ("a /* no end AT_CHECK", ["a"]),
        ('f("AT_CHECK(", x)', ["f", "(", '"AT_CHECK("', ",", "x", ")"]),
        ('"a\\"AT_CHECK" b', ['"a\\"AT_CHECK"', "b"]),
        ('R"x(AT_CHECK )" \n )x" b', ['R"x(AT_CHECK )" \n )x"', "b"]),
        ('u8R"(AT_CHECK)" b', ['u8R"(AT_CHECK)"', "b"]),
        ("'\"' AT_CHECK '\\''", ["'\"'", "AT_CHECK", "'\\''"]),
        ("1'000'000 + 1e-5f", ["1'000'000", "+", "1e-5f"]),
        ("a->b::c", ["a", "->", "b", "::", "c"]),
        ("#error don't AT_CHECK\nb", ["b"]),
        ("#pragma AT_CHECK\nb", ["b"]),
        ("#define Q '\"'  // AT_CHECK\nb", ["'\"'", "b"]),
        ("x\r\ny\rz", ["x", "y", "z"]),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_a_macro_body_goes_over_its_continuations() -> None:
    text = "#define CHECK(x, y) \\\r\n  AT_CHECK(x); \\\r\n  y  // AT_CHECK\r\nint a;\r\n"
    tokens = lex(text)
    (macro,) = tokens.macros
    assert (macro.name, macro.params) == ("CHECK", ("x", "y"))
    assert tokens.words[macro.first : macro.last] == ["AT_CHECK", "(", "x", ")", ";", "y"]
    assert tokens.words[macro.last :] == [BREAK, "int", "a", ";"]


def test_an_object_like_macro_has_no_parameters() -> None:
    (macro,) = lex("#define A (x) + 1").macros
    assert macro.params is None


@given(TEXTS)
def test_every_token_stands_where_it_says(text: str) -> None:
    tokens = lex(text)
    assert tokens.starts == sorted(tokens.starts)
    for word, start in zip(tokens.words, tokens.starts, strict=True):
        assert word == BREAK or text.startswith(word, start)
    assert all(macro.first <= macro.last <= len(tokens.words) for macro in tokens.macros)


@given(TEXTS)
def test_masking_keeps_length_and_lines(text: str) -> None:
    tokens = lex(text)
    masked = mask(tokens, pair(tokens).of, Branches(tokens.directives, tokens.macros, len(text)))
    assert masked.isascii()
    assert [m.start() for m in re.finditer("\n", masked)] == [m.start() for m in re.finditer("\n", text)]
    assert len(masked) == len(text)


@given(TEXTS)
def test_brackets_are_partners_of_each_other(text: str) -> None:
    tokens = lex(text)
    of = pair(tokens).of
    for index, word in enumerate(tokens.words):
        if word in (")", "]", "}") and of[index] >= 0:
            opener = of[index]
            assert opener < index
            assert tokens.words[opener] + word in ("()", "[]", "{}")


def test_brackets_in_branches_and_macro_bodies(parse: Parse) -> None:
    document = parse("#define B (\n#ifdef A\nif (a) {\n#else\nif (b) {\n#endif\nf();\n}\nint x[2];\n")
    opening = [i for i, word in enumerate(document.words) if word == "{"]
    (closing,) = (i for i, word in enumerate(document.words) if word == "}")
    assert document.pairs[closing] == opening[0]
    assert document.pairs[opening[1]] == -1


def test_branches_know_their_conditions(parse: Parse) -> None:
    text = (
        "#ifndef H\n#define H\na\n#if V > 1\nb\n#elif W\nc\n#else\nd\n#endif\n#if 0\ne\n#else\nf\n#endif\ng\n#endif\nh"
    )
    document = parse(text)

    def tests(letter: str) -> list[tuple[str, ...]]:
        offset = re.search(rf"^{letter}$", text, re.M).start()  # type: ignore[union-attr]  # each letter is there
        return [branch.tests for branch in document.branches.around(offset)]

    assert tests("a") == [()]
    assert tests("b") == [("V > 1",), ()]
    assert tests("c") == [("V > 1", "W"), ()]
    assert tests("d") == [("V > 1", "W", ""), ()]
    assert [branch.dead for branch in document.branches.around(text.index("\ne\n") + 1)] == [True, False]
    assert tests("f") == [("0", ""), ()]
    assert tests("g") == [()]
    assert tests("h") == []


CUDA = """
#define N 4
extern "C" {
__global__ void __launch_bounds__(256) kernel(const float* __restrict__ x, int n) {
  extern __shared__ float s[];
  CUDA_KERNEL_LOOP(i, n) { s[i] = x[i]; }
}
}
struct TORCH_API Foo { HOST_DEVICE_INLINE Foo(int a) : a_(a) {} int a_; };
void launch(at::Tensor x, cudaStream_t stream) {
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "k", ([&] {
    kernel<scalar_t><<<dim3(1, 2), 32, 0, stream>>>(x.data_ptr<scalar_t>(), a < b ? 1 : 2);
  }));
  registry(1)
#ifdef WITH_CUDA
    .apply(2)
#endif
    .done();
}
"""


def test_cuda_has_no_errors(parse: Parse) -> None:
    assert parse(CUDA).errors == 0
    assert parse(CUDA.replace("\n", "\r\n")).errors == 0


@pytest.mark.parametrize("broken", [")", "(", "#define A (\n", "int f( { return; }", "x = = 1;"])
def test_a_broken_text_has_errors(parse: Parse, broken: str) -> None:
    assert parse(CUDA + broken).errors > 0


def test_offsets_are_code_points(parse: Parse) -> None:
    text = "// é 漢 🙂\nvoid f(at::Tensor x) { x; } // 🙂\nat::Tensor y;\n"
    document = parse(text)
    for name in ("x", "y"):
        (row,) = document.declared[name]
        assert text.startswith(name, row.offset)
        assert row.type == "at::Tensor"
    assert document.declared["x"][0].end == text.index("}") + 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", "x"),
        ("return x.y", "x.y"),
        ("f(a, x.y(1)[2]", "x.y(1)[2]"),
        ("a + ns::f<T>(b)->c", "ns::f<T>(b)->c"),
        ("return (*x)", "(*x)"),
        ("if (x) y.z", "y.z"),
        ("a * b", "b"),
        ("p = x.template get<int, 2>()", "x.template get<int, 2>()"),
        ("a < b > (c)", "a < b > (c)"),
        ("::at::zeros({1, 2})", "::at::zeros({1, 2})"),
    ],
)
def test_a_chain_begins_where_its_receiver_does(parse: Parse, text: str, expected: str) -> None:
    document = parse(text)
    start = chain_start(document, len(document.words))
    assert text[document.starts[start] :] == expected
    assert chain(document, start, len(document.words))


@pytest.mark.parametrize("text", ["a + b", "c ? a.b : d.e", "a.b c", "-x", "a, b", "f(x) {", ""])
def test_what_is_no_chain(parse: Parse, text: str) -> None:
    document = parse(text)
    assert chain(document, 0, len(document.words)) is None


DEEP = 5_000


@pytest.mark.parametrize(
    "text",
    [
        "void f() { int x = " + "(" * DEEP + "1" + ")" * DEEP + "; }",
        "(" * DEEP,
        "[" * DEEP + ")" * DEEP,
        "void f() { " + "{" * DEEP + "}" * DEEP + " }",
        "int x = " + "+".join(["a.type().is_cuda()"] * 3_000) + ";",
        "void f() { x" + ".a()" * DEEP + ".data<float>(); }",
        "A<" * DEEP + "int" + ">" * DEEP + " x;",
        "AT_DISPATCH_ALL_TYPES(" * DEEP + "x.type()" + ")" * DEEP,
        "#if A\n" * DEEP + "AT_CHECK(x);\n" + "#endif\n" * DEEP,
        "#define A \\\n" + "x \\\n" * DEEP + "AT_CHECK(x)\n",
        "auto a = b; " + "".join(f"auto a{i} = a{i + 1}; " for i in range(DEEP)) + "void f() { a0.data<int>(); }",
    ],
    ids=range(11),
)
def test_deep_and_long_texts_are_read(run: Callable[..., object], parse: Parse, text: str) -> None:
    text = "#include <torch/extension.h>\n#include <THC/THC.h>\n" + text
    run(text)
    document = parse(text)
    assert document.errors >= 0
    assert isinstance(document.declared, dict)
