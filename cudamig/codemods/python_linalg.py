"""Linear algebra whose successor gives one result where it gave two, and may take its matrices the other way round.

``torch.solve(B, A)`` is ``torch.linalg.solve(A, B)`` where only the solution is used.
"""

from __future__ import annotations

from cudamig.codemods.python_around import only_first
from cudamig.codemods.python_rows import Row
from cudamig.codemods.refused import Refused
from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_calls import CallText, call_text
from cudamig.hosts.python_names import Use
from cudamig.model import Edit

_FIRST = {"solve": "solution", "triangular_solve": "solution", "symeig": "eigenvalues"}
_SWAPPED = ("solve", "triangular_solve")


def change(document: PythonDocument, use: Use, row: Row) -> tuple[Row, list[Edit]]:
    """The edits around the call, and on the order of its first two arguments. Raises Refused."""
    call, name = use.chain.call, use.name.rpartition(".")[2]
    text = call_text(document, call) if call else None
    if not call or not text:
        raise Refused("its arguments are not understood")
    edits = only_first(document, call, _FIRST[name])
    return row._replace(codemod=""), [*edits, *(_swapped(document, text) if name in _SWAPPED else [])]


def _swapped(document: PythonDocument, text: CallText) -> list[Edit]:
    """The first two positional arguments in each other's place."""
    if [argument.keyword for argument in text.arguments[:2]] != ["", ""]:
        raise Refused("its two matrices are not given by position")
    spans = [document.span(argument.value) for argument in text.arguments[:2]]
    items = [(argument.item.start, argument.item.end) for argument in text.arguments[:2]]
    if items != [tuple(span) for span in spans]:
        raise Refused("its matrices stand in parentheses")
    words = [document.source.slice(span) for span in spans]
    return [Edit(document.source.path, span, word) for span, word in zip(spans, reversed(words), strict=True)]
