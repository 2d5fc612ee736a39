"""Which literals reach an argument of a call, through the names, dicts and lists of one function or module.

Statement order and branches count as far as they are plain: what stands in the other branch of an ``if``, or before a
new assignment of the whole name, does not reach the call.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

_GROWS = frozenset(("append", "extend", "insert", "update", "setdefault"))
_DEPTH = 6

Path = tuple[tuple[ast.AST, str], ...]  # the statements around one, each with the branch of it


class _Change(NamedTuple):
    """A statement that sets a name, or adds to what it stands for."""

    values: tuple[ast.expr, ...]
    whole: bool
    line: int
    path: Path


class Flow:
    """The changes of all names of a module, by the function (or module) that they stand in."""

    def __init__(self, tree: ast.Module) -> None:
        """One walk over ``tree``."""
        self._changes: dict[tuple[int, str], list[_Change]] = {}
        self._where: dict[int, tuple[int, Path]] = {}  # of a call: its function and path
        self._stack: list[tuple[ast.AST, int, Path]] = [(tree, 0, ())]
        while self._stack:
            self._look(*self._stack.pop())

    def literals(self, value: ast.expr, call: ast.Call) -> list[ast.Constant]:
        """The string literals that may be part of ``value``, an argument of ``call``."""
        owner, path = self._where[id(call)]
        found: dict[int, ast.Constant] = {}
        self._collect(value, owner, call.lineno, path, found, _DEPTH)
        return list(found.values())

    def _collect(
        self, value: ast.AST, owner: int, line: int, path: Path, found: dict[int, ast.Constant], depth: int
    ) -> None:
        for node in _parts(value):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found[id(node)] = node
            elif isinstance(node, ast.Name) and depth:
                home = owner if (owner, node.id) in self._changes else 0
                for change in self._reaching(home, node.id, line, path, local=home == owner):
                    for part in change.values:
                        self._collect(part, home, change.line, change.path, found, depth - 1)

    def _reaching(self, owner: int, name: str, line: int, path: Path, local: bool) -> Iterator[_Change]:
        changes = self._changes.get((owner, name), [])
        if not local:
            yield from changes
            return
        before = [change for change in changes if change.line <= line and not _exclusive(change.path, path)]
        resets = [change.line for change in before if change.whole and path[: len(change.path)] == change.path]
        last = max(resets, default=0)
        yield from (change for change in before if change.line >= last)

    def _look(self, node: ast.AST, owner: int, path: Path) -> None:
        if isinstance(node, ast.Call):
            self._where[id(node)] = owner, path
        self._note(node, owner, path)
        inner = id(node) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else owner
        around = () if inner != owner else path
        for field, value in ast.iter_fields(node):
            branch = isinstance(node, ast.stmt) and field in ("body", "orelse", "handlers", "finalbody")
            here = (*around, (node, field)) if branch and inner == owner else around
            children = value if isinstance(value, list) else [value]
            self._stack.extend((child, inner, here) for child in children if isinstance(child, ast.AST))

    def _note(self, node: ast.AST, owner: int, path: Path) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._add(target, (node.value,), isinstance(target, ast.Name), node.lineno, owner, path)
        elif isinstance(node, ast.AnnAssign) and node.value:
            self._add(node.target, (node.value,), isinstance(node.target, ast.Name), node.lineno, owner, path)
        elif isinstance(node, ast.AugAssign):
            self._add(node.target, (node.value,), False, node.lineno, owner, path)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _GROWS:
            self._add(node.func.value, tuple(node.args), False, node.lineno, owner, path)

    def _add(
        self, target: ast.expr, values: tuple[ast.expr, ...], whole: bool, line: int, owner: int, path: Path
    ) -> None:
        while isinstance(target, ast.Subscript | ast.Attribute):
            target = target.value
        if isinstance(target, ast.Name):
            self._changes.setdefault((owner, target.id), []).append(_Change(values, whole, line, path))


def _parts(value: ast.AST) -> Iterator[ast.AST]:
    """What an expression is made of; the test of a condition and the index of a subscript are no part of it."""
    todo = [value]
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, ast.IfExp):
            todo += [node.body, node.orelse]
        elif isinstance(node, ast.Dict):
            todo += node.values
        elif isinstance(node, ast.Subscript):
            todo.append(node.value)
        else:
            todo += ast.iter_child_nodes(node)


def _exclusive(a: Path, b: Path) -> bool:
    """Whether two places stand in different branches of one ``if``."""
    for (one, branch), (other, second) in zip(a, b, strict=False):
        if one is not other:
            return False
        if branch != second:
            return isinstance(one, ast.If)
    return False
