"""Tables and pages: drawn by rich on a terminal, plain columns and Markdown in a pipe."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cudamig.report.screen import width, write

if TYPE_CHECKING:
    from rich.console import RenderableType

Row = Sequence[str]
_NARROW = 24  # cells of a column that is never wrapped


def show(header: Row, rows: Sequence[Row], pretty: bool) -> None:
    """Print a table on standard output. ``pretty``: for a terminal, with colours and wrapped cells."""
    if not pretty:
        write(aligned([header, *rows]))
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, header_style="bold")
    for title, column in zip(header, zip(*rows, strict=True), strict=True):
        table.add_column(title, no_wrap=max(map(len, column)) <= _NARROW)
    for row in rows:
        table.add_row(*map(Text, row))
    _draw(table)


def aligned(rows: Sequence[Row]) -> str:
    """Columns as wide as their widest cell, two blanks apart; the last one runs on."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    lines = ([*(f"{cell:<{width}}" for cell, width in zip(row[:-1], widths, strict=True)), row[-1]] for row in rows)
    return "".join("  ".join(cells).rstrip() + "\n" for cells in lines)


def page(markdown: str, pretty: bool) -> None:
    """Print a Markdown text on standard output, rendered for a terminal or as it is."""
    if not pretty:
        write(markdown)
        return
    from rich.markdown import Markdown

    _draw(Markdown(markdown))


def _draw(what: RenderableType) -> None:
    from rich.console import Console

    console = Console(file=io.StringIO(), force_terminal=True, width=width(sys.stdout))
    with console.capture() as captured:
        console.print(what)
    write(captured.get())
