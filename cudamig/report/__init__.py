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


def emit(report: Report, name: str) -> None:
    """Print the report on standard output."""
    text = render(report, name)
    if text:
        write(text + "\n")


def save(report: Report, files: Iterable[tuple[str, str]]) -> None:
    """Write the report to files, given as format and path. Raises Refused for one that cannot be written."""
    from cudamig.fixing.write import write_new

    for name, file in files:
        text = render(report._replace(color=False), name)
        write_new(file, (text + "\n" if text else "").encode("utf-8", "backslashreplace"))
