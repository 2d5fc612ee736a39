"""One pass over a module's tree: its scopes, what they bind, and every dotted name that is used.

The pass keeps a stack of its own: a tree may be nested deeper than Python's call stack allows.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

from cudamig.hosts import python_statements as statements
from cudamig.hosts.python_chains import (
    ANNOTATION,
    CALL,
    CLASSINFO,
    PARTIAL,
    STORE,
    VALUE,
    Chain,
    Place,
    dotted,
    last_name,
    super_call,
)
from cudamig.hosts.python_scopes import COMPREHENSION, MODULE, Guard, Import, Other, Scope

_JUMPS = (ast.Return, ast.Raise, ast.Continue, ast.Break)


class Walk:
    """The result of the pass: the module's scope, all imports and all chains, in no particular order."""

    def __init__(self, tree: ast.Module) -> None:
        self.module = Scope(MODULE, tree, None)
        self.chains: list[Chain] = []
        self.imports: list[Import] = []
        self._scopes = [self.module]
        self._stack: list[tuple[ast.AST, Place]] = []
        self.block(tree.body, Place(self.module, None))
        handlers, stack = _HANDLERS, self._stack
        while stack:
            node, place = stack.pop()
            handler = handlers.get(type(node))
            if handler:
                handler(self, node, place)
            else:
                self.children(node, place)
        for scope in self._scopes:
            if scope.declared:
                scope.settle()

    def push(self, nodes: Iterable[ast.AST | None], place: Place) -> None:
        """Look at ``nodes`` later."""
        self._stack.extend((node, place) for node in nodes if node is not None)

    def children(self, node: ast.AST, place: Place, skip: tuple[str, ...] = ()) -> None:
        """Look at what ``node`` holds later; an annotation and a tuple of classes hand their role down."""
        role = place.role
        handed = role == ANNOTATION or (role == CLASSINFO and isinstance(node, (ast.Tuple, ast.BinOp)))
        inner = Place(place.scope, place.guard, role if handed else VALUE)
        for name in node._fields:
            value = getattr(node, name, None)
            if name in skip:
                continue
            if isinstance(value, ast.AST):
                self._stack.append((value, inner))
            elif isinstance(value, list) and value:
                if isinstance(value[0], ast.stmt):
                    self.block(value, inner)
                else:
                    self._stack.extend((item, inner) for item in value if isinstance(item, ast.AST))

    def block(self, body: list[ast.stmt], place: Place) -> None:
        """Look at statements later. What follows ``if test: return`` stands under the test as an ``else`` would."""
        for statement in body:
            self._stack.append((statement, place))
            if isinstance(statement, ast.If) and isinstance(statement.body[-1], _JUMPS):
                place = place._replace(guard=Guard(statement.test, place.scope, place.guard))

    def open(self, kind: str, node: ast.AST, parent: Scope) -> Scope:
        """A new scope inside ``parent``."""
        scope = Scope(kind, node, parent)
        self._scopes.append(scope)
        return scope


def _name(walk: Walk, node: ast.Name, place: Place) -> None:
    if isinstance(node.ctx, ast.Load):
        walk.chains.append(Chain(node.id, (), node, *place))
    else:
        place.scope.bind(node.id, Other(None))


def _attribute(walk: Walk, node: ast.Attribute, place: Place) -> None:
    root, attributes = dotted(node)
    if not isinstance(root, ast.Name):
        walk.push([root], Place(place.scope, place.guard))
        return
    where = place if isinstance(node.ctx, ast.Load) else place._replace(role=STORE)
    walk.chains.append(Chain(root.id, attributes, node, *where))


def _call(walk: Walk, node: ast.Call, place: Place) -> None:
    inner = Place(place.scope, place.guard)
    walk.push([node.func], Place(place.scope, place.guard, CALL, node))
    name = last_name(node.func)
    base = super_call(node, place) if name == "__init__" else None
    if base:
        walk.chains.append(base)
    if name == "getattr" and len(node.args) == 3:
        # getattr(torch.amp, "autocast", torch.cuda.amp.autocast) chooses by version, as an ``if`` would.
        inner = Place(place.scope, Guard(node, place.scope, place.guard))
    walk.push((keyword.value for keyword in node.keywords), inner)
    for index, argument in enumerate(node.args):
        here = inner
        if index == 1 and name in ("isinstance", "issubclass"):
            here = inner._replace(role=CLASSINFO)
        elif index == 0 and name == "partial":
            here = inner._replace(role=PARTIAL, call=node)
        walk.push([argument], here)


def _comprehension(
    walk: Walk, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, place: Place
) -> None:
    """The first iterable belongs to the scope around."""
    inner = Place(walk.open(COMPREHENSION, node, place.scope), place.guard)
    first, *rest = node.generators
    walk.push([first.iter], Place(place.scope, place.guard))
    walk.push((first.target, *first.ifs, *rest), inner)
    walk.children(node, inner, skip=("generators",))


def _named_expression(walk: Walk, node: ast.NamedExpr, place: Place) -> None:
    place.scope.function.bind(node.target.id, Other(node.value))
    walk.push([node.value], Place(place.scope, place.guard))


def _conditional(walk: Walk, node: ast.IfExp | ast.BoolOp, place: Place) -> None:
    test = node.test if isinstance(node, ast.IfExp) else node
    walk.children(node, place._replace(guard=Guard(test, place.scope, place.guard)))


def _constant(walk: Walk, node: ast.Constant, place: Place) -> None:
    """Constants hold no names; they are skipped without a look at their fields."""


_HANDLERS: dict[type[ast.AST], Callable[[Any, Any, Place], None]] = {
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.Constant: _constant,
    ast.NamedExpr: _named_expression,
    **dict.fromkeys((ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp), _comprehension),
    **dict.fromkeys((ast.IfExp, ast.BoolOp), _conditional),
    **statements.HANDLERS,
}
