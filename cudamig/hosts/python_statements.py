"""What statements (and lambdas) bind, and what their parts are looked at as by ``python_walk``."""

from __future__ import annotations

import ast

from cudamig.hosts.python_chains import ANNOTATION, BASE, DECORATOR, VALUE, Place, last_name
from cudamig.hosts.python_scopes import CLASS, FUNCTION, Guard, Import, Other
from cudamig.hosts.python_walk import Handlers, Walk

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _import(walk: Walk, node: ast.Import, place: Place) -> None:
    for alias in node.names:
        target = alias.name if alias.asname else alias.name.partition(".")[0]
        _bind_import(walk, Import(node, alias, target, place.scope, place.guard))


def _import_from(walk: Walk, node: ast.ImportFrom, place: Place) -> None:
    """A relative import is the project's own; what a star import binds is for its readers to find out."""
    for alias in node.names:
        if alias.name == "*":
            module = "" if node.level else str(node.module)
            walk.stars.append(Import(node, alias, module, place.scope, place.guard))
        elif node.level:
            place.scope.bind(alias.asname or alias.name, Other(None))
        else:
            _bind_import(walk, Import(node, alias, f"{node.module}.{alias.name}", place.scope, place.guard))


def _bind_import(walk: Walk, found: Import) -> None:
    walk.imports.append(found)
    found.scope.bind(found.local, found)


def _function(walk: Walk, node: Function, place: Place) -> None:
    place.scope.bind(node.name, Other(None))
    walk.push(node.decorator_list, place._replace(role=DECORATOR))
    outer = _with_type_params(walk, node, place)
    walk.push([node.returns], outer._replace(role=ANNOTATION))
    walk.block(node.body, _decorated(node, _parameters(walk, node, place, outer)))


def _lambda(walk: Walk, node: ast.Lambda, place: Place) -> None:
    place = Place(place.scope, place.guard)
    walk.push([node.body], _parameters(walk, node, place, place))


def _parameters(walk: Walk, node: Function | ast.Lambda, around: Place, typed: Place) -> Place:
    """The place inside the function. Defaults are read ``around`` it, annotations where type parameters are known."""
    arguments = node.args
    walk.push([*arguments.defaults, *arguments.kw_defaults], around._replace(role=VALUE))
    scope = walk.open(FUNCTION, node, typed.scope)
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    for argument in named:
        if argument:
            scope.bind(argument.arg, Other(None))
            walk.push([argument.annotation], typed._replace(role=ANNOTATION))
    return Place(scope, around.guard)


def _class(walk: Walk, node: ast.ClassDef, place: Place) -> None:
    place.scope.bind(node.name, Other(None))
    walk.push(node.decorator_list, place._replace(role=DECORATOR))
    outer = _with_type_params(walk, node, place)
    walk.push(node.bases, outer._replace(role=BASE))
    walk.push((keyword.value for keyword in node.keywords), outer)
    walk.block(node.body, _decorated(node, Place(walk.open(CLASS, node, outer.scope), place.guard)))


def _decorated(node: Function | ast.ClassDef, place: Place) -> Place:
    """The place inside a definition: ``@skipIf(torch.__version__ ...)`` is a test around it, as ``if`` would be."""
    for each in node.decorator_list:
        if isinstance(each, ast.Call) and last_name(each.func).lower().startswith("skip"):
            place = place._replace(guard=Guard(each, place.scope, place.guard))
    return place


def _with_type_params(walk: Walk, node: ast.AST, place: Place) -> Place:
    """The place inside the type parameters of a definition (Python 3.12); ``place`` when there are none."""
    params = getattr(node, "type_params", ())
    if not params:
        return place
    scope = walk.open(FUNCTION, node, place.scope)
    for param in params:
        scope.bind(param.name, Other(None))
    walk.push(params, Place(scope, place.guard, ANNOTATION))
    return place._replace(scope=scope)


def _assign(walk: Walk, node: ast.Assign, place: Place) -> None:
    """Names remember their value, so that a version flag is known where it is tested."""
    for target in node.targets:
        names = target.elts if isinstance(target, ast.Tuple) else [target]
        for name in names:
            if isinstance(name, ast.Name):
                place.scope.bind(name.id, Other(node.value, place.guard is None and name is target))
            else:
                walk.push([name], place)
    walk.push([node.value], place)


def _annotated(walk: Walk, node: ast.AnnAssign, place: Place) -> None:
    if isinstance(node.target, ast.Name):
        place.scope.bind(node.target.id, Other(node.value))
    else:
        walk.push([node.target], place)
    walk.push([node.value], place)
    walk.push([node.annotation], place._replace(role=ANNOTATION))


def _declaration(walk: Walk, node: ast.Global | ast.Nonlocal, place: Place) -> None:
    kind = "global" if isinstance(node, ast.Global) else "nonlocal"
    place.scope.declared.update(dict.fromkeys(node.names, kind))


def _if(walk: Walk, node: ast.If, place: Place) -> None:
    inner = Place(place.scope, Guard(node.test, place.scope, place.guard))
    walk.push([node.test], inner)
    walk.block(node.body, inner)
    walk.block(node.orelse, inner)


def _with(walk: Walk, node: ast.With | ast.AsyncWith, place: Place) -> None:
    walk.push(node.items, place)
    walk.block(node.body, place._replace(guard=Guard(node, place.scope, place.guard)))


def _try(walk: Walk, node: ast.Try | ast.TryStar, place: Place) -> None:
    inner = place._replace(guard=Guard(node, place.scope, place.guard))
    walk.block(node.body, inner)
    tried = {name for statement in node.body for name in _imported(statement)}
    for handler in node.handlers:
        walk.push([handler.type], inner)
        if handler.name:
            place.scope.bind(handler.name, Other(None))
        walk.block([statement for statement in handler.body if not _unset(statement, tried)], inner)
    walk.block(node.orelse, place)
    walk.block(node.finalbody, place)


def _imported(statement: ast.stmt) -> list[str]:
    """The names that an import statement binds."""
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return [alias.asname or alias.name.partition(".")[0] for alias in statement.names]
    return []


def _unset(statement: ast.stmt, names: set[str]) -> bool:
    """``torch = None`` where the import of torch failed: the name stands for torch wherever it can be used."""
    return (
        isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Constant)
        and statement.value.value is None
        and all(isinstance(target, ast.Name) and target.id in names for target in statement.targets)
    )


def _match(walk: Walk, node: ast.MatchAs | ast.MatchStar | ast.MatchMapping, place: Place) -> None:
    name = node.rest if isinstance(node, ast.MatchMapping) else node.name
    if name:
        place.scope.bind(name, Other(None))
    walk.children(node, place)


STATEMENTS: Handlers = {
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Lambda: _lambda,
    ast.ClassDef: _class,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.If: _if,
    **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef), _function),
    **dict.fromkeys((ast.Global, ast.Nonlocal), _declaration),
    **dict.fromkeys((ast.With, ast.AsyncWith), _with),
    **dict.fromkeys((ast.Try, ast.TryStar), _try),
    **dict.fromkeys((ast.MatchAs, ast.MatchStar, ast.MatchMapping), _match),
}
