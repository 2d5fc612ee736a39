"""Whatever stands around old code stays as it is, in any order, line end and encoding; fixing twice is fixing once."""

from __future__ import annotations

import re
from collections.abc import Callable

from hypothesis import example, given, settings
from hypothesis import strategies as st

from cudamig.engine import scan
from cudamig.examples import Outcome
from cudamig.facts import targets
from cudamig.model import Severity
from cudamig.rules.load import known
from cudamig.rules.model import Context

RULES = [rule for rule in known() if rule.family == "CPP"]

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
    assert all(finding.severity is Severity.INFO for finding in first.left)
    again = run(first.after["csrc/op.cu"], unsafe=True)
    assert again.after["csrc/op.cu"] == text(1)


WORDS = st.one_of(
    st.sampled_from(
        [*"().<>,;{}[]*&", "->", "::", "if", "else", "return", "auto", "const", "template", "\n", " ", "//", "/*"]
    ),
    st.sampled_from(
        ["AT_CHECK", "THCudaCheck", "THCCeilDiv", "AT_DISPATCH_ALL_TYPES", "MY_DISPATCH", "at::Tensor ", "x"]
    ),
    st.sampled_from(
        ["type()", "is_cuda()", "scalarType()", "data<T>()", "#define M(x) ", "#ifdef A", "#else", "#endif", '"']
    ),
    st.sampled_from(
        ["#include <THC/THC.h>", "#include <THC/THCAtomics.cuh>", "#if 0", "\\\n", "\r\n", "auto y = x", "for"]
    ),
)
OLD = re.compile(
    r"AT_CHECK|THCudaCheck|THCCeilDiv|data|type|type\(\)\.(?:is_cuda|scalarType)|[<\"]?THC/\S*|.*#include.*\n?"
)


@settings(max_examples=300, deadline=None)
@example("v->type()->scalarType()")
@given(st.lists(WORDS, max_size=60).map("".join))
def test_no_text_breaks_a_matcher_and_edits_replace_old_names_only(text: str) -> None:
    text = "#include <torch/extension.h>\n" + text
    result = scan("op.cu", "cpp", text.encode(), RULES, Context(targets.get("cu126")))
    assert result.faults == ()
    for edit in (edit for finding in result.findings for edit in finding.fix.edits):
        assert 0 <= edit.span.start <= edit.span.end <= len(text)
        old = "".join(text[edit.span.start : edit.span.end].replace("\\", "").split())
        assert OLD.fullmatch(old) or edit.replacement.strip().startswith("#include")
