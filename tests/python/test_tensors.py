"""Which expressions are surely tensors, and which only look like it."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudamig.facts import store
from cudamig.hosts.python import parse
from cudamig.hosts.python_tensor_words import BOOLEAN, BYTES, TENSOR, Words
from cudamig.hosts.python_tensors import Tensors
from cudamig.source import Source

HEAD = "import torch\nimport torch.nn.functional as F\nimport numpy as np\nfrom torch import nn, randn, Tensor\n"


def sure(text: str, what: str = TENSOR) -> bool:
    """Whether ``X`` in the statement ``use(X)`` of ``text`` is ``what``."""
    document = parse(Source("a.py", (HEAD + text).encode(), "python"))
    tensors = Tensors(document.names, Words.read(store.load("facts-tensors")))
    calls = [node for node in document.names.every if isinstance(node, ast.Call)]
    use = next(call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "use")
    return tensors.sure(use.args[0], what)


SURE = {
    "function": "use(torch.randn(2))",
    "imported": "use(randn(2))",
    "functional": "use(F.relu(y))",
    "parameter": "use(nn.Parameter(y))",
    "name": "x = randn(2)\nuse(x)",
    "itself": "x = randn(2)\nx = x.view(-1) + 1\nx += y\nuse(x)",
    "all branches": "if a:\n    x = randn(2)\nelse:\n    x = torch.zeros(2)\nuse(x)",
    "closure": "x = randn(2)\ndef f():\n    return lambda: use(x)",
    "annotated": "def f(x: torch.Tensor, *rest): use(x.sum())",
    "optional": "def f(x: Tensor | None): use(x)",
    "attributes": "def f(p: Tensor): use(p.grad.data)",
    "gradient": "use(p.grad.data)",
    "inplace": "use(state['exp_avg'].mul_(beta))",
    "parameters": "for p in model.parameters(): use(p)",
    "named": "for name, p in model.named_parameters(): use(p)",
    "filtered": "ps = list(filter(lambda p: p.requires_grad, net.parameters()))\nfor p in ps: use(p)",
    "group": "for group in self.param_groups:\n    for p in group['params']: use(p)",
    "zip": "for i, p in zip(range(9), net.parameters()): use(p)",
    "enumerate": "for i, p in enumerate(net.parameters()): use(p)",
    "comprehension": "[use(p) for p in net.parameters()]",
    "unpacked": "values, at = randn(2).max(0)\nuse(at)",
    "pair": "a, b = randn(2), torch.ones(2)\nuse(b)",
    "saved": "a, b = ctx.saved_tensors\nuse(b)",
    "number left": "use(2 * randn(2))",
    "sliced": "use(randn(2, 2)[:, None])",
    "walrus": "use((x := randn(2)))",
}
UNSURE = {
    "unknown": "use(x)",
    "parameter": "def f(x): use(x)",
    "numpy": "use(np.zeros(2))",
    "another binding": "x = randn(2)\nx = read()\nuse(x)",
    "loop": "x = randn(2)\nfor x in things: use(x)",
    "import": "x = randn(2)\nfrom y import x\nuse(x)",
    "deleted": "x = randn(2)\ndel x\nuse(x)",
    "handler": "x = randn(2)\ntry: pass\nexcept E as x: use(x)",
    "only changed": "x += 1\nuse(x)",
    "pattern": "x = randn(2)\nmatch y:\n    case [x]: use(x)",
    "global": "x = randn(2)\ndef f():\n    global x\n    x = 1\nuse(x)",
    "number": "use(randn(2).item())",
    "list": "use(randn(2).tolist())",
    "size": "use(randn(2).shape)",
    "text": "use('%s' % randn(2))",
    "array left": "use(np.ones(2) * randn(2))",
    "type": "use(randn(2).type())",
    "shadowed": "def f(randn): use(randn(2))",
    "starred": "a, *x = randn(2), 1\nuse(x)",
    "one side": "use(randn(2) if a else None)",
    "identity": "use(randn(2) is None)",
    "self": "use(self.add_(1))",
    "part of a tuple": "for i, p in enumerate(net.parameters()): use(i)",
}


@pytest.mark.parametrize("name", SURE)
def test_sure(name: str) -> None:
    assert sure(SURE[name])


@pytest.mark.parametrize("name", UNSURE)
def test_not_sure(name: str) -> None:
    assert not sure(UNSURE[name])


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("use(randn(2) > 0)", BOOLEAN),
        ("m = randn(2).eq(0) & ~torch.isnan(y)\nuse(m.unsqueeze(0))", BOOLEAN),
        ("use(m.byte())", BYTES),
        ("m = torch.ones(2, dtype=torch.uint8)\nuse(1 - m[0])", BYTES),
        ("use(m.to(dtype=torch.uint8).expand(2))", BYTES),
    ],
)
def test_element_types(text: str, what: str) -> None:
    assert sure(text, what)
    assert not sure(text.replace("use(", "use(read() or ", 1), what)


def test_a_chain_of_names_ends() -> None:
    """Every name is bound twice to the one before it: two to the hundredth ways without an end."""
    lines = [f"x{n} = x{n - 1}\nx{n} = x{n - 1}.t()" for n in range(1, 100)]
    assert not sure("x0 = read()\n" + "\n".join(lines) + "\nuse(x99)")


PIECES = ["x", "y", "randn(2)", "1", "x.add(1, y)", "y.max(1)", "(x, y)", "[x for x in y]", "lambda x: y", "(x := y)"]


@given(st.lists(st.tuples(st.sampled_from(["x", "y", "x, y", "x.a", "*x, y"]), st.sampled_from(PIECES))))
def test_any_bindings(bound: list[tuple[str, str]]) -> None:
    sure("".join(f"{target} = {value}\n" for target, value in bound) + "use(x)")
