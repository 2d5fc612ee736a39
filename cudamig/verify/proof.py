"""Before and after: every unit compiled in both states, and the files that made one worse."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from cudamig.fixing.plan import Plan
from cudamig.kinds import skip_reason
from cudamig.request import Result
from cudamig.verify import command, tools
from cudamig.verify.bench import Bench, uses_torch
from cudamig.verify.compare import Row, Verdict, row
from cudamig.verify.outcome import unknown
from cudamig.verify.process import Runner
from cudamig.verify.sources import UNITS, Closure, Sources, State
from cudamig.verify.tools import Asked

Progress = Callable[[int, int], None]


class Proof(NamedTuple):
    """What compiling showed."""

    rows: tuple[Row, ...]
    strangers: int  # units that have nothing to do with torch, CUDA or the fixes

    def count(self, verdict: Verdict) -> int:
        """How many units have a verdict."""
        return sum(1 for row in self.rows if row.verdict is verdict)

    @property
    def empty(self) -> bool:
        """Whether there are units, and none of them could be checked."""
        return bool(self.rows) and self.count(Verdict.UNCHECKED) == len(self.rows)


class Prover:
    """Proves plans for the files of one run. Use ``open_prover``."""

    def __init__(self, bench: Bench, scanned: Result, progress: Progress) -> None:
        self.tools = bench.tools
        self._bench, self._progress = bench, progress
        self._scanned = {os.path.abspath(file.path) for file in scanned.files if file.path.endswith(UNITS)}

    def prove(self, plan: Plan) -> Proof:
        """Compile every unit as it is and as the plan makes it."""
        after = _state(plan.after)
        closures, strangers = self._units(after)
        changed = {unit: sorted(set(closure.files) & after.keys()) for unit, closure in closures.items()}
        touched = [unit for unit, closure in closures.items() if changed[unit] or (after and closure.guessed)]
        ticks, total = iter(range(1, len(closures) + len(touched) + 1)), len(closures) + len(touched)

        def tick() -> None:
            self._progress(next(ticks, total), total)

        self._progress(0, total)
        old = self._bench.outcomes(closures, _state(plan.before), tick)
        new = {**old, **self._bench.outcomes(touched, after, tick)}
        rows = [row(unit, old[unit], new[unit], tuple(map(os.path.relpath, changed[unit]))) for unit in closures]
        return Proof(tuple(self._sound(rows)), strangers)

    def culprits(self, plan: Plan, proof: Proof) -> dict[str, str]:
        """The files whose fixes made a unit worse, as the user knows them, and how.

        Each fix of a unit is tried alone; where none alone breaks it, all of its files are named.
        """
        paths = {os.path.abspath(path): path for path in plan.after}
        found: dict[str, str] = {}
        for item in proof.rows:
            if item.verdict is not Verdict.WORSE:
                continue
            files = [os.path.abspath(path) for path in item.changed] or list(paths)
            broken = [file for file in files if len(files) > 1 and not self._alone(item.unit, file, plan, paths[file])]
            error = item.after
            place = f"{error.file}:{error.line}: " if error.file else ""
            why = f"with its fix {os.path.relpath(item.unit)} no longer compiles: {place}{error.why}"
            for file in broken or files:
                found.setdefault(paths[file], why)
        return found

    def _alone(self, unit: str, file: str, plan: Plan, path: str) -> bool:
        """Whether a unit compiles with the fixes of one file only."""
        state = {**_state(plan.before), file: plan.after[path]}
        return bool(self._bench.outcomes([unit], state)[unit].ok)

    def _units(self, after: State) -> tuple[dict[str, Closure], int]:
        """The units to compile: those of the run that have to do with torch or CUDA, and all that a fix reaches."""
        closures, strangers = {}, 0
        for unit in self._bench.sources.units():
            asked = unit in self._scanned
            if not asked and (not after or skip_reason(os.path.relpath(unit).replace(os.sep, "/"))):
                continue
            closure = self._bench.sources.closure(unit, {})
            if after.keys() & set(closure.files) or (asked and _related(unit, closure)):
                closures[unit] = closure
            else:
                strangers += asked
        return closures, strangers

    def _sound(self, rows: list[Row]) -> Iterator[Row]:
        """The rows; units of a language in which nothing compiles, not even torch's headers, prove nothing."""
        wrong = {}
        for cuda in (False, True):
            these = [item for item in rows if command.is_cuda(item.unit) is cuda]
            if any(item.verdict is Verdict.FAILS for item in these) and not any(
                item.before.ok or item.after.ok for item in these
            ):
                wrong[cuda] = self._bench.probe(cuda)
        for item in rows:
            why = wrong.get(command.is_cuda(item.unit))
            if why and item.verdict is Verdict.FAILS:
                outcome = unknown(f"torch's own headers do not compile here: {why}")
                yield item._replace(verdict=Verdict.UNCHECKED, before=outcome, after=outcome)
            else:
                yield item


@contextlib.contextmanager
def open_prover(asked: Asked, scanned: Result, progress: Progress = lambda done, total: None) -> Iterator[Prover]:
    """Find the tools, or raise Missing, and keep a temporary folder that is gone afterwards, as all compilers are."""
    found = tools.find(asked, scanned.request.target)
    sources = Sources(_roots(scanned.request.paths), found.include, found.outside())
    outer = tuple(folder for folder in found.include if not sources.inside(folder))
    found = found._replace(include=outer)
    with (
        _ended_by_signal(),
        tempfile.TemporaryDirectory(prefix="cudamig-verify-", ignore_cleanup_errors=True) as folder,
    ):
        runner = Runner(asked.timeout, os.path.realpath(folder))
        try:
            yield Prover(Bench(found, sources, runner, tools.jobs(asked, found)), scanned, progress)
        finally:
            runner.stop()


def has_units(scanned: Result) -> bool:
    """Whether there is anything to compile in the trees of a run; without, no compiler is looked for."""
    return bool(Sources(_roots(scanned.request.paths), (), ()).units())


def _state(files: Mapping[str, bytes]) -> State:
    return {os.path.abspath(path): raw for path, raw in files.items()}


def _related(unit: str, closure: Closure) -> bool:
    """Whether a unit is CUDA, or includes headers of torch, pybind11 or CUDA."""
    near = any(name.startswith(("cuda", "cublas", "cudnn", "pybind11/")) for name in closure.outside)
    return command.is_cuda(unit) or near or uses_torch(closure)


def _roots(paths: tuple[str, ...]) -> list[str]:
    """The trees of paths: the git work tree, or the folder itself, or (for a file) the working directory."""
    roots = []
    for path in paths:
        given = os.path.abspath(path)
        folder = given if os.path.isdir(given) else os.path.dirname(given)
        root = folder
        while not os.path.exists(os.path.join(root, ".git")) and os.path.dirname(root) != root:
            root = os.path.dirname(root)
        if not os.path.exists(os.path.join(root, ".git")):
            here = os.getcwd()
            inside = folder != given and os.path.commonpath([here, folder]) == here
            root = here if inside else folder
        roots.append(root)
    return [root for root in dict.fromkeys(roots) if not any(_below(root, other) for other in roots)]


def _below(path: str, other: str) -> bool:
    return path != other and path.startswith(os.path.join(other, ""))


@contextlib.contextmanager
def _ended_by_signal() -> Iterator[None]:
    """Let a request to end (from a CI system) end us as Ctrl-C does, so that compilers and folders do not stay."""

    def end(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
