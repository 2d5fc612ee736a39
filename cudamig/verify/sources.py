"""The files of a tree as a compiler would find them, with changes laid over them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cudamig.discover import NEVER
from cudamig.verify.includes import Include, read

UNITS = (".cpp", ".cc", ".cxx", ".cu")
HEADERS = (".h", ".hpp", ".hh", ".hxx", ".cuh", ".inl", ".inc", ".ipp", ".tpp", ".def")
BESIDE = ("", "include", "src", "csrc")  # where headers stand, in a folder above the unit

State = Mapping[str, bytes]  # absolute path -> what it holds instead of what is on disk


class Closure(NamedTuple):
    """What a unit is made of."""

    files: tuple[str, ...]  # of the tree, the unit first; absolute paths
    folders: tuple[str, ...]  # of the tree, that the includes ask for
    outside: frozenset[str]  # names that are included and are not in the tree
    guessed: bool  # a macro names an included file: any file of the tree may be part of it


class Sources:
    """The trees that some paths belong to; folders and files are absolute paths."""

    def __init__(self, roots: Iterable[str], include: Iterable[str], outside: Iterable[str]) -> None:
        """``include``: folders that the user names; ``outside``: those of torch, the toolkit and the system."""
        self.roots = tuple(roots)
        self.named = tuple(folder for folder in include if self.inside(folder))
        self._outside = tuple(outside)
        self._files: set[str] = set()
        self._by_name: dict[str, list[str]] = {}
        self._texts: dict[str, bytes] = {}
        self._elsewhere: dict[str, bool] = {}
        for root in self.roots:
            self._walk(root)

    def inside(self, path: str) -> bool:
        """Whether a path lies in one of the trees."""
        return any(path == root or path.startswith(os.path.join(root, "")) for root in self.roots)

    def units(self) -> list[str]:
        """Every file that a build could compile."""
        return sorted(file for file in self._files if file.endswith(UNITS))

    def code(self) -> list[str]:
        """Every file that could be a part of a unit, by its name."""
        return sorted(file for file in self._files if file.endswith((*UNITS, *HEADERS)))

    def bytes(self, path: str, state: State) -> bytes:
        """What a file holds; nothing, when it cannot be read."""
        if path in state:
            return state[path]
        if path not in self._texts:
            try:
                with open(path, "rb") as handle:
                    self._texts[path] = handle.read()
            except OSError:
                self._texts[path] = b""
        return self._texts[path]

    def closure(self, unit: str, state: State) -> Closure:
        """The files of the tree that a unit includes, and the folders in which its includes are found."""
        folders = list(self.named)
        while True:
            known = len(folders)
            files, outside, guessed = {unit: None}, set(), False
            todo = [unit]
            while todo:
                file = todo.pop()
                for include in read(self.bytes(file, state)):
                    found = self.resolve(include, file, unit, folders) if include.name else None
                    guessed |= not include.name
                    if found is None:
                        outside.add(include.name)
                    elif found not in files:
                        files[found] = None
                        todo.append(found)
            if len(folders) == known:
                return Closure(tuple(files), tuple(folders), frozenset(outside - {""}), guessed)

    def resolve(self, include: Include, file: str, unit: str, folders: list[str]) -> str | None:
        """The file of the tree that an include means. The folder that it takes is added to ``folders``."""
        beside = _join(os.path.dirname(file), include.name)
        if include.quote == '"' and beside in self._files:
            return beside
        for folder in folders:
            if _join(folder, include.name) in self._files:
                return _join(folder, include.name)
        if include.quote == "<" and self._is_elsewhere(include.name):
            return None
        folder = self._above(unit, include.name) or (
            "" if self._is_elsewhere(include.name) else self._anywhere(unit, include)
        )
        if not folder:
            return None
        folders.append(folder)
        return _join(folder, include.name)

    def _above(self, unit: str, name: str) -> str:
        """A folder above the unit, or a usual folder of headers beside one, that holds ``name``; or ``""``."""
        folder = os.path.dirname(unit)
        while self.inside(folder):
            for part in BESIDE:
                if _join(os.path.join(folder, part), name) in self._files:
                    return os.path.join(folder, part) if part else folder
            folder = os.path.dirname(folder)
        return ""

    def _anywhere(self, unit: str, include: Include) -> str:
        """The folder nearest to the unit below which a header of that name stands, or ``""``."""
        parts = include.name.split("/")
        if ".." in parts or (include.quote == "<" and len(parts) == 1):
            return ""
        ends = "/" + include.name
        found = [file for file in self._by_name.get(parts[-1], ()) if file.endswith(ends)]
        best = max(found, key=lambda file: (len(os.path.commonpath([file, unit])), -len(file), file), default="")
        return best[: -len(ends)]

    def _is_elsewhere(self, name: str) -> bool:
        if name not in self._elsewhere:
            self._elsewhere[name] = any(os.path.isfile(os.path.join(folder, name)) for folder in self._outside)
        return self._elsewhere[name]

    def _walk(self, root: str) -> None:
        for here, below, names in os.walk(root):
            below[:] = sorted(name for name in below if name not in NEVER)
            for name in names:
                path = os.path.join(here, name)
                self._files.add(path)
                self._by_name.setdefault(name, []).append(path)


def digest(sources: Sources, closure: Closure, state: State) -> str:
    """What a unit is made of, in short: it compiles to the same whenever this is the same."""
    total = hashlib.sha256("\0".join(closure.folders).encode("utf-8", "surrogateescape"))
    files = sorted({*closure.files, *state}) if closure.guessed else closure.files
    for file in files:
        total.update(b"\0" + os.fsencode(file) + b"\0" + hashlib.sha256(sources.bytes(file, state)).digest())
    return total.hexdigest()


def _join(folder: str, name: str) -> str:
    return os.path.normpath(os.path.join(folder, name))
