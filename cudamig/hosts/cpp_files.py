"""The C++ files of a tree together: which file of it an ``#include`` means, what a file sees, who sees a file.

Only files of the tree are known; a header of libtorch, CUDA or the system is nobody's here.
"""

from __future__ import annotations

import contextlib
import os
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from cudamig.source import MAX_BYTES, Source, Unreadable

if TYPE_CHECKING:
    from cudamig.hosts.cpp import CppDocument

_INCLUDE = re.compile(rb"^[ \t]*#[ \t]*include[ \t]*[<\"]([^>\"\n]+)[>\"]", re.M)
_HEADER = re.compile(r"\.(?:h|hpp|hh|hxx|cuh|inl|inc|tpp)$", re.I)


def is_header(path: str) -> bool:
    """Whether other files include this one, by its name."""
    return _HEADER.search(path) is not None


class Files:
    """C++ files by path (POSIX, as discovered). Everything is read when it is first asked for, and kept."""

    def __init__(self, paths: Iterable[str], read: Callable[[str], bytes | None]) -> None:
        """``read`` gives the bytes of a file, or None when it cannot be read."""
        self._read = read
        self._paths = frozenset(paths)
        self._named: dict[str, list[str]] = {}
        for path in sorted(self._paths):
            self._named.setdefault(posixpath.basename(path), []).append(path)
        self._raw: dict[str, bytes] = {}
        self._documents: dict[str, CppDocument | None] = {}
        self._includes: dict[str, list[str]] = {}
        self._users: dict[str, list[str]] | None = None

    def __contains__(self, path: object) -> bool:
        """Whether a path is one of the files."""
        return path in self._paths

    def forget(self, path: str) -> None:
        """A file has changed."""
        for kept in (self._raw, self._documents, self._includes):
            kept.pop(path, None)
        self._users = None

    def find(self, path: str, name: str) -> str | None:
        """The file that ``#include "name"`` in ``path`` means.

        That is the one beside it (which need not be one of the known files), else the nearest one whose path ends so;
        where several are as near, none.
        """
        if os.path.isabs(name):
            return None  # a header of the machine
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
        if beside in self._paths or (is_header(name) and self.raw(beside)):
            return beside
        wanted = posixpath.normpath(name)
        ends = [p for p in self._named.get(posixpath.basename(wanted), ()) if p == wanted or p.endswith("/" + wanted)]
        near = sorted(((len(posixpath.commonpath([p, path])), p) for p in ends), reverse=True)
        if not near or (len(near) > 1 and near[0][0] == near[1][0]):
            return None
        return near[0][1]

    def included(self, path: str) -> list[str]:
        """The files of the tree that a file includes itself."""
        if path not in self._includes:
            names = dict.fromkeys(_INCLUDE.findall(self.raw(path)))
            found = (self.find(path, os.fsdecode(name)) for name in names)
            self._includes[path] = [file for file in found if file and file != path]
        return self._includes[path]

    def seen(self, path: str) -> list[str]:
        """The files of the tree that a file includes, directly or not, in the order in which it meets them."""
        return _reached(path, self.included)

    def users(self, path: str) -> list[str]:
        """The files of the tree that include a file, directly or not."""
        if self._users is None:
            self._users = {}
            for user in sorted(self._paths):
                for file in self.included(user):
                    self._users.setdefault(file, []).append(user)
        users = self._users
        return _reached(path, lambda file: users.get(file, []))

    def units(self, path: str) -> list[str]:
        """The compile units (no headers) among the users of a file."""
        return sorted(user for user in self.users(path) if not is_header(user))

    def raw(self, path: str) -> bytes:
        """A file's bytes; none when it cannot be read."""
        if path not in self._raw:
            self._raw[path] = self._read(path) or b""
        return self._raw[path]

    def document(self, path: str) -> CppDocument | None:
        """A file as its host reads it; None when it is no text, or too large to be source."""
        if path not in self._documents:
            self._documents[path] = None
            if len(self.raw(path)) <= MAX_BYTES:
                with contextlib.suppress(Unreadable):
                    self._documents[path] = self.parse(Source(path, self.raw(path), "cpp"))
        return self._documents[path]

    def parse(self, source: Source) -> CppDocument:
        """A file of the tree as its host reads it, with the tree around it."""
        from cudamig.hosts import cpp

        document = cpp.parse(source)
        document.files = self
        return document

    def headers(self, path: str, word: str) -> Iterator[CppDocument]:
        """The files that a file includes, directly or not, and that hold ``word``."""
        return self._holding(word, self.seen(path))

    def readers(self, path: str, word: str) -> Iterator[CppDocument]:
        """The files that see a header, directly or not, and that hold ``word``."""
        return self._holding(word, self.users(path) if is_header(path) else ())

    def _holding(self, word: str, paths: Iterable[str]) -> Iterator[CppDocument]:
        for file in paths:
            document = self.document(file) if word.encode() in self.raw(file) else None
            if document:
                yield document


NONE = Files((), lambda path: None)


def _reached(path: str, next_: Callable[[str], list[str]]) -> list[str]:
    out: dict[str, None] = {path: None}
    for file in (todo := [path]):
        for other in next_(file):
            if other not in out:
                out[other] = None
                todo.append(other)
    return [file for file in out if file != path]
