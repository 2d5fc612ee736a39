"""Compile units of a tree in some state: in a copy of what they are made of, side by side, each state once."""

from __future__ import annotations

import concurrent.futures
import os
from collections.abc import Callable, Iterable

from cudamig.verify import command
from cudamig.verify.outcome import Outcome, judge, unknown
from cudamig.verify.precompiled import Precompiled
from cudamig.verify.process import Runner
from cudamig.verify.sources import Closure, Sources, State, digest
from cudamig.verify.tools import Tools

Tick = Callable[[], None]


class Bench:
    """Compiles. A unit whose files hold the same as before is not compiled again."""

    def __init__(self, tools: Tools, sources: Sources, runner: Runner, jobs: int) -> None:
        self.tools, self.sources = tools, sources
        self._runner, self._jobs = runner, jobs
        self._known: dict[tuple[str, str], Outcome] = {}
        self._copies = 0
        self._base = os.path.commonpath(sources.roots)
        self._precompiled = Precompiled(tools, runner, self._folder("precompiled"))
        self._minmax = os.path.join(runner.folder, "host_minmax.h")
        with open(self._minmax, "w", encoding="ascii") as handle:
            handle.write(command.HOST_MINMAX)

    def known(self, unit: str, state: State) -> bool:
        """Whether a unit need not be compiled to know what comes out."""
        return (unit, digest(self.sources, self.sources.closure(unit, state), state)) in self._known

    def outcomes(self, units: Iterable[str], state: State, tick: Tick = lambda: None) -> dict[str, Outcome]:
        """What the compiler says of units in a state. ``tick`` is called after each compilation."""
        closures = {unit: self.sources.closure(unit, state) for unit in units}
        keys = {unit: (unit, digest(self.sources, closure, state)) for unit, closure in closures.items()}
        todo = {unit: closures[unit] for unit, key in keys.items() if key not in self._known}
        if todo:
            copy = self._copy(todo, state)
            jobs = {unit: self._prepare(unit, closure, state, copy) for unit, closure in todo.items()}
            for unit, outcome in self._compile(jobs, tick):
                self._known[keys[unit]] = outcome
        return {unit: self._known[key] for unit, key in keys.items()}

    def probe(self, cuda: bool) -> str:
        """What is wrong with compiling torch's headers alone; ``""`` when nothing is."""
        folder = self._folder("probe")
        header = next((name for name in ("ATen/ATen.h", "torch/extension.h") if self._has(name)), "")
        unit = os.path.join(folder, "probe.cu" if cuda else "probe.cpp")
        with open(unit, "w", encoding="ascii") as handle:
            handle.write(f"#include <{header}>\n" if header else "\n")
        done = self._runner.run(command.front_end(self.tools, unit, (), unit + ".ptx", minmax=self._minmax))
        outcome = judge(done, folder, folder, self.tools.torch.cuda)
        return "" if outcome.ok else outcome.why

    def _has(self, header: str) -> bool:
        return any(os.path.isfile(os.path.join(folder, header)) for folder in self.tools.torch.folders)

    def _compile(self, jobs: dict[str, Callable[[], Outcome]], tick: Tick) -> Iterable[tuple[str, Outcome]]:
        """Run jobs side by side. When we are interrupted, nothing goes on."""
        pool = concurrent.futures.ThreadPoolExecutor(self._jobs)
        try:
            running = {pool.submit(job): unit for unit, job in jobs.items()}
            for done in concurrent.futures.as_completed(running):
                tick()
                yield running[done], done.result()
        except BaseException:
            self._runner.stop()
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def _prepare(self, unit: str, closure: Closure, state: State, copy: str) -> Callable[[], Outcome]:
        """The compilation of a unit, for later."""
        if command.compiler(self.tools, unit) is None:
            found = self.tools.compilers
            why = found.no_cuda if command.is_cuda(unit) else found.no_cxx
            return lambda: unknown(why)
        if command.is_cuda(unit) and self.tools.no_cuda() and uses_torch(closure):
            return lambda: unknown(self.tools.no_cuda())
        key = self._precompiled.key(unit, self.sources, state, closure)
        self._precompiled.want([key] if key else [])
        file, folders = self._there(unit, copy), [self._there(folder, copy) for folder in closure.folders]

        def compile() -> Outcome:
            header = self._precompiled.get(key)
            result = f"{file}.{os.path.basename(copy)}.ptx"
            done = self._runner.run(command.front_end(self.tools, file, folders, result, header, self._minmax))
            return judge(done, copy, self._base, self.tools.torch.cuda)

        return compile

    def _copy(self, units: dict[str, Closure], state: State) -> str:
        """A folder with the files that the units are made of, at their places."""
        self._copies += 1
        copy = self._folder(f"tree{self._copies}")
        files = {file for closure in units.values() for file in closure.files}
        if any(closure.guessed for closure in units.values()):
            files.update(self.sources.code())
        for file in files:
            there = self._there(file, copy)
            os.makedirs(os.path.dirname(there), exist_ok=True)
            with open(there, "wb") as handle:
                handle.write(self.sources.bytes(file, state))
        for closure in units.values():
            for folder in closure.folders:
                os.makedirs(self._there(folder, copy), exist_ok=True)
        return copy

    def _there(self, path: str, copy: str) -> str:
        return os.path.join(copy, os.path.relpath(path, self._base))

    def _folder(self, name: str) -> str:
        folder = os.path.join(self._runner.folder, name)
        os.makedirs(folder, exist_ok=True)
        return folder


def uses_torch(closure: Closure) -> bool:
    """Whether a unit includes headers of torch."""
    return any(name.startswith(("torch/", "ATen/", "c10/", "TH/", "THC/", "caffe2/")) for name in closure.outside)
