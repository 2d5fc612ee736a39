"""Names that a module replaces while it runs: assigned to, or patched as tests do."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_chains import STORE, last_name
from cudamig.hosts.python_names import Use

_PATCHERS = frozenset(("setattr", "delattr", "patch", "object", "multiple"))


def replaced(document: PythonDocument, uses: Sequence[Use]) -> frozenset[str]:
    """The dotted names of ``uses`` that are stored to, and those that ``setattr`` or ``mock.patch`` name."""
    stored = {use.name for use in uses if use.chain.role == STORE}
    if any(word in document.source.text for word in ("patch", "setattr", "delattr")):
        names = {id(use.chain.node): use.name for use in uses}
        stored.update(_patched(node, names) for node in document.names.every if isinstance(node, ast.Call))
    return frozenset(stored - {""})


def _patched(call: ast.Call, names: dict[int, str]) -> str:
    """``torch.load`` of ``patch("torch.load")`` and of ``setattr(torch, "load", f)``; empty for other calls."""
    if last_name(call.func) not in _PATCHERS:
        return ""
    given = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "target")]
    first, second = (_string(node) for node in [*given, None, None][:2])
    owner = names.get(id(given[0]), "") if given else ""
    return f"{owner}.{second}" if owner and second else first


def _string(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
