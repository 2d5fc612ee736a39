"""``torch.stft`` without ``return_complex``: the complex result, looked at as pairs of real numbers as before."""

from __future__ import annotations

from cudamig.codemods.python_around import torch_name
from cudamig.codemods.python_rows import Row
from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_names import Use
from cudamig.model import Edit, Span


def change(document: PythonDocument, use: Use, row: Row) -> tuple[Row, list[Edit]]:
    """A call of ``view_as_real`` around the call. Raises Refused."""
    start = document.span(use.chain.node).start
    opened = Edit(document.source.path, Span(start, start), f"{torch_name(document, use)}.view_as_real(")
    return row._replace(codemod="", suffix=")"), [opened]
