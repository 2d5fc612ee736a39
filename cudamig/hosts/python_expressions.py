"""What expressions bind, and what their parts are looked at as by ``python_walk``."""

from __future__ import annotations

import ast

from cudamig.hosts.python_chains import (
    CALL,
    CLASSINFO,
    LOOKUP,
    PARTIAL,
    STORE,
    Chain,
    Place,
    dotted,
    last_name,
    super_call,
)
from cudamig.hosts.python_scopes import COMPREHENSION, Guard, Other
from cudamig.hosts.python_walk import Handlers, Walk


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
    if name == "getattr":
        _looked_up(walk, node, place)
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


def _looked_up(walk: Walk, node: ast.Call, place: Place) -> None:
    """``getattr(torch, "load")`` is a use of ``torch.load``; with a default it serves other versions, too."""
    if len(node.args) == 2 and isinstance(node.args[1], ast.Constant) and isinstance(node.args[1].value, str):
        root, attributes = dotted(node.args[0])
        if isinstance(root, ast.Name):
            names = (*attributes, node.args[1].value)
            walk.chains.append(Chain(root.id, names, node, place.scope, place.guard, LOOKUP, None))


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


EXPRESSIONS: Handlers = {
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.Constant: _constant,
    ast.NamedExpr: _named_expression,
    **dict.fromkeys((ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp), _comprehension),
    **dict.fromkeys((ast.IfExp, ast.BoolOp), _conditional),
}
