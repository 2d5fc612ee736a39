"""Which of a row's cases a call is, and what its literals are compared as."""

from __future__ import annotations

import ast

from cudamig.codemods.python_rows import Row
from cudamig.codemods.refused import Refused

ABSENT, ANY, POSITIVE = "absent", "any", "positive"


def chosen(call: ast.Call, row: Row) -> Row:
    """The row that holds for ``call``: the row itself where it has no cases. Raises Refused when no case holds."""
    for case in row.cases:
        if all(_holds(call, row, name, values) for name, values in case.when.items()):
            if case.row.refusal:
                raise Refused(case.row.refusal)
            return case.row
    if row.cases:
        names = ", ".join(f"`{name}`" for name in dict.fromkeys(name for case in row.cases for name in case.when))
        raise Refused(f"what this call gives for {names} is not a case that is known")
    return row


def _holds(call: ast.Call, row: Row, name: str, values: list[str]) -> bool:
    value = parameter(call, row, name)
    return ABSENT in values if value is None else pick(value, values) is not None


def parameter(call: ast.Call, row: Row, name: str) -> ast.expr | None:
    """What ``call`` gives for a parameter of the old signature, or None. Raises Refused where stars may hide it."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    index = row.signature.index(name) if name in row.signature else len(call.args)
    if any(isinstance(value, ast.Starred) for value in call.args[: index + 1]):
        raise Refused("how many arguments its `*` argument holds is not known")
    if index < len(call.args):
        return call.args[index]
    if any(keyword.arg is None for keyword in call.keywords):
        raise Refused("what its `**` argument holds is not known")
    return None


def pick(value: ast.expr, values: list[str] | dict[str, str]) -> str | None:
    """Which of ``values`` an argument is: its literal as Python writes it, ``positive`` or ``any``; None for none."""
    written = literal(value)
    if written is not None and written in values:
        return written
    if POSITIVE in values and _positive(value):
        return POSITIVE
    return ANY if ANY in values else None


def literal(value: ast.expr) -> str | None:
    """A number, string, bool or None as Python writes it; None for anything else."""
    inner = value.operand if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub) else value
    return ast.unparse(value) if isinstance(inner, ast.Constant) else None


def _positive(value: ast.expr) -> bool:
    number = value.value if isinstance(value, ast.Constant) else None
    return isinstance(number, int | float) and not isinstance(number, bool) and number > 0
