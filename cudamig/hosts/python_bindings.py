"""What the names of one scope are bound to, and how: assigned, unpacked, looped over, annotated.

The scopes of ``python_scopes`` know how many bindings a name has; a name of which this module does not find as many is
bound in a way that nothing is known about.
"""

from __future__ import annotations

import ast
from typing import NamedTuple

from cudamig.hosts.python_nodes import every
from cudamig.hosts.python_scopes import Scope

VALUE, ITEM, TYPED, CHANGED, UNKNOWN = (
    "value",  # assigned
    "item",  # of a loop
    "typed",  # ``value`` is an annotation
    "changed",  # by an operator: ``name += value``
    "unknown",
)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (*_FUNCTIONS, *_COMPREHENSIONS, ast.ClassDef)


class Bound(NamedTuple):
    """One binding. ``part``: which part of the value it is, where that is unpacked; else -1."""

    how: str
    value: ast.expr | None = None
    part: int = -1


class Bindings:
    """The bindings of all scopes, each scope read when it is asked for."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._known: dict[Scope, dict[str, list[Bound]]] = {}

    def of(self, scope: Scope, name: str) -> tuple[Scope, list[Bound]] | None:
        """The scope that binds ``name`` as seen in ``scope``, and all its bindings; None where not all are known."""
        home = scope.home(name)
        if not home:
            return None
        if home not in self._known:
            self._known[home] = _read(home.node)
        found = self._known[home].get(name, [])
        return (home, found) if found and len(found) == len(home.bindings[name]) else None


def _read(node: ast.AST) -> dict[str, list[Bound]]:
    """The bindings that stand in a scope's own statements, not in those of scopes inside it."""
    out: dict[str, list[Bound]] = {}
    if isinstance(node, _COMPREHENSIONS):
        for generator in node.generators:
            _target(out, generator.target, ITEM, generator.iter)
        return out
    if isinstance(node, _FUNCTIONS):
        _parameters(out, node.args)
    body = getattr(node, "body", [])
    todo: list[ast.AST] = list(body) if isinstance(body, list) else [body]
    while todo:
        todo += _bind(out, todo.pop())
    return out


def _parameters(out: dict[str, list[Bound]], arguments: ast.arguments) -> None:
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        bound = Bound(TYPED, argument.annotation) if argument.annotation else Bound(UNKNOWN)
        out.setdefault(argument.arg, []).append(bound)
    for rest in (arguments.vararg, arguments.kwarg):
        if rest:
            out.setdefault(rest.arg, []).append(Bound(UNKNOWN))


def _bind(out: dict[str, list[Bound]], node: ast.AST) -> list[ast.AST]:
    """Note what ``node`` binds; the nodes of the same scope to look at next."""
    if isinstance(node, _SCOPES):
        name = getattr(node, "name", "")
        if name:
            out.setdefault(name, []).append(Bound(UNKNOWN))
        return []
    if isinstance(node, ast.Assign):
        for target in node.targets:
            _target(out, target, VALUE, node.value)
        return [node.value]
    if isinstance(node, ast.AnnAssign):
        _target(out, node.target, TYPED, node.annotation)
        return [node.value] if node.value else []
    if isinstance(node, ast.AugAssign):
        _target(out, node.target, CHANGED, node.value)
        return [node.value]
    if isinstance(node, (ast.For, ast.AsyncFor)):
        _target(out, node.target, ITEM, node.iter)
        return [node.iter, *node.body, *node.orelse]
    if isinstance(node, ast.NamedExpr):
        _target(out, node.target, VALUE, node.value)
        return [node.value]
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        out.setdefault(node.id, []).append(Bound(UNKNOWN))
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        out.setdefault(node.name, []).append(Bound(UNKNOWN))
    return list(ast.iter_child_nodes(node))


def _target(out: dict[str, list[Bound]], target: ast.expr, how: str, value: ast.expr) -> None:
    if isinstance(target, ast.Name):
        out.setdefault(target.id, []).append(Bound(how, value))
    elif isinstance(target, (ast.Tuple, ast.List)):
        parts = target.elts
        starred = any(isinstance(part, ast.Starred) for part in parts)
        values = value.elts if isinstance(value, (ast.Tuple, ast.List)) and how == VALUE else []
        for index, part in enumerate(parts):
            if not isinstance(part, ast.Name) or starred:
                _unknown(out, part)
            elif len(values) == len(parts) and not any(isinstance(each, ast.Starred) for each in values):
                _target(out, part, how, values[index])
            else:
                out.setdefault(part.id, []).append(Bound(how, value, index))


def _unknown(out: dict[str, list[Bound]], target: ast.expr) -> None:
    for node in every(target):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            out.setdefault(node.id, []).append(Bound(UNKNOWN))
