"""CPU time and peak memory of whole processes, as the operating system accounts them."""

from __future__ import annotations

import os
import statistics
import subprocess
from collections.abc import Sequence
from typing import NamedTuple


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
