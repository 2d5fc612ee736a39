"""What scanned text looks like on a terminal: escapes, widths, colours, and the way out to the streams.

Scanned text must not drive the terminal: control characters, bidirectional marks and the like are shown as escapes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import NamedTuple, TextIO

import click

WIDTH = 120  # cells of a report that is not printed on a terminal
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


def window(line: str, start: int, end: int, width: int) -> int:
    """The character from which to show a line in ``width`` cells, so that ``start`` is seen.

    As much as fits of what goes on to ``end`` is seen too, with a little behind it. 0 when the whole line fits.
    """
    if _fits(line, width):
        return 0
    room = width - 2 * len(ELLIPSIS)
    seen = row(line[start : min(end + room // 4, start + room)]).cells[-1]
    return start - _tail(line[max(0, start - room) : start], max(room - seen, room // 4))


def cut(line: str, first: int, width: int) -> Row:
    """A line as it is printed in ``width`` cells, from its character ``first`` on; ellipses tell what is left out.

    The cells are those of the characters that are shown.
    """
    if not first and _fits(line, width):
        return row(line)
    room = width - 2 * len(ELLIPSIS)
    part = line[first : first + room]
    cells = row(part).cells
    count = max(1, sum(1 for cell in cells[1:] if cell <= room))
    before, behind = ELLIPSIS if first else "", ELLIPSIS if first + count < len(line) else ""
    return Row(before + row(part[:count]).text + behind, [cell + len(before) for cell in cells[: count + 1]])


def _fits(line: str, width: int) -> bool:
    return len(line) <= 4 * width and row(line).cells[-1] <= width


def _tail(text: str, width: int) -> int:
    """How many characters at the end of ``text`` fit ``width`` cells."""
    cells = row(text).cells
    return sum(1 for cell in cells[:-1] if cells[-1] - cell <= width)


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
