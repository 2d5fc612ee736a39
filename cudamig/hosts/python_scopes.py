"""Scopes of a Python module and what its names are bound to.

Only imports are told apart; every other binding (assignment, parameter, loop, ``del`` ...) is one kind, and a name
that has both does not resolve. All objects here compare by identity: they hold syntax nodes.
"""

from __future__ import annotations

import ast

MODULE, FUNCTION, CLASS, COMPREHENSION = "module", "function", "class", "comprehension"


class Guard:
    """A condition or a ``try`` that code stands under, and the guard outside it."""

    __slots__ = ("node", "outer", "scope")

    def __init__(self, node: ast.AST, scope: Scope, outer: Guard | None) -> None:
        """``node``: the tested expression, or the ``try`` or ``with`` statement."""
        self.node, self.scope, self.outer = node, scope, outer


class Import:
    """One name that an import statement binds.

    ``target``: the dotted name that it stands for: ``torch`` for ``import torch.cuda.amp``, ``torch.cuda.amp`` for
    ``import torch.cuda.amp as amp``, ``torch.cuda.amp.autocast`` for ``from torch.cuda.amp import autocast``.
    """

    __slots__ = ("alias", "guard", "indirect", "local", "scope", "statement", "target")

    def __init__(
        self, statement: ast.Import | ast.ImportFrom, alias: ast.alias, target: str, scope: Scope, guard: Guard | None
    ) -> None:
        """``scope``: where the statement stands (its name may be declared global)."""
        self.statement, self.alias, self.target, self.scope, self.guard = statement, alias, target, scope, guard
        self.local = alias.asname or alias.name.partition(".")[0]
        self.indirect = False

    def through(self, name: str, target: str) -> Import:
        """``name``, which stands for ``target`` by way of this statement, though no clause of it says so.

        ``Variable`` after ``from torch.autograd import *``; ``amp`` after ``amp = torch.cuda.amp``.
        """
        found = Import(self.statement, ast.alias(name), target, self.scope, self.guard)
        found.indirect = True
        return found

    @property
    def named(self) -> bool:
        """Whether the local name stands for the target itself, so that an edit of the import can move it."""
        return isinstance(self.statement, ast.ImportFrom) or bool(self.alias.asname)

    @property
    def starred(self) -> bool:
        """Whether a star import brings the name."""
        return self.statement.names[0].name == "*"

    @property
    def unconditional(self) -> bool:
        """Whether the statement stands directly in the body of its module or function."""
        return self.statement in getattr(self.scope.node, "body", ())


class Other:
    """Any binding that is no import, with the value assigned where there is one.

    ``plain``: a statement that stands under no condition gives the name this value, whole.
    """

    __slots__ = ("plain", "value")

    def __init__(self, value: ast.expr | None, plain: bool = False) -> None:
        self.value, self.plain = value, plain


Binding = Import | Other


class Scope:
    """A module, function, class or comprehension: the names bound in it, in no particular order."""

    __slots__ = ("bindings", "declared", "kind", "node", "parent")

    def __init__(self, kind: str, node: ast.AST, parent: Scope | None) -> None:
        """``declared`` holds its ``global`` and ``nonlocal`` names, as ``"global"`` or ``"nonlocal"``."""
        self.kind, self.node, self.parent = kind, node, parent
        self.bindings: dict[str, list[Binding]] = {}
        self.declared: dict[str, str] = {}

    def bind(self, name: str, binding: Binding) -> None:
        """Add one binding of ``name``."""
        self.bindings.setdefault(name, []).append(binding)

    @property
    def module(self) -> Scope:
        """The outermost scope."""
        scope = self
        while scope.parent:
            scope = scope.parent
        return scope

    @property
    def function(self) -> Scope:
        """The nearest scope that is no comprehension: where ``:=`` binds."""
        scope = self
        while scope.kind == COMPREHENSION and scope.parent:
            scope = scope.parent
        return scope

    def lookup(self, name: str) -> list[Binding]:
        """The bindings of ``name`` that a reader in this scope sees; empty for a builtin or an unknown name."""
        home = self.home(name)
        return home.bindings[name] if home else []

    def home(self, name: str) -> Scope | None:
        """The scope that binds ``name`` for a reader in this one; None for a builtin or an unknown name."""
        scope: Scope | None = self
        while scope:
            if scope.declared.get(name) == "global":
                scope = self.module
            if (scope.kind != CLASS or scope is self) and scope.bindings.get(name):
                return scope
            scope = scope.parent
        return None

    def settle(self) -> None:
        """Move what was bound under a ``global`` or ``nonlocal`` declaration to the scope that it belongs to."""
        for name, kind in self.declared.items():
            bound = self.bindings.pop(name, [])
            home = self.module if kind == "global" else self._owner(name)
            for binding in bound:
                home.bind(name, binding)

    def _owner(self, name: str) -> Scope:
        """The enclosing function that binds a nonlocal name."""
        scope = self.parent
        while scope and scope.parent and not (scope.kind == FUNCTION and name in scope.bindings):
            scope = scope.parent
        return scope or self
