"""``A.qr()`` -> ``torch.linalg.qr(A)``, ``it.next()`` -> ``next(it)``: methods that became functions or renamed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from cudamig.codemods.python_scene import Scene, Seen
from cudamig.hosts.python_scopes import CLASS
from cudamig.hosts.python_tensor_words import ITERATOR
from cudamig.model import Edit, Fix, Span
from cudamig.rules.model import Rule


def find(scene: Scene, rule: Rule) -> Iterator[Seen]:
    """Calls of the rule's methods on what is surely a tensor (or iterator)."""
    methods: dict[str, dict[str, Any]] = rule.args["methods"]
    mentioned = {node.attr for node in scene.nodes if isinstance(node, ast.Attribute)} | scene.document.names.words
    if scene.packages & set(rule.args.get("not-with", ())) or mentioned & set(rule.args.get("unless", ())):
        return
    called = {id(node.value): node.attr for node in scene.nodes if isinstance(node, ast.Attribute)}
    for call in scene.calls():
        func = call.func
        if not isinstance(func, ast.Attribute) or func.attr not in methods or id(func) in scene.tensors.resolved:
            continue
        row = methods[func.attr] or {}
        known = row.get("known") and not scene.foreign(func.value) and not scene.defines(func.attr)
        if not known and not _receiver(scene, func.value, row):
            continue
        yield Seen(call, func.attr, _fix(scene, rule, call, func, row, called.get(id(call), "")))


def _receiver(scene: Scene, node: ast.expr, row: dict[str, Any]) -> bool:
    if row.get("receiver") != ITERATOR:
        return scene.tensors.sure(node)
    return scene.tensors.sure(node, ITERATOR) or _own_iterator(scene, node)


def _own_iterator(scene: Scene, node: ast.expr) -> bool:
    """``self.it`` where all that the class assigns to it is ``iter(...)``."""
    if not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"):
        return False
    chain = scene.tensors.chains.get(id(node.value))
    scope = chain.scope if chain else None
    while scope and scope.kind != CLASS:
        scope = scope.parent
    if not scope:
        return False
    stored, given = 0, []
    for each in ast.walk(scope.node):
        if isinstance(each, ast.Attribute) and each.attr == node.attr and not isinstance(each.ctx, ast.Load):
            stored += 1
        elif isinstance(each, ast.Assign):
            given += [
                each.value for target in each.targets if isinstance(target, ast.Attribute) and target.attr == node.attr
            ]
    return bool(given) and len(given) == stored and all(scene.tensors.sure(value, ITERATOR) for value in given)


def _fix(scene: Scene, rule: Rule, call: ast.Call, func: ast.Attribute, row: dict[str, Any], then: str) -> Fix:
    template = _template(call, row)
    if not template or then not in row.get("then", [then]):
        return scene.fix(rule, call, str(row.get("why", rule.reason)))
    before, after = template.split("{}")
    if before.startswith("torch."):
        local = _local(scene, call)
        if not local:
            return scene.fix(rule, call, "`torch` itself is not imported here")
        before = before.replace("torch", local, 1)
    builtin = before.removesuffix("(")
    chain = scene.chain(call)
    if builtin.isidentifier() and chain and chain.scope.lookup(builtin):
        return scene.fix(rule, call, f"`{builtin}` means something else here")
    source = scene.document.source
    start, end = scene.document.span(call)
    inner = scene.document.span(func.value)
    head, gap = source.slice(Span(start, inner.start)), source.slice(Span(inner.end, end))
    if "#" in head + gap or "\\" in head + gap:
        return scene.fix(rule, call, "a comment or a continued line stands inside the call")
    if not before:
        at = inner.end + gap.rindex("." + func.attr)
        return scene.fix(rule, call, [Edit(source.path, Span(at, end), after)])
    edits = [Edit(source.path, Span(start, inner.start), before), Edit(source.path, Span(inner.end, end), after)]
    return scene.fix(rule, call, edits)


def _template(call: ast.Call, row: dict[str, Any]) -> str:
    """What to write for this call; empty where its arguments are not understood."""
    write: dict[str, str] = row.get("write") or {}
    given = [("", value) for value in call.args] + [(str(keyword.arg), keyword.value) for keyword in call.keywords]
    if not given:
        return write.get(str(row.get("default", "")), "")
    name, value = given[0]
    if len(given) > 1 or name not in ("", row.get("parameter")) or not isinstance(value, ast.Constant):
        return ""
    return write.get(repr(value.value), "")


def _local(scene: Scene, call: ast.Call) -> str:
    """What the module torch is called at a place."""
    chain = scene.chain(call)
    for found in scene.document.names.imports if chain else ():
        bound = chain and found in scene.document.names.resolve(chain.scope, found.local)
        if found.target == "torch" and bound and found.scope.kind == "module":
            return found.local
    return ""
