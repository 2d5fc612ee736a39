"""Which expressions of a module are surely tensors, as far as the module itself says.

An expression is one when a function of the library gives it, or a method of something that is one; a name is one when
every binding of it is. What a table lists (``Words``) decides which functions and methods those are.
"""

from __future__ import annotations

import ast

from cudamig.hosts.python_bindings import CHANGED, ITEM, TYPED, VALUE, Bindings, Bound
from cudamig.hosts.python_chains import last_name
from cudamig.hosts.python_dtypes import boolean, compared, in_bytes
from cudamig.hosts.python_names import Names
from cudamig.hosts.python_scopes import Scope
from cudamig.hosts.python_tensor_words import BOOLEAN, ITEMS, ITERATOR, TENSOR, Words, number

_BUDGET = 400  # expressions looked at for one answer
_SAME = frozenset(("list", "tuple", "reversed", "iter"))
_OWNED = frozenset(("parameters", "buffers"))
_NAMED = frozenset(("named_parameters", "named_buffers"))
_TYPES = frozenset(("torch.Tensor", "torch.nn.Parameter", "torch.nn.parameter.Parameter", "torch.autograd.Variable"))


class Tensors:
    """Answers what the expressions of a module are."""

    def __init__(self, names: Names, words: Words) -> None:
        """``names`` of the module; ``words`` of the library."""
        self.words, self._bindings = words, Bindings()
        self.chains = {id(chain.first): chain for chain in names.chains}
        self.resolved = {id(use.chain.node): use.name for use in names.uses(frozenset(("torch",)))}
        self._known: dict[tuple[Scope, str, str], bool] = {}
        self._open: set[tuple[Scope, str, str]] = set()
        self._left = 0

    def sure(self, node: ast.expr, what: str = TENSOR) -> bool:
        """Whether an expression is surely ``what``: a tensor, several of them, a tensor of truth values or bytes."""
        self._left = _BUDGET
        self._open.clear()
        return self.holds(node, what)

    def torch(self, node: ast.expr) -> str:
        """``"randn"`` for a name that is ``torch.randn``, by whatever import; else empty."""
        name = self.resolved.get(id(node), "")
        return name.removeprefix("torch.") if name.startswith("torch.") else ""

    def holds(self, node: ast.expr, what: str) -> bool:
        """``sure`` for a part of the expression that is asked for."""
        self._left -= 1
        if self._left < 0:
            return False
        if isinstance(node, ast.Name):
            return self._name(node, what)
        if isinstance(node, ast.NamedExpr):
            return self.holds(node.value, what)
        if isinstance(node, ast.IfExp):
            return self.holds(node.body, what) and self.holds(node.orelse, what)
        if what == TENSOR:
            return self._tensor(node)
        if what == ITEMS:
            return self._items(node) or self.holds(node, TENSOR)
        if what == ITERATOR:
            return isinstance(node, ast.Call) and self.builtin(node.func, "iter") and len(node.args) == 1
        return boolean(self, node) if what == BOOLEAN else in_bytes(self, node)

    def builtin(self, node: ast.expr, name: str) -> bool:
        """Whether an expression is the builtin function ``name``."""
        chain = self.chains.get(id(node))
        return isinstance(node, ast.Name) and node.id == name and chain is not None and not chain.scope.lookup(name)

    def _name(self, node: ast.Name, what: str) -> bool:
        """A name counts while it is asked for: ``x = x + 1`` is a tensor when all else that binds ``x`` is one."""
        chain = self.chains.get(id(node))
        found = self._bindings.of(chain.scope, node.id) if chain else None
        if not found:
            return False
        key = (found[0], node.id, what)
        if key in self._open:
            return True
        if key not in self._known:
            self._open.add(key)
            answer = all(self._bound(bound, what) for bound in found[1]) and any(b.how != CHANGED for b in found[1])
            self._open.discard(key)
            if self._open or self._left < 0:  # it rests on what is not yet answered
                return answer
            self._known[key] = answer
        return self._known[key]

    def _bound(self, bound: Bound, what: str) -> bool:
        how, value, index = bound
        if how == CHANGED:
            return what == TENSOR
        if how == TYPED:
            return what == TENSOR and self._annotation(value)
        if value is None or how not in (VALUE, ITEM):
            return False
        if how == VALUE and index < 0:
            return self.holds(value, what)
        if what != TENSOR:
            return False
        if how == VALUE:
            return self.holds(value, ITEMS)
        return self._part(value, index) if index >= 0 else self.holds(value, ITEMS)

    def _annotation(self, node: ast.expr | None) -> bool:
        """``torch.Tensor``, also as a string, and ``Optional`` of it: where a method is called it is not None."""
        if isinstance(node, ast.Constant):
            return node.value == "torch.Tensor"
        if isinstance(node, ast.Subscript):
            return last_name(node.value) == "Optional" and self._annotation(node.slice)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            none = isinstance(node.right, ast.Constant) and node.right.value is None
            return none and self._annotation(node.left)
        return node is not None and self.resolved.get(id(node), "") in _TYPES

    def _tensor(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Call):
            return self._gives(node)
        if isinstance(node, ast.Attribute):
            of_gradient = node.attr == "data" and isinstance(node.value, ast.Attribute) and node.value.attr == "grad"
            return of_gradient or (node.attr in self.words.attributes and self.holds(node.value, TENSOR))
        if isinstance(node, ast.Subscript):
            return self.holds(node.value, TENSOR) or (
                isinstance(node.slice, ast.Constant) and self._several(node.value)
            )
        if isinstance(node, ast.BinOp):
            right = number(node.left) and self.holds(node.right, TENSOR)
            return right or self.holds(node.left, TENSOR)
        if isinstance(node, ast.UnaryOp):
            return not isinstance(node.op, ast.Not) and self.holds(node.operand, TENSOR)
        return compared(self, node)

    def _gives(self, node: ast.Call) -> bool:
        func, words = node.func, self.words
        if id(func) in self.resolved:
            return self.torch(func) in words.functions
        if not isinstance(func, ast.Attribute):
            return False
        if func.attr in words.inplace:
            return not (isinstance(func.value, ast.Name) and func.value.id in ("self", "cls"))
        typed = func.attr == "type" and bool(node.args)
        return (typed or (func.attr in words.methods and func.attr != "type")) and self.holds(func.value, TENSOR)

    def _several(self, node: ast.expr) -> bool:
        """A tensor or several: ``x.max(1)``."""
        if not isinstance(node, ast.Call):
            return isinstance(node, ast.Attribute) and node.attr == "saved_tensors"
        if id(node.func) in self.resolved:
            return self.torch(node.func) in self.words.several_functions
        func = node.func
        return (
            isinstance(func, ast.Attribute)
            and func.attr in self.words.several_methods
            and self.holds(func.value, TENSOR)
        )

    def _items(self, node: ast.expr) -> bool:
        """Whether a loop over an expression gives tensors."""
        if isinstance(node, ast.Subscript):
            return isinstance(node.slice, ast.Constant) and node.slice.value == "params"
        if isinstance(node, ast.Call) and not self._several(node):
            if isinstance(node.func, ast.Attribute):
                return node.func.attr in _OWNED and id(node.func) not in self.resolved
            if last_name(node.func) == "filter" and len(node.args) == 2:
                return self.holds(node.args[1], ITEMS)
            return last_name(node.func) in _SAME and len(node.args) == 1 and self.holds(node.args[0], ITEMS)
        return self._several(node)

    def _part(self, node: ast.expr, index: int) -> bool:
        """Whether part ``index`` of what a loop gives is a tensor: ``zip``, ``enumerate``, ``named_parameters()``."""
        if not isinstance(node, ast.Call):
            return False
        name, arguments = last_name(node.func), node.args
        if name == "zip" and index < len(arguments):
            return not any(isinstance(each, ast.Starred) for each in arguments) and self.holds(arguments[index], ITEMS)
        if name == "enumerate" and arguments:
            return index == 1 and self.holds(arguments[0], ITEMS)
        return name in _NAMED and index == 1 and isinstance(node.func, ast.Attribute)
