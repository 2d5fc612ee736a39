"""The names of functions and methods that give tensors, by what they give."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, NamedTuple

TENSOR, ITEMS, BOOLEAN, BYTES, ITERATOR = "tensor", "items", "boolean", "bytes", "iterator"


class Words(NamedTuple):
    """The names of functions and methods, by what they give."""

    functions: frozenset[str]  # a tensor; dotted, below torch
    several_functions: frozenset[str]  # a tensor or several
    methods: frozenset[str]
    several_methods: frozenset[str]
    inplace: frozenset[str]  # methods that nothing but tensors has
    attributes: frozenset[str]
    booleans: frozenset[str]  # methods and functions that give tensors of truth values
    shapes: frozenset[str]  # methods that keep the elements' type

    @classmethod
    def read(cls, table: Mapping[str, Any]) -> Words:
        """From ``rules/facts/tensors.yaml``."""
        return cls(*(frozenset(str(table[name.replace("_", "-")]).split()) for name in cls._fields))


def number(node: ast.expr) -> bool:
    """Whether an expression is a literal number, with or without a sign."""
    while isinstance(node, ast.UnaryOp):
        node = node.operand
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool)
