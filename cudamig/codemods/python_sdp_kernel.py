"""``torch.backends.cuda.sdp_kernel``, whose flags became a list of backends."""

from __future__ import annotations

import ast

from cudamig.codemods.python_around import torch_name
from cudamig.codemods.python_cases import parameter
from cudamig.codemods.python_rows import Row
from cudamig.codemods.refused import Refused
from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_calls import call_text
from cudamig.hosts.python_names import Use
from cudamig.model import Edit, Span

_BACKENDS = {  # in the order in which the old function lists them
    "enable_flash": "FLASH_ATTENTION",
    "enable_mem_efficient": "EFFICIENT_ATTENTION",
    "enable_math": "MATH",
    "enable_cudnn": "CUDNN_ATTENTION",
}


def change(document: PythonDocument, use: Use, row: Row) -> tuple[Row, list[Edit]]:
    """The list instead of the flags. Raises Refused for flags that are no literals."""
    call = use.chain.call
    text = call_text(document, call) if call else None
    if not call or not text:
        raise Refused("its arguments are not understood")
    chosen = [backend for flag, backend in _BACKENDS.items() if _on(parameter(call, row, flag), flag)]
    if not chosen:
        raise Refused("it turns every backend off")
    if "#" in document.source.text[text.begin : text.end]:
        raise Refused("there are comments between its arguments")
    prefix = f"{torch_name(document, use)}.nn.attention.SDPBackend"
    listed = ", ".join(f"{prefix}.{backend}" for backend in chosen)
    return row._replace(codemod=""), [Edit(document.source.path, Span(text.begin, text.end), f"[{listed}]")]


def _on(value: ast.expr | None, flag: str) -> bool:
    if value is None:
        return True
    if isinstance(value, ast.Constant) and isinstance(value.value, bool):
        return value.value
    raise Refused(f"whether `{flag}` is on is not known")
