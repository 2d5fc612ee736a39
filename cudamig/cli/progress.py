"""A progress bar on standard error, on a terminal, once the work has taken a second."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any, Self

DELAY = 1.0  # seconds


class Bar:
    """Use as a context manager; rich is imported only when the bar is shown."""

    def __init__(self, what: str = "scanning") -> None:
        self._what = what
        self._start = time.monotonic()
        self._shown: Any = None
        self._wanted = sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def advance(self, done: int, total: int) -> None:
        """Tell that ``done`` of ``total`` steps are done."""
        if not self._wanted or (not self._shown and time.monotonic() - self._start < DELAY):
            return
        if not self._shown:
            from rich.console import Console
            from rich.progress import Progress

            self._shown = Progress(console=Console(stderr=True), transient=True)
            self._task = self._shown.add_task(self._what, total=total)
            self._shown.start()
        self._shown.update(self._task, completed=done, total=total)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            self._shown.stop()
