"""Masks: bytes where truth values are wanted, and truth values taken from a number."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cudamig.codemods.python_scene import Scene, Seen
from cudamig.hosts.python_dtypes import conversion
from cudamig.hosts.python_tensor_words import BOOLEAN, BYTES, number
from cudamig.model import Edit, Fix, Span
from cudamig.rules.model import Rule


def masks(scene: Scene, rule: Rule) -> Iterator[Seen]:
    """Masks that are surely bytes, in calls of the rule's methods and the functions of that name."""
    methods = set(rule.args["methods"])
    for call in scene.calls():
        name = scene.tensors.torch(call.func)
        if name in methods:
            mask = _mask(call, 1)
        elif isinstance(call.func, ast.Attribute) and call.func.attr in methods and not scene.foreign(call.func.value):
            name, mask = call.func.attr, _mask(call, 0)
        else:
            continue
        if mask and scene.tensors.sure(mask, BYTES):
            yield Seen(mask, name, _fix(scene, rule, mask))


def _mask(call: ast.Call, index: int) -> ast.expr | None:
    named = next((keyword.value for keyword in call.keywords if keyword.arg == "mask"), None)
    if named or len(call.args) <= index or any(isinstance(each, ast.Starred) for each in call.args[: index + 1]):
        return named
    return call.args[index]


def _fix(scene: Scene, rule: Rule, mask: ast.expr) -> Fix:
    """The conversion gives truth values, where it stands in the call itself."""
    call = conversion(scene.tensors, mask)
    if not call or not isinstance(call.func, ast.Attribute):
        return scene.fix(rule, mask, "the mask is made elsewhere, and may be used as a number, too")
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    typed = [each for each in arguments if scene.tensors.torch(each) == "uint8"]
    word = typed[0] if typed else call.func
    if not isinstance(word, ast.Attribute):
        return scene.fix(rule, mask, f"`{ast.unparse(word)}` is imported by that name")
    end = scene.document.span(word).end
    source = scene.document.source
    return scene.fix(rule, mask, [Edit(source.path, Span(end - len(word.attr), end), "bool")])


def minus(scene: Scene, rule: Rule) -> Iterator[Seen]:
    """``1 - mask`` where the mask is surely a tensor of truth values."""
    for node in scene.nodes:
        if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and number(node.left)):
            continue
        if scene.tensors.sure(node.right, BOOLEAN):
            yield Seen(node, ast.unparse(node), scene.fix(rule, node, rule.reason))
