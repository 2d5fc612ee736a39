"""What the rewrites of methods and attributes know of a module, and how they tell what they see."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_chains import Chain
from cudamig.hosts.python_nodes import every
from cudamig.hosts.python_tensors import Tensors
from cudamig.model import Edit, Fix, Safety, manual
from cudamig.rules.model import Rule


class Seen(NamedTuple):
    """A place that a rule speaks of. ``name``: what its message calls it."""

    node: ast.expr | ast.stmt
    name: str
    fix: Fix


class Scene(NamedTuple):
    """A module: its text, which expressions are tensors, what it imports, all its nodes."""

    document: PythonDocument
    tensors: Tensors
    packages: frozenset[str]
    nodes: list[ast.AST]

    def calls(self) -> Iterator[ast.Call]:
        """All calls of the module."""
        return (node for node in self.nodes if isinstance(node, ast.Call))

    def chain(self, node: ast.AST) -> Chain | None:
        """The name that an expression begins with, or any name in it."""
        first = node
        while isinstance(first, (ast.Attribute, ast.Call, ast.Subscript)):
            first = first.func if isinstance(first, ast.Call) else first.value
        found = self.tensors.chains.get(id(first))
        return found or next(
            (self.tensors.chains[id(each)] for each in every(node) if id(each) in self.tensors.chains), None
        )

    def foreign(self, receiver: ast.expr) -> bool:
        """Whether a receiver is the object itself or an imported thing: no tensor by all that is known."""
        root = receiver
        while isinstance(root, ast.Attribute):
            root = root.value
        chain = self.tensors.chains.get(id(root))
        if isinstance(receiver, ast.Name) and receiver.id in ("self", "cls"):
            return True
        return chain is not None and bool(self.document.names.resolve(chain.scope, chain.root))

    def defines(self, name: str) -> bool:
        """Whether the module has a function or method ``name`` of its own."""
        return any(
            isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name for node in self.nodes
        )

    def fix(
        self, rule: Rule, node: ast.expr, edits: list[Edit] | str, safety: Safety | None = None, why: str = ""
    ) -> Fix:
        """The fix with ``edits`` (or the reason why there are none) at ``node``."""
        if rule.safety is Safety.MANUAL:
            return manual(rule.title, rule.reason)
        if id(node) in self.document.names.formatted:
            edits = "it stands inside an f-string"
        if isinstance(edits, str):
            return manual(rule.title, edits)
        return Fix(rule.title, safety or rule.safety, why or rule.reason, tuple(edits))
