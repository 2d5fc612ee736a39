"""What IPython adds to Python in the cells of a notebook: lines for a shell, magics, cells in other languages."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from cudamig.text import NOWHERE, UNKNOWN, Text

_LINE = re.compile(r"^([ \t]*)(?:[A-Za-z_][\w, \t]*=[ \t]*)?(!!?|%%?|\?)(?=\S|[ \t]*\S)(?:\\\r?\n|[^\r\n])*", re.M)
_HELP = re.compile(r"^[ \t]*[\w.]+\?\??[ \t]*$", re.M)
_CELL = re.compile(r"\s*%%(\w+)[^\n]*\n?")
_SHELLS = frozenset(("bash", "sh", "shell", "script"))
_TIMED = frozenset(
    ("time", "timeit", "capture", "prun", "python", "python3", "wandb")
)  # the rest of the cell is Python
_FILLED = re.compile(r"\{[^{}\n]*\}")


def scripts(cell: Text) -> Iterator[Text]:
    """The shell commands of a cell: ``!pip install``, ``%pip install``, ``%%bash``."""
    whole = _CELL.match(cell.value)
    if whole and whole.group(1) not in _TIMED:
        if whole.group(1) in _SHELLS:
            yield cell[whole.end() :]
        return
    for found in _LINE.finditer(cell.value):
        line = cell[found.end(2) : found.end()]
        if found.group(2).startswith("!") or line.value.startswith(
            ("pip ", "conda ", "mamba ", "uv ", "sx ", "system ")
        ):
            yield _filled(line)


def _filled(line: Text) -> Text:
    """A line with UNKNOWN for the Python values that IPython puts in."""
    out, position = line[:0], 0
    for found in _FILLED.finditer(line.value):
        out = out + line[position : found.start()] + Text(UNKNOWN, (NOWHERE,))
        position = found.end()
    return out + line[position:]


def python(cell: str) -> str | None:
    """The Python of a cell, as long as the cell: what is none of it is blank. None when it cannot be read."""
    whole = _CELL.match(cell)
    if whole and whole.group(1) not in _TIMED:
        return blank(cell)
    if whole:
        cell = blank(whole.group()) + cell[whole.end() :]
    if _readable(cell):
        return cell
    masked = _HELP.sub(lambda found: _nothing(found.group()), cell)
    masked = _LINE.sub(_masked, masked)
    return masked if _readable(masked) else None


def _readable(code: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _masked(found: re.Match[str]) -> str:
    """A line for the shell as a statement that does nothing; of an assignment the value only."""
    start = found.start(2) - found.start()
    return found.group()[:start] + _nothing(found.group()[start:])


def _nothing(text: str) -> str:
    """A statement or value of the same length; lines after the first are blank."""
    head = len(text) - len(text.lstrip(" \t"))
    return text[:head] + "0" + blank(text[head + 1 :])


def blank(text: str) -> str:
    """A text of the same length and lines in which nothing stands."""
    return re.sub(r"[^\r\n]", " ", text)
