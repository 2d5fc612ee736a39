"""What torch before 0.4 had: losses of one element, ``volatile``, functions that are objects."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cudamig.codemods.python_scene import Scene, Seen
from cudamig.hosts.python_chains import BASE, last_name
from cudamig.model import Edit, Span, manual
from cudamig.rules.model import Rule

_SHOWN = frozenset(("float", "int", "round", "str", "print", "format", "info", "debug", "write"))


def items(scene: Scene, rule: Rule) -> Iterator[Seen]:
    """``loss.data[0]``, by the name of what is read; rewritten where a number is wanted."""
    words = set(rule.args["words"])
    numbers: set[int] = set()
    vectors: set[int] = set()  # more is taken of these
    for node in scene.nodes:  # the upper ones first
        if _wants_number(node) or (
            id(node) in numbers and isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Tuple, ast.Starred, ast.keyword))
        ):
            numbers.update(id(child) for child in ast.iter_child_nodes(node))
        if isinstance(node, (ast.Attribute, ast.Subscript)):
            vectors.add(id(node.value))
        if not _first_of_data(node) or id(node) in vectors:
            continue
        assert isinstance(node, ast.Subscript)
        assert isinstance(node.value, ast.Attribute)
        owner = node.value.value
        if not words.isdisjoint(last_name(owner).lower().rstrip("0123456789").split("_")) and not scene.foreign(owner):
            edits = [Edit(scene.document.source.path, _tail(scene, node), ".item()")]
            told = edits if id(node) in numbers else "whether it has only one element is not known"
            yield Seen(node, ast.unparse(node), scene.fix(rule, node, told))


def _wants_number(node: ast.AST) -> bool:
    """Whether the parts of a node are wanted as numbers: printed, formatted, converted, added up."""
    if isinstance(node, ast.Call):
        return last_name(node.func) in _SHOWN
    if isinstance(node, ast.AugAssign):
        return isinstance(node.op, (ast.Add, ast.Sub))
    text = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and node.left
    return isinstance(text, ast.Constant) and isinstance(text.value, str)


def _first_of_data(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)):
        return False
    zero = isinstance(node.slice, ast.Constant) and node.slice.value == 0 and node.slice.value is not False
    return zero and isinstance(node.value, ast.Attribute) and node.value.attr == "data"


def _tail(scene: Scene, node: ast.Subscript) -> Span:
    """From the dot of ``.data`` to the end; blanks and parentheses before the dot stay."""
    text, end = scene.document.source.text, scene.document.span(node.value).end
    return Span(text.rindex(".", 0, end), scene.document.span(node).end)


def stores(scene: Scene, rule: Rule) -> Iterator[Seen]:
    """Assignments to attributes that have no effect any more."""
    for node in scene.nodes:
        for target in node.targets if isinstance(node, ast.Assign) else ():
            named = isinstance(target, ast.Attribute) and target.attr in rule.args["attributes"]
            if isinstance(target, ast.Attribute) and named and scene.tensors.sure(target.value):
                yield Seen(target, target.attr, manual(rule.title, rule.reason))


def classes(scene: Scene, rule: Rule) -> Iterator[Seen]:
    """Classes whose methods have to be static; those that the module runs by ``apply`` work as they are."""
    uses = scene.document.names.uses(frozenset(("torch",)))
    bases = {id(use.chain.node) for use in uses if use.chain.role == BASE and use.name in rule.args["bases"]}
    applied = {last_name(n.value) for n in scene.nodes if isinstance(n, ast.Attribute) and n.attr == "apply"}
    for node in scene.nodes:
        if not isinstance(node, ast.ClassDef) or bases.isdisjoint(map(id, node.bases)) or node.name in applied:
            continue
        static = {last_name(target) for each in node.body if isinstance(each, ast.Assign) for target in each.targets}
        for method in node.body:
            if not isinstance(method, ast.FunctionDef) or method.name not in rule.args["methods"]:
                continue
            if not method.decorator_list and method.name not in static:
                yield Seen(node.bases[0], node.name, manual(rule.title, rule.reason))
                break
