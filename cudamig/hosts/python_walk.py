"""One pass over a module's tree: its scopes, what they bind, and every dotted name that is used.

The pass keeps a stack of its own: a tree may be nested deeper than Python's call stack allows.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

from cudamig.hosts.python_chains import ANNOTATION, CLASSINFO, VALUE, Chain, Place
from cudamig.hosts.python_nodes import fields
from cudamig.hosts.python_scopes import MODULE, Guard, Import, Scope

_JUMPS = (ast.Return, ast.Raise, ast.Continue, ast.Break)


class Walk:
    """The result of the pass: the module's scope, all imports and all chains, in no particular order.

    ``handlers`` say what a kind of node binds and what its parts are looked at as; of others all parts are looked at.
    """

    def __init__(self, tree: ast.Module, handlers: Handlers) -> None:
        self.module = Scope(MODULE, tree, None)
        self.chains: list[Chain] = []
        self.imports: list[Import] = []
        self.stars: list[Import] = []  # ``from x import *``; the target of a relative one is ""
        self._scopes = [self.module]
        self._stack: list[tuple[ast.AST, Place]] = []
        self.block(tree.body, Place(self.module, None))
        stack = self._stack
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
        for name in fields(node):
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


Handlers = dict[type[ast.AST], Callable[[Walk, Any, Place], None]]
