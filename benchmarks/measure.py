"""CPU time and peak memory of whole processes, as the operating system accounts them."""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import tempfile
import venv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent


@contextlib.contextmanager
def installed() -> Iterator[str]:
    """The bin folder of a fresh environment with the wheel of this checkout: what users run, not the YAML."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        command = [f"{folder}/bin/python", "-m", "pip", "install", "--quiet", str(ROOT)]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        yield f"{folder}/bin"


class Cost(NamedTuple):
    """CPU seconds (user and system, children that were waited for included), peak memory in MB, exit code."""

    cpu: float
    memory: float
    code: int


def once(command: Sequence[str], cwd: str | None = None) -> Cost:
    """Run a command with its output thrown away."""
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode)


def ratio(command: Sequence[str], base: Sequence[str], runs: int, cwd: str | None = None) -> tuple[float, float, float]:
    """Median of the pairwise CPU ratios of ``command`` to ``base``, run in turn; their median CPU seconds."""
    once(command, cwd), once(base, cwd)
    pairs = [(once(command, cwd).cpu, once(base, cwd).cpu) for _ in range(runs)]
    return (
        statistics.median(a / b for a, b in pairs),
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
    )
