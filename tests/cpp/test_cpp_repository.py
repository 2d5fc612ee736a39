"""What one C++ file tells of another: own names, includes that come through a header, units that see a header."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cudamig import examples
from cudamig.examples import Outcome
from cudamig.facts import targets
from cudamig.hosts.cpp_files import Files
from cudamig.request import Request
from cudamig.rules.load import known, rule_set
from cudamig.run import Session
from cudamig.source import MAX_BYTES

RULES = [rule for rule in known() if rule.family in ("CPP", "CUD")]


def run(tree: dict[str, str], unsafe: bool = False) -> Outcome:
    outcome = examples.run(tree, RULES, unsafe=unsafe)
    assert not outcome.faults
    return outcome


def test_a_name_that_a_header_of_the_repository_defines_is_its_own() -> None:
    tree = {
        "csrc/compat.h": "#pragma once\n#ifndef AT_CHECK\n#define AT_CHECK TORCH_CHECK\n#endif\n",
        "csrc/common.h": '#include "compat.h"\n',
        "csrc/cuda/op.cu": '#include "../common.h"\nvoid f() { AT_CHECK(true); }\n',
        "other/op.cpp": "void f() { AT_CHECK(true); }\n",
    }
    outcome = run(tree)
    assert {finding.path for finding in outcome.findings} == {"other/op.cpp"}


def test_an_include_that_a_header_brings_is_not_made_again() -> None:
    tree = {
        "include/common.h": "#pragma once\n#include <ATen/cuda/Exceptions.h>\n",
        "src/op.cu": '#include <ATen/ATen.h>\n#include "common.h"\nvoid f() { THCudaCheck(g()); }\n',
    }
    expected = '#include <ATen/ATen.h>\n#include "common.h"\nvoid f() { AT_CUDA_CHECK(g()); }\n'
    assert run(tree).after["src/op.cu"].decode() == expected


def test_a_header_under_a_condition_brings_nothing() -> None:
    tree = {
        "src/common.h": "#ifdef WITH_CUDA\n#include <ATen/cuda/Exceptions.h>\n#endif\n",
        "src/op.cu": '#include <ATen/ATen.h>\n#include "common.h"\nvoid f() { THCudaCheck(g()); }\n',
    }
    assert "#include <ATen/cuda/Exceptions.h>" in run(tree).after["src/op.cu"].decode()


def test_a_thc_header_stays_while_a_unit_that_sees_it_needs_it() -> None:
    tree = {
        "src/common.h": "#include <ATen/ATen.h>\n#include <THC/THC.h>\n",
        "src/op.cu": '#include "common.h"\nvoid f() { THCudaBlas_Sgemm(g()); }\n',
    }
    outcome = run(tree, unsafe=True)
    assert outcome.after["src/common.h"].decode() == tree["src/common.h"]
    reasons = [finding.fix.reason for finding in outcome.findings if finding.path == "src/common.h"]
    assert any("src/op.cu, which includes it, still uses THCudaBlas_Sgemm" in reason for reason in reasons)


def test_a_thc_header_goes_when_its_units_are_mended() -> None:
    tree = {
        "src/common.h": "#include <ATen/ATen.h>\n#include <THC/THC.h>\n",
        "src/op.cu": '#include "common.h"\nvoid f() { THCudaCheck(g()); }\n',
    }
    outcome = run(tree)
    assert outcome.left == ()
    assert "THC" not in outcome.after["src/common.h"].decode() + outcome.after["src/op.cu"].decode()


def test_a_finding_in_a_header_names_its_units() -> None:
    tree = {
        "src/check.h": "#define CHECK(x) AT_CHECK(x, #x)\n",
        "src/all.h": '#include "check.h"\n',
        "src/a.cpp": '#include "all.h"\n',
        "src/b.cu": '#include "check.h"\n',
        "src/c.cpp": "int c;\n",
    }
    (finding,) = run(tree).findings
    assert finding.path == "src/check.h"
    assert finding.message.endswith("(included by src/a.cpp, src/b.cu)")


def test_which_file_an_include_means() -> None:
    texts = dict.fromkeys(("a/op.h", "b/op.h", "b/include/b/op.h", "b/src/x.cu", "c/x.cu", "a/x.cu"), b"")
    files = Files(texts, texts.get)
    assert files.find("a/x.cu", "op.h") == "a/op.h"
    assert files.find("b/src/x.cu", "include/b/op.h") == "b/include/b/op.h"
    assert files.find("b/src/x.cu", "b/op.h") is None  # two end so
    assert files.find("b/src/x.cu", "../op.h") == "b/op.h"
    assert files.find("c/x.cu", "op.h") is None  # three are as near
    assert files.find("c/x.cu", "torch/extension.h") is None


def test_rings_of_includes_end() -> None:
    texts = {"a.h": b'#include "b.h"\n', "b.h": b'#include "a.h"\n', "x.cu": b'#include "a.h"\n'}
    files = Files(texts, texts.get)
    assert files.seen("x.cu") == ["a.h", "b.h"]
    assert files.users("b.h") == ["a.h", "x.cu"]
    assert files.units("b.h") == ["x.cu"]


OP_H = """#pragma once
#include <torch/extension.h>
using Points = at::Tensor;
at::Tensor weights_of(const at::Tensor& x);
struct Grid { at::Tensor cells; Blob blob; float* run(); };
#define DISPATCH_REAL(TYPE, NAME, ...) AT_DISPATCH_FLOATING_TYPES(TYPE, NAME, __VA_ARGS__)
#define REAL(NAME, T, ...) DISPATCH_REAL(T, NAME, __VA_ARGS__)
#define RING(T, ...) RING(T, __VA_ARGS__)
"""


def test_what_headers_declare_tells_receivers_and_macros() -> None:
    tree = {
        "src/op.h": OP_H,
        "src/op.cpp": (
            '#include "op.h"\n'
            "float* Grid::run() { return cells.data<float>(); }\n"
            "float* f(Points p, Grid* g) { p.data<float>(); g->cells.data<float>(); return g->blob.data<float>(); }\n"
            'void h(at::Tensor x) { weights_of(x).data<float>(); DISPATCH_REAL(x.type(), "h", [&] { x; }); }\n'
            'void i(at::Tensor x) { REAL("i", x.type(), [&] { x; }); RING(x.type(), 1); }\n'
        ),
    }
    expected = (
        '#include "op.h"\n'
        "float* Grid::run() { return cells.data_ptr<float>(); }\n"
        "float* f(Points p, Grid* g) { p.data_ptr<float>(); g->cells.data_ptr<float>(); return g->blob.data<float>(); }\n"
        'void h(at::Tensor x) { weights_of(x).data_ptr<float>(); DISPATCH_REAL(x.scalar_type(), "h", [&] { x; }); }\n'
        'void i(at::Tensor x) { REAL("i", x.scalar_type(), [&] { x; }); RING(x.type(), 1); }\n'
    )
    assert run(tree).after["src/op.cpp"].decode() == expected


def test_a_class_of_a_header_is_no_tensor_of_torch() -> None:
    tree = {
        "src/tensor.h": "struct Tensor { template <class T> T* data(); };\n",
        "src/op.cpp": '#include <torch/extension.h>\n#include "tensor.h"\nint* f(Tensor& t) { return t.data<int>(); }\n',
    }
    assert run(tree, unsafe=True).findings == ()


def test_what_may_be_a_class_of_the_repository_is_left() -> None:
    tree = {
        "src/blob.h": "struct Blob { template <class T> const T* data() const { return nullptr; } };\n",
        "src/op.cpp": '#include <torch/extension.h>\n#include "blob.h"\n#define PTR(x) (x).data<float>()\n',
    }
    outcome = run(tree, unsafe=True)
    assert outcome.after == {path: text.encode() for path, text in tree.items()}
    assert [finding.fix.safety.value for finding in outcome.findings if finding.fix] == ["manual"]


STATE_H = "#pragma once\n#include <ATen/ATen.h>\n#include <THC/THC.h>\n\nextern THCState *state;\n"
USER = """#include <torch/extension.h>
#include "state.h"
void* f(int n, Rng rng) {
  seed(rng.state, rng->state);
  return %s;
}
"""


def test_a_state_that_a_header_declares_goes_when_no_unit_uses_it() -> None:
    tree = {
        "src/state.h": STATE_H,
        "src/a.cu": USER % "THCudaMalloc(state, n)",
        "src/b.cu": USER % "[](Rng* state) { return state; }(n)",
    }
    after = run(tree).after
    brought = "#include <ATen/cuda/CUDAContext.h>\n#include <c10/cuda/CUDACachingAllocator.h>\n\n"
    assert after["src/state.h"].decode() == "#pragma once\n#include <ATen/ATen.h>\n" + brought
    assert "raw_alloc(n)" in after["src/a.cu"].decode()
    assert after["src/b.cu"].decode() == tree["src/b.cu"]


def test_a_state_that_a_header_declares_stays_while_a_unit_uses_it() -> None:
    tree = {"src/state.h": STATE_H, "src/a.cu": USER % "unknown(state, n)", "src/b.cu": USER % "THCudaMalloc(state, n)"}
    outcome = run(tree)
    assert outcome.after["src/state.h"].decode() == STATE_H
    assert outcome.after["src/a.cu"].decode() == tree["src/a.cu"]


def test_outside_a_work_tree_only_what_lies_beside_a_file_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "src" / "compat.h").write_text("#define AT_CHECK TORCH_CHECK\n")
    (tmp_path / "other" / "more.h").write_text("#define THCudaCheck(x) x\n")
    (tmp_path / "src" / "op.cu").write_text(
        '#include "compat.h"\n#include "more.h"\nvoid f() { AT_CHECK(THCudaCheck(1)); }\n'
    )
    monkeypatch.chdir(tmp_path)
    row = targets.get("cu126")
    session = Session(Request(("src/op.cu",), examples.PLAIN, row, rule_set(RULES, row)))
    assert {finding.rule for finding in session.result().findings} == {"CPP131"}


def test_includes_that_are_no_headers_of_the_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere.h"
    elsewhere.write_text('#include "stdlib.h"\n')
    source = tmp_path / "repo" / "src"
    (source / "inc").mkdir(parents=True)
    (source / "inc" / "stdlib.h").write_text("int y;\n")
    os.mkfifo(source / "pipe.h")
    (source / "large.h").write_bytes(b"// " + b"x" * MAX_BYTES + b"\n#define AT_CHECK(x) x\n")
    includes = f'#include "{elsewhere}"\n#include "pipe.h"\n#include "large.h"\n#include "inc"\n'
    (source / "op.cu").write_text(includes + "void f() { AT_CHECK(1); }\n")
    monkeypatch.chdir(source.parent)
    row = targets.get("cu126")
    result = Session(Request(("src/op.cu",), examples.PLAIN, row, rule_set(RULES, row))).result()
    assert result.faults == ()
    assert [finding.rule for finding in result.findings] == ["CPP101"]
