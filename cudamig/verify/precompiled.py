"""Precompiled headers for clang++: torch's headers are most of the work, and the same for every unit.

One is used only where it cannot change what a unit means: the header is the first of torch that the unit includes, and
nothing but other includes stands above it. g++ is left alone: it takes a precompiled header only as the very first
include of a unit, and real units gained nothing.
"""

from __future__ import annotations

import hashlib
import os
import threading

from cudamig.verify import command
from cudamig.verify.includes import read
from cudamig.verify.process import Runner
from cudamig.verify.sources import Closure, Sources, State
from cudamig.verify.tools import Tools

_LARGE = ("torch/extension.h", "torch/torch.h", "torch/all.h", "torch/script.h", "torch/types.h", "ATen/ATen.h")
_WORTH = 2  # compilations from which on one pays


class Precompiled:
    """The precompiled headers of a run, made when they are first wanted."""

    def __init__(self, tools: Tools, runner: Runner, folder: str) -> None:
        self._tools, self._runner, self._folder = tools, runner, folder
        self._locks: dict[tuple[str, bool], threading.Lock] = {}
        self._lock = threading.Lock()
        self._made: dict[tuple[str, bool], str] = {}
        self._wanted: dict[tuple[str, bool], int] = {}

    def key(self, unit: str, sources: Sources, state: State, closure: Closure) -> tuple[str, bool] | None:
        """The header that may be precompiled for a unit, and whether for CUDA; None: there is none."""
        used = command.compiler(self._tools, unit)
        if used is None or used.family != "clang++" or closure.guessed:
            return None
        header = first_of_torch(unit, unit, sources, state, list(closure.folders), set())
        return (header, command.is_cuda(unit)) if header in _LARGE else None

    def want(self, keys: list[tuple[str, bool]]) -> None:
        """Count compilations to come."""
        for key in keys:
            self._wanted[key] = self._wanted.get(key, 0) + 1

    def get(self, key: tuple[str, bool] | None) -> str:
        """The precompiled header, made now if need be; ``""`` when it does not pay or cannot be made."""
        if key is None or self._wanted.get(key, 0) < _WORTH:
            return ""
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._made:
                self._made[key] = self._make(*key)
            return self._made[key]

    def _make(self, header: str, cuda: bool) -> str:
        name = hashlib.sha256(header.encode()).hexdigest()[:12]
        file = os.path.join(self._folder, name + (".cu" if cuda else ".h"))
        with open(file, "w", encoding="ascii") as handle:
            handle.write(f"#include <{header}>\n")
        result = file + ".pch"
        done = self._runner.run(command.precompile(self._tools, file, result))
        return result if done.code == 0 and os.path.isfile(result) else ""


def first_of_torch(
    file: str, unit: str, sources: Sources, state: State, folders: list[str], seen: set[str]
) -> str | None:
    """The first header of torch that a file includes, its own headers seen through; None when code stands before it.

    ``""``: the file includes none, and holds nothing but includes.
    """
    seen.add(file)
    for include in read(sources.bytes(file, state)):
        if not include.plain:
            return None
        found = sources.resolve(include, file, unit, folders)
        if found in seen:
            continue
        if found is None:
            if include.name in _LARGE:
                return include.name
            if include.name.startswith(("torch/", "ATen/", "c10/", "pybind11/")):
                return None
            continue
        inside = first_of_torch(found, unit, sources, state, folders, seen)
        if inside is None or inside:
            return inside
        return None  # code of the repository's own stands before torch
    return ""
