"""A dotted name as it stands in a module, and the part it plays there."""

from __future__ import annotations

import ast
from typing import NamedTuple

from cudamig.hosts.python_scopes import CLASS, Guard, Scope

CALL, SUPER, DECORATOR, ANNOTATION, CLASSINFO, BASE, PARTIAL, STORE, LOOKUP, VALUE = (
    "call",
    "super",  # called as ``super().__init__``: ``node`` spans that
    "decorator",  # without parentheses
    "annotation",
    "classinfo",  # second argument of isinstance or issubclass
    "base",  # of a class
    "partial",  # first argument of functools.partial
    "store",  # assigned to or deleted
    "lookup",  # by getattr, ``node`` spans the call of it
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
    call: ast.Call | None  # whose function (roles call, super) or first argument (role partial) it is

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


def dotted(node: ast.expr) -> tuple[ast.expr, tuple[str, ...]]:
    """What attributes are taken of, and the attributes."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    return node, tuple(reversed(attributes))


def super_call(node: ast.Call, place: Place) -> Chain | None:
    """The only base of the class around ``super().__init__(...)`` or ``super(ThatClass, self).__init__(...)``."""
    func = node.func
    if not (isinstance(func, ast.Attribute) and func.attr == "__init__" and isinstance(func.value, ast.Call)):
        return None
    scope: Scope | None = place.scope
    while scope and scope.kind != CLASS:
        scope = scope.parent
    around = scope.node if scope else None
    if last_name(func.value.func) != "super" or not isinstance(around, ast.ClassDef) or len(around.bases) != 1:
        return None
    named, (root, attributes) = func.value.args[:1], dotted(around.bases[0])
    if not (scope and scope.parent and isinstance(root, ast.Name)) or (named and last_name(named[0]) != around.name):
        return None
    return Chain(root.id, attributes, func, scope.parent, place.guard, SUPER, node)
