"""Which names the Python files of a tree take from each other's modules, as far as import statements tell."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

_IMPORT = re.compile(r"import(?=[ \t(\\])")
_HEAD = re.compile(r"(?:^|\"|\\n)[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]*)?\Z")  # a notebook's lines are strings
_NAMES = re.compile(r"[ \t]*(\([^)]*\)|(?:\\\r?\n|[^\r\n;#])*)")
_LONGEST = 300  # code points before the word import
_CLAUSE = re.compile(r"([\w.]+|\*)(?:\s+as\s+(\w+))?")


class Taken(NamedTuple):
    """One name that a file takes: ``name`` of ``module`` (a path without its suffix), known there as ``local``."""

    module: str
    name: str  # "*" for all, "" for the module itself
    local: str
    exact: bool  # the path is the whole path, not only its end

    def comes_from(self, path: str) -> bool:
        return self.module == path if self.exact else f"/{path}".endswith(f"/{self.module}")


class Takers:
    """Answers for one run; the files are read when it is first asked."""

    def __init__(self, paths: Callable[[], Iterable[str]], read: Callable[[str], bytes | None]) -> None:
        """``paths`` gives the Python files of the tree; ``read`` the bytes of one, or None."""
        self._paths, self._read = paths, read
        self._known: dict[str, list[tuple[str, Taken]]] | None = None  # by the last part of the module's path
        self._own: dict[str, set[str]] = {}

    def taker(self, path: str, name: str) -> str:
        """A file that takes ``name`` from the module ``path``; ``""`` where no import says so."""
        found = self._taker(_whole(path), name, set())
        return os.path.relpath(found).replace(os.sep, "/") if found else ""

    def _taker(self, path: str, name: str, asked: set[str]) -> str:
        asked.add(path)
        module = path.rpartition(".")[0]
        for other, taken in self._all().get(posixpath.basename(module), ()):
            if other in asked or not taken.comes_from(module):
                continue
            if taken.name == name or (not taken.name and self._says(other, rf"{re.escape(taken.local)}\.{name}")):
                return other
            if taken.name == "*" and name not in self._own[other]:
                if self._says(other, name):
                    return other
                further = self._taker(other, name, asked)
                if further:
                    return further
        return ""

    def _says(self, path: str, pattern: str) -> bool:
        return bool(re.search(rf"(?<![\w.]){pattern}\b", self._text(path)))

    def _text(self, path: str) -> str:
        return (self._read(path) or b"").decode("latin-1")

    def _all(self) -> dict[str, list[tuple[str, Taken]]]:
        if self._known is None:
            self._known = {}
            for path in map(_whole, self._paths()):
                found = _taken(path, self._text(path))
                self._own[path] = {each.local for each in found if each.name}
                for each in found:
                    self._known.setdefault(posixpath.basename(each.module), []).append((path, each))
        return self._known


def _whole(path: str) -> str:
    return os.path.abspath(path).replace(os.sep, "/")


def _taken(path: str, text: str) -> list[Taken]:
    """What the imports of a file name. A name that is taken may be a module of its own, too."""
    out = []
    for word in _IMPORT.finditer(text):
        begin = max(text.rfind("\n", 0, word.start()) + 1, word.start() - _LONGEST)
        head, names = _HEAD.search(text[begin : word.start()]), _NAMES.match(text, word.end())
        clauses = _CLAUSE.findall(names[1]) if head and names else []
        if not head or head[2] is None:
            out += [Taken(each.replace(".", "/"), "", local or each, False) for each, local in clauses]
            continue
        dots, name = len(head[1]), head[2].replace(".", "/")
        around = posixpath.normpath(posixpath.join(posixpath.dirname(path), *[".."] * (dots - 1))) if dots else ""
        module = posixpath.normpath(posixpath.join(around, name)) if dots else name
        for taken, local in clauses:
            out.append(Taken(module, taken, local or taken, bool(dots)))
            out.append(Taken(f"{module}/{taken}", "", local or taken, bool(dots)))
    return out
