"""A dotted name as it stands in a module, and the part it plays there."""

from __future__ import annotations

import ast
from typing import NamedTuple

from cudamig.hosts.python_scopes import Guard, Scope

CALL, DECORATOR, ANNOTATION, CLASSINFO, BASE, PARTIAL, STORE, VALUE = (
    "call",
    "decorator",  # without parentheses
    "annotation",
    "classinfo",  # second argument of isinstance or issubclass
    "base",  # of a class
    "partial",  # first argument of functools.partial
    "store",  # assigned to or deleted
    "value",
)


class Chain(NamedTuple):
    """A use of a name, with all attributes taken of it: ``torch.cuda.amp``. ``node`` spans all of it."""

    root: str
    attributes: tuple[str, ...]
    node: ast.expr
    scope: Scope
    guard: Guard | None
    role: str
    call: ast.Call | None  # whose function (role call) or first argument (role partial) it is

    @property
    def first(self) -> ast.expr:
        """The name that the chain begins with."""
        node = self.node
        while isinstance(node, ast.Attribute):
            node = node.value
        return node


class Place(NamedTuple):
    """Where a node stands: what its names mean, what it is written under, and the role that an expression plays."""

    scope: Scope
    guard: Guard | None
    role: str = VALUE
    call: ast.Call | None = None


def last_name(node: ast.expr) -> str:
    """``"partial"`` of ``functools.partial`` and of ``partial``; empty for anything that is no name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
