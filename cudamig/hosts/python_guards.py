"""Which code is written for more than one version of a library: version tests, ``hasattr``, ``try`` with a fallback.

Such code already handles old and new; a change in one of its branches makes it wrong for the version that the
branch is for.
"""

from __future__ import annotations

import ast
import re

from cudamig.hosts.python_chains import last_name
from cudamig.hosts.python_scopes import Guard, Import, Other, Scope

_MISSING = frozenset(("ImportError", "ModuleNotFoundError"))
_REFUSED = frozenset(("AttributeError", "TypeError"))
_ANYTHING = frozenset(("Exception", "BaseException", ""))  # "" for a bare except
_WORD = re.compile(
    r"_?(?:is_|has_|use_)?(?:py)?torch_?"
    r"(?:v?\d[\d_]*$|(?:ver|ge|gt|le|lt|min)(?:_|\d|$)|greater|less|higher|lower|at_least|older|newer|major|minor)"
    r"|.*torch.*version|.*version.*torch",
    re.I,
)
_COMPARERS = frozenset(
    (
        "Version",
        "LooseVersion",
        "StrictVersion",
        "parse_version",
        "digit_version",
        "compare_versions",
        "compare_version",
    )
)
_TELLING = frozenset(
    ("__version__", "full_version", "short_version", "__code__", "co_varnames", "__kwdefaults__", "__defaults__")
)  # attributes that code asks versions by
_STEPS = 2  # from a flag to those that it is made of
_PROBES = frozenset(("hasattr", "getattr", "signature", "getfullargspec", "find_spec"))


class Guards:
    """Answers whether guards are about versions; each is looked at once."""

    def __init__(self) -> None:
        self._known: dict[tuple[Guard, str, bool], bool] = {}

    def use(self, guard: Guard | None, root: str) -> bool:
        """Whether a use of the package ``root`` under ``guard`` is for some versions only, or has a fallback."""
        return self._versioned(guard, root, importing=False)

    def fallback(self, found: Import) -> bool:
        """Whether an import is for some versions only, or has a fallback."""
        root, dot, _ = found.target.partition(".")
        return self._versioned(found.guard, root if dot else "", importing=True)

    def _versioned(self, guard: Guard | None, root: str, importing: bool) -> bool:
        trail = []
        answer = False
        while guard and not answer:
            key = guard, root, importing
            if key in self._known:
                answer = self._known[key]
                break
            trail.append(key)
            answer = _about_versions(guard, root, importing)
            guard = guard.outer
        self._known.update(dict.fromkeys(trail, answer))
        return answer


def _about_versions(guard: Guard, root: str, importing: bool) -> bool:
    """A ``try`` that imports the package itself asks whether it is installed, not for a version of it."""
    if isinstance(guard.node, ast.expr):
        return _is_version_test(guard.node, guard.scope)
    installed = not root or _imports(guard.node, root)
    if importing:
        return not installed and not _caught(guard.node).isdisjoint(_MISSING | _ANYTHING)
    return not _caught(guard.node).isdisjoint(_REFUSED if installed else _REFUSED | _MISSING)


def _caught(node: ast.AST) -> set[str]:
    """The names of the exceptions that a ``try`` or ``with suppress(...)`` catches; "" for all of them."""
    caught: list[ast.expr | None] = []
    if isinstance(node, (ast.Try, ast.TryStar)):
        caught = [handler.type for handler in node.handlers if not isinstance(handler.body[-1], ast.Raise)]
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        calls = [item.context_expr for item in node.items]
        caught = [a for c in calls if isinstance(c, ast.Call) and last_name(c.func) == "suppress" for a in c.args]
    kinds = [kind for each in caught for kind in (each.elts if isinstance(each, ast.Tuple) else [each])]
    return {last_name(kind) if kind else "" for kind in kinds}


def _imports(node: ast.AST, root: str) -> bool:
    """Whether the body of a ``try`` imports the package ``root`` itself."""
    return any(
        alias.name == root
        for statement in getattr(node, "body", ())
        if isinstance(statement, ast.Import)
        for alias in statement.names
    )


def _is_version_test(test: ast.expr, scope: Scope) -> bool:
    """Whether an expression asks for a version, or for what a module has, itself or by named flags."""
    return any(_asks(node, scope) or (isinstance(node, ast.Name) and _flag(node.id, scope)) for node in ast.walk(test))


def _flag(name: str, scope: Scope, steps: int = _STEPS) -> bool:
    """Whether a name holds the answer to such a question, or what other such names make of it."""
    values = [binding.value for binding in scope.lookup(name) if isinstance(binding, Other) and binding.value]
    if any(_asks(node, scope) for value in values for node in ast.walk(value)):
        return True
    logic = [value for value in values if isinstance(value, (ast.UnaryOp, ast.BoolOp))] if steps else []
    named = [node.id for value in logic for node in ast.walk(value) if isinstance(node, ast.Name)]
    return any(_flag(each, scope, steps - 1) for each in named)


def _asks(node: ast.AST, scope: Scope) -> bool:
    if isinstance(node, (ast.Name, ast.Attribute)):
        word = last_name(node)
        return word in _TELLING or bool(_WORD.match(word)) or _import_root(node, scope) == "packaging"
    if not isinstance(node, ast.Call):
        return False
    name = last_name(node.func)
    return name in _COMPARERS or (name in _PROBES and bool(node.args) and bool(_import_root(node.args[0], scope)))


def _import_root(node: ast.expr, scope: Scope) -> str:
    """The package that an expression (a module, or an attribute of one) is imported from, or ``""``."""
    while isinstance(node, ast.Attribute):
        node = node.value
    bound = scope.lookup(node.id) if isinstance(node, ast.Name) else []
    return next((binding.target.partition(".")[0] for binding in bound if isinstance(binding, Import)), "")
