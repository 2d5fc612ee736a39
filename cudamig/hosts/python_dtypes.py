"""Which tensors of a module surely hold truth values, and which hold bytes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from cudamig.hosts.python_tensor_words import BOOLEAN, BYTES, TENSOR, number

if TYPE_CHECKING:
    from cudamig.hosts.python_tensors import Tensors

_LOGICAL = (ast.BitAnd, ast.BitOr, ast.BitXor)
_NO_ORDER = (ast.Is, ast.IsNot, ast.In, ast.NotIn)


def compared(tensors: Tensors, node: ast.expr) -> bool:
    """Whether an expression compares a tensor with something."""
    if not (isinstance(node, ast.Compare) and len(node.ops) == 1):
        return False
    return not isinstance(node.ops[0], _NO_ORDER) and tensors.holds(node.left, TENSOR)


def boolean(tensors: Tensors, node: ast.expr) -> bool:
    """Whether an expression is a tensor of truth values."""
    if isinstance(node, ast.Call):
        if tensors.torch(node.func) in tensors.words.booleans:
            return True
        func = node.func
        if not isinstance(func, ast.Attribute) or id(func) in tensors.resolved:
            return False
        if func.attr in tensors.words.shapes:
            return tensors.holds(func.value, BOOLEAN)
        asked = func.attr in tensors.words.booleans or (func.attr == "bool" and not node.args)
        return asked and tensors.holds(func.value, TENSOR)
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Invert) and tensors.holds(node.operand, BOOLEAN)
    if isinstance(node, ast.BinOp):
        both = tensors.holds(node.left, BOOLEAN) and tensors.holds(node.right, BOOLEAN)
        return isinstance(node.op, _LOGICAL) and both
    return compared(tensors, node)


def conversion(tensors: Tensors, node: ast.expr) -> ast.Call | None:
    """The call that makes bytes where an expression ends with one: ``x.byte()``, ``x.to(torch.uint8).squeeze()``."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        arguments = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "dtype")]
        if node.func.attr == "byte" and not arguments:
            return node
        if node.func.attr in ("to", "type") and any(tensors.torch(each) == "uint8" for each in arguments):
            return node
        if node.func.attr not in tensors.words.shapes:
            return None
        node = node.func.value
    return None


def in_bytes(tensors: Tensors, node: ast.expr) -> bool:
    """Whether an expression is a tensor of bytes."""
    if conversion(tensors, node):
        return True
    if isinstance(node, ast.Call):
        name = tensors.torch(node.func)
        if name:
            typed = any(each.arg == "dtype" and tensors.torch(each.value) == "uint8" for each in node.keywords)
            return name in ("ByteTensor", "cuda.ByteTensor") or (typed and name in tensors.words.functions)
        func = node.func
        return (
            isinstance(func, ast.Attribute) and func.attr in tensors.words.shapes and tensors.holds(func.value, BYTES)
        )
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Invert) and tensors.holds(node.operand, BYTES)
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Sub, *_LOGICAL)):
        left = number(node.left) or tensors.holds(node.left, BYTES)
        return left and tensors.holds(node.right, BYTES)
    return isinstance(node, ast.Subscript) and tensors.holds(node.value, BYTES)
