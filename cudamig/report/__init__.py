"""Output formats, one module each with a ``render(report) -> str``."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from cudamig.report.screen import write

if TYPE_CHECKING:
    from cudamig.report.view import Report

_MODULES = {"full": "full", "concise": "concise", "json": "json_report", "sarif": "sarif", "github": "github"}
FORMATS = tuple(_MODULES)


def render(report: Report, name: str) -> str:
    """The report in the format ``name``."""
    text: str = importlib.import_module(f"cudamig.report.{_MODULES[name]}").render(report)
    return text


def emit(report: Report, name: str, files: Iterable[tuple[str, str]] = ()) -> None:
    """Print the report on standard output in one format, and write it to files in others.

    Raises Refused (see ``fixing/write.py``) for a file that cannot be written.
    """
    for other, file in files:
        from cudamig.fixing.write import write_new

        text = render(report._replace(color=False), other)
        write_new(file, (text + "\n" if text else "").encode("utf-8", "backslashreplace"))
    text = render(report, name)
    if text:
        write(text + "\n")
