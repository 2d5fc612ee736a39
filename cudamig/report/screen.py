"""What scanned text looks like on a terminal: escapes, widths, colours, and the way out to the streams.

Scanned text must not drive the terminal: control characters, bidirectional marks and the like are shown as escapes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import NamedTuple, TextIO

import click

WIDTH = 100  # cells of a report that is not printed on a terminal
ELLIPSIS = "..."
_TAB = 4  # cells to the next tab stop

Ink = Callable[..., str]  # (text, fg=..., bold=...) -> text, like click.style


class Row(NamedTuple):
    """A line as it is printed, and the cell where each of its characters begins (and, last, where the line ends)."""

    text: str
    cells: list[int]


def ink(color: bool) -> Ink:
    """The function that paints text."""
    return click.style if color else _plain


def _plain(text: str, **style: object) -> str:
    return text


def visible(text: str) -> str:
    """One line of text with everything that a terminal would not simply print written as an escape."""
    return text if text.isprintable() else "".join(map(_shown, text))


def row(line: str) -> Row:
    """A line with tabs expanded and control characters escaped."""
    out, cells, cell = [], [], 0
    for char in line:
        cells.append(cell)
        if " " <= char <= "~":
            shown, cell = char, cell + 1
        elif char == "\t":
            shown = " " * (_TAB - cell % _TAB)
            cell += len(shown)
        else:
            shown = _shown(char)
            cell += len(shown) if len(shown) > 1 else _width(char)
        out.append(shown)
    return Row("".join(out), [*cells, cell])


def clip(line: str, start: int, width: int) -> tuple[str, int]:
    """The part of a line that is shown in ``width`` cells, with its character ``start`` in it, and where it begins.

    A part that is not the whole line leaves room for an ellipsis on both sides.
    """
    if len(line) <= 4 * width and row(line).cells[-1] <= width:
        return line, 0
    room = width - 2 * len(ELLIPSIS)
    near = start < room and row(line[: start + 1]).cells[-1] <= room * 3 // 4
    first = 0 if near else start - _tail(line[max(0, start - room // 4) : start], room // 4)
    part = line[first : first + room]
    fits = sum(1 for cell in row(part).cells[1:] if cell <= room)
    return part[: max(fits, 1)], first


def _tail(text: str, width: int) -> int:
    """How many characters at the end of ``text`` fit ``width`` cells."""
    cells = row(text).cells
    return sum(1 for cell in cells[:-1] if cells[-1] - cell <= width)


def clipped(line: str, start: int, width: int) -> str:
    """A line as it is printed in ``width`` cells, around its character ``start``."""
    part, first = clip(line, start, width)
    return (ELLIPSIS if first else "") + row(part).text + (ELLIPSIS if first + len(part) < len(line) else "")


def _shown(char: str) -> str:
    if char.isprintable():
        return char
    import unicodedata

    if unicodedata.category(char) == "Zs":
        return char
    return char.encode("unicode_escape").decode("ascii")


def _width(char: str) -> int:
    """Cells of a printable character: none for combining marks, two for wide ones."""
    import unicodedata

    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def width(stream: TextIO) -> int:
    """Cells of a line on ``stream``."""
    try:
        return max(60, min(160, os.get_terminal_size(stream.fileno()).columns))
    except (OSError, ValueError):
        return WIDTH


def write(text: str | bytes, error: bool = False) -> None:
    """Print on standard output (or error). Characters that the stream's encoding lacks come out as escapes.

    A reader that has gone away (``| head``) ends the output and nothing else. Raises OSError when the stream cannot
    be written for another reason; it is closed then.
    """
    stream = sys.stderr if error else sys.stdout
    try:
        if isinstance(text, bytes):
            stream.flush()
            stream.buffer.write(text)
        else:
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure:
                reconfigure(errors="backslashreplace")
            stream.write(text)
        stream.flush()
    except OSError as problem:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if not isinstance(problem, BrokenPipeError):
            raise


def say(line: str) -> None:
    """A line on standard error."""
    write(visible(line) + "\n", error=True)
