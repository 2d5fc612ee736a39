"""Whatever stands around old code stays as it is, in any order, line end and encoding; fixing twice is fixing once."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from cudamig.examples import Outcome

# What a piece of a file reads before and after the fixes.
PIECES = [
    ('  AT_CHECK(x.type().is_cuda(), "é AT_CHECK");\n', '  TORCH_CHECK(x.is_cuda(), "é AT_CHECK");\n'),
    (
        "  f(x.data<float>(), y->contiguous().data<int>());\n",
        "  f(x.data_ptr<float>(), y->contiguous().data_ptr<int>());\n",
    ),
    (
        '  AT_DISPATCH_ALL_TYPES(\n    x.type(), "n", ([&] { k<<<1, 2>>>(x.data<scalar_t>()); }));\n',
        '  AT_DISPATCH_ALL_TYPES(\n    x.scalar_type(), "n", ([&] { k<<<1, 2>>>(x.data_ptr<scalar_t>()); }));\n',
    ),
    (
        "#define CHECK(x)      \\\n  AT_CHECK(x.type().is_cuda(), #x); \\\n  g(x)\n",
        "#define CHECK(x)      \\\n  TORCH_CHECK(x.is_cuda(), #x); \\\n  g(x)\n",
    ),
    ("  switch (x.type().scalarType()) { default: ; }\n", "  switch (x.scalar_type()) { default: ; }\n"),
    ("#ifdef WITH_CUDA\n  AT_CHECK(a);\n#endif\n", "#ifdef WITH_CUDA\n  TORCH_CHECK(a);\n#endif\n"),
] + [
    (same, same)
    for same in (
        "  // AT_CHECK(x.type().is_cuda()) é \\\n  AT_CHECK(y)\n",
        "  /* x.data<float>() \n ü */\n",
        '  s = R"q(AT_CHECK(a) " x.data<int>() )q";\n',
        "#if TORCH_VERSION_MAJOR < 2\n  AT_CHECK(x.type().is_cuda());\n#endif\n",
        "  if (x.device().type() == at::kCUDA) v.data();\n",
        "\t\f  \n",
        "  auto n = 1'000;\r  g();\n",
        "#if 0\n  don't AT_CHECK(x);\n#endif\n",
    )
]
HEAD, TAIL = "#include <torch/extension.h>\nvoid h(at::Tensor x, at::Tensor* y) {\n", "}\n"


@settings(max_examples=80, deadline=None)
@given(
    pieces=st.lists(st.sampled_from(PIECES), max_size=10),
    newline=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "latin-1"]),
)
def test_only_the_old_code_changes(
    run: Callable[..., Outcome], pieces: list[tuple[str, str]], newline: str, encoding: str
) -> None:
    def text(side: int) -> bytes:
        whole = HEAD + "".join(piece[side] for piece in pieces) + TAIL
        return whole.replace("\n", newline).encode(encoding)

    first = run(text(0))
    assert first.after["csrc/op.cu"] == text(1)
    assert first.left == ()
    again = run(first.after["csrc/op.cu"], unsafe=True)
    assert again.after["csrc/op.cu"] == text(1)
