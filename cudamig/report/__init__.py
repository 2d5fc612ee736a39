"""Output formats, one module each with a ``render(report) -> str``."""

from __future__ import annotations

import importlib
import os
import tempfile
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cudamig.report.view import Report

_MODULES = {"full": "full", "concise": "concise", "json": "json_report", "sarif": "sarif", "github": "github"}
FORMATS = tuple(_MODULES)


def render(report: Report, name: str) -> str:
    """The report in the format ``name``."""
    text: str = importlib.import_module(f"cudamig.report.{_MODULES[name]}").render(report)
    return text


def emit(report: Report, name: str, files: Iterable[tuple[str, str]] = ()) -> None:
    """Print the report on standard output in one format, and write it to files in others."""
    text = render(report, name)
    if text:
        click.echo(text, color=report.color)
    for other, file in files:
        _write(file, render(report._replace(color=False), other) + "\n")


def _write(file: str, text: str) -> None:
    """Write a report in one step, so that no reader meets half of it."""
    folder = os.path.dirname(os.path.abspath(file))
    handle, temporary = tempfile.mkstemp(prefix=".cudamig-", dir=folder)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
        out.write(text)
    os.chmod(temporary, 0o644)
    os.replace(temporary, file)
