"""``Variable(x)``: the tensor itself where nothing else can hold it, ``x.detach()`` everywhere else.

It was never a no-op: its result has no graph. A tensor that a factory of torch has just made has none either.
"""

from __future__ import annotations

import ast
import re

from cudamig.codemods.python_cases import literal, parameter
from cudamig.codemods.python_rows import Row
from cudamig.codemods.refused import Refused
from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_calls import call_text
from cudamig.hosts.python_chains import dotted
from cudamig.hosts.python_names import Use
from cudamig.hosts.python_scopes import Scope
from cudamig.model import Edit, Safety, Span

_FACTORIES = frozenset(
    (
        *("tensor", "from_numpy", "zeros", "ones", "empty", "full", "rand", "randn", "randint", "randperm", "arange"),
        *("linspace", "logspace", "eye", "zeros_like", "ones_like", "empty_like", "full_like", "rand_like"),
        *("randn_like", "randint_like", "Tensor", "FloatTensor", "DoubleTensor", "HalfTensor", "LongTensor"),
        *("IntTensor", "ShortTensor", "CharTensor", "ByteTensor", "BoolTensor"),
    )
)
_METHODS = frozenset(  # their results have no graph where their tensor has none, whatever their arguments are
    (
        *("cuda", "cpu", "to", "type", "float", "double", "half", "long", "int", "short", "byte", "bool", "clone"),
        *("contiguous", "pin_memory", "view", "reshape", "unsqueeze", "squeeze", "expand", "repeat", "transpose"),
        *("permute", "t", "zero_", "normal_", "uniform_", "random_", "resize_", "unsqueeze_", "squeeze_"),
    )
)
_NEW = frozenset(("new", "new_tensor", "new_zeros", "new_ones", "new_full", "new_empty"))
_COUNTS = frozenset(  # methods whose results are integers or bools, which never have a graph
    ("long", "int", "short", "byte", "bool", "nonzero", "ne", "eq", "ge", "gt", "le", "lt", "argmax", "argsort")
)
_DETACHED = re.compile(r"[ \t]*\.detach\(\)")
_NO_TENSORS = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.ListComp, ast.Lambda, ast.JoinedStr)
_ATOMS = (ast.Name, ast.Attribute, ast.Call, ast.Subscript)


def change(document: PythonDocument, use: Use, row: Row) -> tuple[Row, list[Edit]]:
    """The edits that leave the tensor. Raises Refused."""
    call = use.chain.call
    text = call_text(document, call) if call else None
    value = call.args[0] if call and call.args else None
    if not call or not text or value is None or isinstance(value, ast.Starred):
        raise Refused("its tensor is not given by position")
    unknown = {argument.keyword for argument in text.arguments} - {"", "requires_grad", "volatile"}
    if unknown or len(call.args) > 2:
        raise Refused("it has arguments that are not known")
    if parameter(call, row, "volatile") is not None:
        raise Refused("`volatile` is without effect: what it was for needs `with torch.no_grad():` around the code")
    if isinstance(value, _NO_TENSORS):
        raise Refused("what it is given is no tensor, which is a TypeError")
    source, item = document.source, text.arguments[0].item
    begin, end = document.span(use.chain.node).start, document.span(call).end
    if "#" in source.text[begin : item.start] + source.text[item.end : end]:
        raise Refused("there are comments between its arguments")
    fresh, gradient = (
        _fresh(document, value, use.chain.scope),
        _gradient(document, parameter(call, row, "requires_grad")),
    )
    detached = not gradient and _DETACHED.match(source.text, end)
    suffix = ("" if fresh or detached or _counts(value) else ".detach()") + gradient
    wrapped = item.start < document.span(value).start  # in parentheses of its own
    bare = wrapped or _bare(value, source.text[item.start : item.end])
    edits = [
        Edit(source.path, Span(begin, item.start), "" if bare else "("),
        Edit(source.path, Span(item.end, end), suffix if bare else f"){suffix}"),
    ]
    row = row._replace(codemod="", to="", vanishes=True)
    if fresh:
        row = row._replace(safety=Safety.SAFE, reason="the tensor is made here, so nothing else holds it or its graph")
    return row, edits


def _gradient(document: PythonDocument, value: ast.expr | None) -> str:
    """The call that asks for gradients where they were asked for."""
    known = literal(value) if value else "False"
    if known in ("True", "False"):
        return ".requires_grad_()" if known == "True" else ""
    assert value
    return f".requires_grad_({document.source.slice(document.span(value))})"


def _fresh(document: PythonDocument, value: ast.expr, scope: Scope) -> bool:
    """Whether a tensor comes straight from a factory of torch, or of another tensor."""
    while _method(value) in _METHODS or _filled(value):
        value = value.func.value  # type: ignore[attr-defined]
    if _method(value) in _NEW:
        return True
    if not isinstance(value, ast.Call) or {keyword.arg for keyword in value.keywords} & {None, "out", "requires_grad"}:
        return False
    root, attributes = dotted(value.func)
    found = document.names.resolve(scope, root.id) if isinstance(root, ast.Name) else ()
    if not found:
        return False
    module, _, name = ".".join((found[0].target, *attributes)).rpartition(".")
    return name in _FACTORIES and module in ("torch", "torch.cuda")


def _counts(value: ast.expr) -> bool:
    """Whether a tensor is made of one that never has a graph: of integers or bools."""
    while _method(value) in _METHODS - _COUNTS:
        value = value.func.value  # type: ignore[attr-defined]
    return _method(value) in _COUNTS


def _filled(value: ast.expr) -> bool:
    """Whether an expression fills a tensor with a number; another tensor could bring a graph along."""
    return _method(value) == "fill_" and all(literal(each) for each in getattr(value, "args", ()))


def _method(value: ast.expr) -> str:
    """The name of the method that an expression calls."""
    return value.func.attr if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) else ""


def _bare(value: ast.expr, text: str) -> bool:
    """Whether a tensor can stand without parentheses: a name, an attribute, a call or an item on one line."""
    if "\\" in text:
        return False
    try:
        ast.parse(text, mode="eval")
    except SyntaxError:
        return False
    return isinstance(value, _ATOMS)
