"""``torch.set_default_tensor_type`` of a type on the CPU: its number format becomes the default."""

from __future__ import annotations

import ast

from cudamig.codemods.python_around import torch_name
from cudamig.codemods.python_rows import Row
from cudamig.codemods.refused import Refused
from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_chains import dotted, last_name
from cudamig.hosts.python_names import Use
from cudamig.model import Edit

_DTYPES = {
    "torch.FloatTensor": "float32",
    "torch.DoubleTensor": "float64",
    "torch.HalfTensor": "float16",
    "torch.BFloat16Tensor": "bfloat16",
}


def change(document: PythonDocument, use: Use, row: Row) -> tuple[Row, list[Edit]]:
    """The dtype instead of the type. Raises Refused where a call of the file may name a type on a GPU."""
    call, torch = use.chain.call, torch_name(document, use)
    assert call
    for node in document.names.every:
        if isinstance(node, ast.Call) and last_name(node.func) == last_name(call.func):
            if _dtype(node, torch):
                continue
            raise Refused("a tensor type on a GPU sets the default device too, and both have to move together")
    if len(call.args) != 1 or call.keywords:
        raise Refused("its arguments are not understood")
    edit = Edit(document.source.path, document.span(call.args[0]), f"{torch}.{_dtype(call, torch)}")
    return row._replace(codemod=""), [edit]


def _dtype(call: ast.Call, torch: str) -> str:
    """The dtype of the type on the CPU that a call names, by a string or by itself; ``""`` for anything else."""
    value = call.args[0] if call.args else None
    if isinstance(value, ast.Constant):
        return _DTYPES.get(str(value.value), "")
    if not isinstance(value, ast.Attribute):
        return ""
    root, attributes = dotted(value)
    if not isinstance(root, ast.Name) or root.id != torch:
        return ""
    return _DTYPES.get(".".join(("torch", *attributes)), "")
