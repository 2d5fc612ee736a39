"""What ``setup()`` of a package asks for: lists of requirements, and the files that they are read from."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from cudamig.hosts.python_chains import last_name
from cudamig.hosts.python_values import Values
from cudamig.hosts.requirement import requirement
from cudamig.nodes import Include, Node
from cudamig.text import Text

_ASKED = ("install_requires", "setup_requires", "tests_require")
_LISTED = re.compile(r"[\w./-]*requirements?[\w./-]*\.(?:txt|in)$|[\w./-]*reqs?[\w./-]*\.txt$")
_DEPTH = 6


def nodes(tree: ast.Module, values: Values) -> Iterator[Node]:
    """Requirements and files of every call of ``setup``."""
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and last_name(n.func) == "setup"]
    keywords = [keyword for call in calls for keyword in call.keywords]
    lists = _Lists(tree, values)
    for keyword in keywords:
        if keyword.arg in _ASKED:
            yield from lists.nodes(keyword.value, values.span(keyword.value).start)
        elif keyword.arg == "extras_require":
            for scope, item in lists.extras(keyword.value):
                yield from lists.nodes(item, values.span(scope).start)


class _Lists:
    """Lists of a module, with what is added to them later."""

    def __init__(self, tree: ast.Module, values: Values) -> None:
        self._values = values
        self._added: dict[str, list[ast.expr]] = {}
        self._set: dict[str, list[tuple[ast.expr, ast.expr]]] = {}
        for node in ast.walk(tree):
            self._note(node)

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    self._added.setdefault(target.id, []).append(node.value)
                elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                    self._set.setdefault(target.value.id, []).append((target, node.value))
        elif isinstance(node, ast.AugAssign | ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            self._added.setdefault(node.target.id, []).append(node.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if node.func.attr in ("append", "extend") and isinstance(owner, ast.Name) and node.args:
                self._added.setdefault(owner.id, []).append(node.args[0])

    def extras(self, node: ast.expr, depth: int = _DEPTH) -> Iterator[tuple[ast.expr, ast.expr]]:
        """The lists of a dict of extras, each with what stands for its scope."""
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if key is None and depth:
                    yield from self.extras(value, depth - 1)
                else:
                    yield value, value
        elif isinstance(node, ast.Name) and depth:
            for value in self._added.get(node.id, ()):
                yield from self.extras(value, depth - 1)
            yield from ((value, value) for _, value in self._set.get(node.id, ()))

    def nodes(self, node: ast.expr, scope: int, depth: int = _DEPTH) -> Iterator[Node]:
        """The requirements of a list expression, or of one string with a requirement on each line."""
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            for item in node.elts:
                inner = item.value if isinstance(item, ast.Starred) else item
                yield from self.nodes(inner, scope, depth)
        elif isinstance(node, ast.Constant | ast.JoinedStr):
            yield from _lines(self._values.text(node), scope)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            yield from self.nodes(node.left, scope, depth)
            yield from self.nodes(node.right, scope, depth)
        elif isinstance(node, ast.Name) and depth:
            for value in self._added.get(node.id, ()):
                yield from self.nodes(value, scope, depth - 1)
        elif isinstance(node, ast.Call):
            yield from self._called(node, scope, depth)

    def _called(self, node: ast.Call, scope: int, depth: int) -> Iterator[Node]:
        """``read_requirements("requirements.txt")``; ``"...".split()``; ``list(...)``."""
        if last_name(node.func) in ("split", "splitlines", "strip") and isinstance(node.func, ast.Attribute):
            yield from self.nodes(node.func.value, scope, depth)
        elif last_name(node.func) in ("list", "sorted", "set", "tuple") and node.args:
            yield from self.nodes(node.args[0], scope, depth)
        else:
            for argument in node.args:
                path = self._values.text(argument)
                if _LISTED.fullmatch(path.value):
                    yield Include("-r", path.value, self._values.span(node))


def _lines(text: Text, scope: int) -> Iterator[Node]:
    for found in re.finditer(r"[^\n]+", text.value):
        line = text[found.start() : found.end()]
        if line.value.strip() and not line.value.lstrip().startswith(("#", "-")):
            yield requirement(line, scope=scope)._replace(declared=True)
