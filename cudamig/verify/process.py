"""Run compilers: no shell, a time limit, and none left behind when we stop."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Done(NamedTuple):
    """How a command ended. ``code`` is None when the time was up or it could not be started; ``text`` says it then."""

    code: int | None
    text: str  # what it printed
    seconds: float


class Runner:
    """Runs commands, each for at most ``limit`` seconds, with their temporary files in ``folder``."""

    def __init__(self, limit: float, folder: str) -> None:
        self.folder = folder
        self._limit = limit
        self._alive: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def run(self, command: Sequence[str]) -> Done:
        """Run a command to its end, or to the end of its time."""
        start = time.monotonic()
        try:
            process = self._start(command)
        except OSError as error:
            return Done(None, f"{command[0]} cannot be run: {error.strerror}", 0.0)
        try:
            out, _ = process.communicate(timeout=self._limit)
            return Done(process.returncode, out.decode("utf-8", "replace"), time.monotonic() - start)
        except subprocess.TimeoutExpired:
            _kill(process)
            process.communicate()
            return Done(None, f"not finished after {self._limit:g} seconds (--timeout)", time.monotonic() - start)
        finally:
            with self._lock:
                self._alive.discard(process)

    def _start(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._stopped:
                raise OSError(0, "interrupted")
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=_environment(os.environ, self.folder),
                start_new_session=True,  # a compiler starts others: they are killed with it
            )
            self._alive.add(process)
            return process

    def stop(self) -> None:
        """Kill what runs; nothing is started any more."""
        with self._lock:
            self._stopped = True
            for process in self._alive:
                _kill(process)


def output(command: Sequence[str], limit: float = 20.0) -> str | None:
    """What a short command prints on both streams, or None when it cannot be run or fails."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=limit,
            check=False,
            env=_environment(os.environ),
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return None if done.returncode else (done.stdout + done.stderr).decode("utf-8", "replace")


def _environment(given: Mapping[str, str], folder: str | None = None) -> dict[str, str]:
    """Messages in English, temporary files in our folder, and no files written because the environment asks for it."""
    kept = {name: value for name, value in given.items() if name not in ("DEPENDENCIES_OUTPUT", "SUNPRO_DEPENDENCIES")}
    return {**kept, "LC_ALL": "C", **({"TMPDIR": folder} if folder else {})}


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
