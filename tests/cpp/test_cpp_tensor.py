"""What an expression is known to be from one file."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cudamig.hosts.cpp import CppDocument
from cudamig.hosts.cpp_expr import chain_start
from cudamig.matchers.cpp_tensor import Kind, kind_of

FILE = """
#include <torch/extension.h>
using Float = at::Tensor;
typedef std::vector<Float> Floats;
using Ring = Gnir;
using Gnir = Ring;
struct Params { at::Tensor weight; int size; Blob mixed; };
struct Other { at::Tensor mixed; static auto loop = other.loop; std::unique_ptr<at::Tensor> owned; };
at::Tensor helper(int);
template <typename T, int N>
at::Tensor f(const at::Tensor& x, at::Tensor* p, std::vector<at::Tensor> xs, c10::optional<at::Tensor> o, T t,
             const std::vector<int>& v, Blob b, at::Storage s, Params params, at::Device device, Float al,
             std::tuple<torch::Tensor, torch::Tensor> pair, Ring ring, torch::TensorList list, const float* raw) {
  auto c = x.contiguous();
  const auto& first = xs[0];
  auto z = torch::zeros_like(x);
  auto sorted = std::get<1>(x.sort(0, false));
  auto h = helper(3);
  auto st = x.storage();
  auto kind = x.type();
  auto where = device.type();
  auto n = x.size(0);
  auto unseen = from_elsewhere(x);
  at::Tensor shadow = x;
  for (const auto& item : xs) { at::Tensor y = item; { Blob shadow; %s; } }
}
"""


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("x", Kind.TENSOR),
        ("(x)", Kind.TENSOR),
        ("(*p)", Kind.TENSOR),
        ("p", Kind.TENSOR),
        ("x[0][1]", Kind.TENSOR),
        ("xs", Kind.TENSORS),
        ("xs[0]", Kind.TENSOR),
        ("xs.at(0)", Kind.TENSOR),
        ("list.front()", Kind.TENSOR),
        ("o.value()", Kind.TENSOR),
        ("o->contiguous()", Kind.TENSOR),
        ("x.to(at::kCUDA).view({-1})", Kind.TENSOR),
        ("unseen.contiguous()", Kind.TENSOR),
        ("module.forward({x}).toTensor()", Kind.TENSOR),
        ("at::empty({1}, x.options())", Kind.TENSOR),
        ("::torch::zeros({1})", Kind.TENSOR),
        ("std::get<0>(pair)", Kind.TENSOR),
        ("al", Kind.TENSOR),
        ("c", Kind.TENSOR),
        ("first", Kind.TENSOR),
        ("z", Kind.TENSOR),
        ("sorted", Kind.TENSOR),
        ("h", Kind.TENSOR),
        ("helper(1)", Kind.TENSOR),
        ("item", Kind.TENSOR),
        ("y", Kind.TENSOR),
        ("params.weight", Kind.TENSOR),
        ("this->owned", Kind.TENSOR),
        ("s", Kind.STORAGE),
        ("st", Kind.STORAGE),
        ("x.storage()", Kind.STORAGE),
        ("unseen.storage()", Kind.STORAGE),
        ("kind", Kind.TYPE),
        ("x.type()", Kind.TYPE),
        ("v", Kind.OTHER),
        ("b", Kind.OTHER),
        ("raw", Kind.OTHER),
        ("ring", Kind.OTHER),
        ("shadow", Kind.OTHER),
        ("n", Kind.OTHER),
        ("where", Kind.UNKNOWN),
        ("b.tensor()", Kind.UNKNOWN),
        ("b.loop", Kind.UNKNOWN),
        ("x.sizes()", Kind.OTHER),
        ("x.device()", Kind.OTHER),
        ("params.size", Kind.OTHER),
        ("t", Kind.UNKNOWN),
        ("unseen", Kind.UNKNOWN),
        ("unseen[0]", Kind.UNKNOWN),
        ("nowhere", Kind.UNKNOWN),
        ("nowhere->weightless", Kind.UNKNOWN),
        ("params.mixed", Kind.UNKNOWN),
        ("x.masked_thing(1)", Kind.UNKNOWN),
        ("static_cast<at::Tensor>(t)", Kind.UNKNOWN),
        ("std::get<0>(x.whatever())", Kind.UNKNOWN),
    ],
)
def test_kinds(parse: Callable[..., CppDocument], expression: str, kind: Kind) -> None:
    text = FILE.replace("%s", f"use = {expression}")
    document = parse(text)
    last = document.tokens.at(text.index("; } }"))
    assert kind_of(document, chain_start(document, last), last) is kind


def test_a_parameter_of_a_prototype_is_no_variable(parse: Callable[..., CppDocument]) -> None:
    document = parse("void f(at::Tensor x);\nvoid g() { y = x; }\n")
    last = len(document.words) - 2
    assert document.words[last - 1] == "x"
    assert kind_of(document, last - 1, last) is Kind.UNKNOWN


def test_a_macro_parameter_is_not_known(parse: Callable[..., CppDocument]) -> None:
    document = parse("at::Tensor x, y;\n#define A(x) (x)\n#define B (y)\n")
    kinds = [kind_of(document, m.first, m.last) for m in document.tokens.macros]
    assert kinds == [Kind.UNKNOWN, Kind.TENSOR]


OWN = """
struct Blob { Blob contiguous(); Blob cpu(); };
namespace mine { struct Tensor { Tensor cpu() { return *this; } }; Tensor make(); at::Tensor real(); }
struct Has { mine::Tensor get() { return {}; } at::Tensor real(int); };
void f(Blob b, mine::Tensor t, Has h, c10::IValue v) { auto made = mine::make(); use = %s; }
"""


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("b.contiguous()", Kind.OTHER),
        ("b.cpu().cpu()", Kind.OTHER),
        ("t.cpu()", Kind.OTHER),
        ("h.get().cpu()", Kind.OTHER),
        ("made", Kind.OTHER),
        ("mine::real()", Kind.TENSOR),
        ("h.real(1)", Kind.UNKNOWN),
        ("v.contiguous()", Kind.OTHER),
        ("v.toTensor().cpu()", Kind.TENSOR),
        ("at::real(b)", Kind.UNKNOWN),
    ],
)
def test_a_class_of_the_repository_is_no_tensor_by_its_methods(
    parse: Callable[..., CppDocument], expression: str, kind: Kind
) -> None:
    document = parse(OWN.replace("%s", expression))
    last = document.tokens.at(document.source.text.rindex("; }"))
    assert kind_of(document, chain_start(document, last), last) is kind
