"""``x.add_(0.5, y)`` -> ``x.add_(y, alpha=0.5)``: calls whose leading number became a keyword."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cudamig.codemods.python_scene import Scene, Seen
from cudamig.hosts.python_calls import Argument, call_text
from cudamig.model import Edit, Fix, Safety, Span
from cudamig.rules.model import Rule

_NO_NUMBERS = (
    *(ast.List, ast.Tuple, ast.Dict, ast.Set, ast.JoinedStr, ast.Lambda, ast.Compare),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
_EFFECTS = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)
_PURE = frozenset(("float", "int", "len", "abs", "min", "max", "sqrt", "pow", "item", "size", "sign", "norm", "sum"))


def find(scene: Scene, rule: Rule) -> Iterator[Seen]:
    """Calls of the old form; what is given by position alone tells it from the new one."""
    methods, functions = _layouts(rule.args["methods"]), _layouts(rule.args["functions"])
    for call in scene.calls():
        name = scene.tensors.torch(call.func)
        layout: list[str] | None = None
        if name in functions:
            layout = _layout(call, functions[name])
        elif isinstance(call.func, ast.Attribute) and call.func.attr in methods:
            name = call.func.attr
            layout = None if call.keywords else _layout(call, methods[name])
            if layout and not _tensor(scene, rule, name, call.func.value):
                continue
        if layout:
            yield Seen(call, name, _fix(scene, rule, call, layout))


def _layouts(table: dict[str, str]) -> dict[str, list[list[str]]]:
    """``"beta=, mat1, mat2, or beta=, alpha=, mat1, mat2"`` -> the layouts as lists."""
    return {
        name: [[word.strip() for word in layout.split(",")] for layout in str(text).split(", or ")]
        for name, text in table.items()
    }


def _layout(call: ast.Call, layouts: list[list[str]]) -> list[str] | None:
    """The layout that the call has, by the count of its positional arguments."""
    if any(keyword.arg != "out" for keyword in call.keywords):
        return None
    found = next((layout for layout in layouts if len(layout) == len(call.args)), None)
    if not found or any(isinstance(each, ast.Starred) or _text(each) for each in call.args):
        return None
    numbers = [value for value, word in zip(call.args, found, strict=True) if word.endswith("=")]
    return None if any(isinstance(each, _NO_NUMBERS) or _text(each) for each in numbers) else found


def _text(node: ast.expr) -> bool:
    """Whether an expression is a literal that is no number."""
    if not isinstance(node, ast.Constant):
        return isinstance(node, ast.JoinedStr)
    return isinstance(node.value, bool) or not isinstance(node.value, (int, float, complex))


def _tensor(scene: Scene, rule: Rule, name: str, receiver: ast.expr) -> bool:
    if name in rule.args["common"] or "torch" not in scene.packages:
        return scene.tensors.sure(receiver)
    return scene.tensors.sure(receiver) or not (scene.foreign(receiver) or scene.defines(name))


def _fix(scene: Scene, rule: Rule, call: ast.Call, layout: list[str]) -> Fix:
    text = call_text(scene.document, call)
    assert text
    given = text.arguments[: len(layout)]
    order = [index for index, word in enumerate(layout) if not word.endswith("=")]
    order += [index for index, word in enumerate(layout) if word.endswith("=")]
    source, edits = scene.document.source, []
    for slot, index in zip(given, order, strict=True):
        if isinstance(given[index].value, ast.NamedExpr) and source.text[given[index].item.start] != "(":
            return scene.fix(rule, call, "an assignment expression cannot become a keyword argument")
        word = layout[index] if layout[index].endswith("=") else ""
        new = word + _written(source.text, given[index])
        span = Span(slot.item.start, slot.item.end)
        if source.slice(span) != new:
            edits.append(Edit(source.path, span, new))
    if sum(map(_effects, call.args)) > 1:
        why = "the arguments are computed in another order, which matters where one has effects on the other"
        return scene.fix(rule, call, edits, Safety.UNSAFE, why)
    return scene.fix(rule, call, edits)


def _written(text: str, argument: Argument) -> str:
    return text[argument.item.start : argument.item.end]


def _effects(node: ast.expr) -> bool:
    """Whether computing an expression may change something: a call of anything but what is known to read only."""
    for each in ast.walk(node):
        if isinstance(each, ast.Call):
            func = each.func
            name = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
            if name not in _PURE:
                return True
        elif isinstance(each, _EFFECTS):
            return True
    return False
