"""``torch.range(a, b)``, which has ``b`` in it and gives floats: ``torch.arange(a, b + 1, dtype=...)``.

Only whole numbers: for others the number of elements differs.
"""

from __future__ import annotations

import ast

from cudamig.codemods.python_around import torch_name
from cudamig.codemods.python_cases import parameter
from cudamig.codemods.python_rows import Row
from cudamig.codemods.refused import Refused
from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_chains import last_name
from cudamig.hosts.python_names import Use
from cudamig.model import Edit

_COUNTS = ("len", "size", "numel", "dim", "nelement")
_WHOLE = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv)


def change(document: PythonDocument, use: Use, row: Row) -> tuple[Row, list[Edit]]:
    """The new end, and the type that the numbers had. Raises Refused."""
    call = use.chain.call
    assert call
    start, end, step = (parameter(call, row, name) for name in ("start", "end", "step"))
    if not start or not end or not whole(start) or not whole(end):
        raise Refused("whether its ends are whole numbers is not known, and others give another number of elements")
    sign = 1 if step is None else _sign(step)
    span = document.span(end)
    edit = Edit(document.source.path, span, _moved(document, end, sign))
    typed = parameter(call, row, "dtype") is not None
    add = {} if typed else {"dtype": f"{torch_name(document, use)}.get_default_dtype()"}
    return row._replace(codemod="", add=add), [edit]


def whole(value: ast.expr) -> bool:
    """Whether an expression surely is an ``int``: a literal, a length or a size, or what is computed from them."""
    if isinstance(value, ast.Constant):
        return type(value.value) is int
    if isinstance(value, ast.UnaryOp):
        return isinstance(value.op, ast.USub) and whole(value.operand)
    if isinstance(value, ast.BinOp):
        return isinstance(value.op, _WHOLE) and whole(value.left) and whole(value.right)
    if isinstance(value, ast.Call):
        return last_name(value.func) in _COUNTS and (len(value.args) == 1 or last_name(value.func) != "size")
    if isinstance(value, ast.Subscript) and not isinstance(value.slice, ast.Slice):
        of = value.value
        return (isinstance(of, ast.Attribute) and of.attr == "shape") or (
            isinstance(of, ast.Call) and last_name(of.func) == "size" and not of.args
        )
    return False


def _sign(step: ast.expr) -> int:
    try:
        value = ast.literal_eval(step)
    except ValueError:
        value = None
    if type(value) is not int or not value:
        raise Refused("its step is no whole number that is written here")
    return 1 if value > 0 else -1


def _moved(document: PythonDocument, end: ast.expr, sign: int) -> str:
    """``end`` one further: ``5`` is ``6``, ``n - 1`` is ``n``."""
    try:
        return str(ast.literal_eval(end) + sign)
    except ValueError:
        pass
    back = ast.Sub if sign > 0 else ast.Add
    if isinstance(end, ast.BinOp) and isinstance(end.op, back) and ast.unparse(end.right) == "1":
        return document.source.slice(document.span(end.left))
    return f"{document.source.slice(document.span(end))} {'+' if sign > 0 else '-'} 1"
