"""Which requirements files and projects a build, or another file, installs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cudamig.nodes import Copy, Include, Install, Node

_FILE = re.compile(r"[\w./+-]*\.(?:txt|in)$")
_PROJECT = ("pyproject.toml", "setup.cfg", "setup.py")
_WHOLE = (".", "./", "./*", "*", "/")


class Link(NamedTuple):
    """``source`` installs ``target`` in the install command ``scope`` of ``source`` (ANY of it when -2)."""

    source: str
    target: str
    scope: int


MENTIONED = -2  # the file is named in a command that is no plain ``-r``: joined, filtered, copied about
LISTS = ("requirements", "toml", "ini", "python")  # kinds whose paths are relative to the file itself


def find(path: str, kind: str, nodes: Sequence[Node], known: Sequence[str]) -> Iterator[Link]:
    """Links from one file; ``known`` are the paths of all files that say what to install."""
    includes = [node for node in nodes if isinstance(node, Include)]
    if kind in LISTS:
        for include in includes:
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), include.target))
            if target in known and target != path:
                yield Link(path, target, 0)
        return
    sources = [source for node in nodes if isinstance(node, Copy) and not node.from_stage for source in node.sources]
    for include in includes:
        if include.option == "-e":
            for target in _project(path, include.target, sources if kind == "dockerfile" else _WHOLE, known):
                yield Link(path, target, include.span.start)
        else:
            yield from _named(path, include.target, include.span.start, sources, known)
    for node in nodes:
        if isinstance(node, Install):
            for word in node.words:
                if _FILE.fullmatch(word.value):
                    yield from _named(path, word.value, MENTIONED, sources, known)


def _project(path: str, mention: str, sources: Sequence[str], known: Sequence[str]) -> list[str]:
    """The files of the tree that say what the project at ``mention`` needs; none when it is not copied from the tree.

    A folder is known by its name; the working directory is the nearest folder with a project, at or above the file.
    """
    files = [file for file in known if posixpath.basename(file) in _PROJECT]
    copied = [posixpath.normpath(source) for source in sources]
    name = posixpath.basename(posixpath.normpath(mention))
    folders = {posixpath.dirname(file) for file in files}
    if not any(s in _WHOLE or posixpath.basename(s) in (*_PROJECT, name) or s in folders for s in copied):
        return []
    named = [folder for folder in folders if posixpath.basename(folder) == name]
    above = [folder for folder in folders if not folder or path.startswith(folder + "/")]
    best = max(named or above, key=lambda folder: (_near(folder + "/", path), -len(folder), folder), default=None)
    return sorted(file for file in files if posixpath.dirname(file) == best)


def _named(path: str, mention: str, scope: int, sources: Sequence[str], known: Sequence[str]) -> Iterator[Link]:
    """The file of the tree that a path inside a container most likely is.

    Its last parts must agree with the path; where a COPY names the file, with that too; of several the one nearest
    to the build wins.
    """
    name = posixpath.basename(mention)
    fits = [file for file in known if posixpath.basename(file) == name]
    copied = [posixpath.normpath(s).lstrip("./") for s in sources if posixpath.basename(s) == name]
    if copied:
        fits = [file for file in fits if any(file == c or file.endswith("/" + c) for c in copied)] or fits
    if fits:
        best = max(fits, key=lambda file: (_agree(file, mention), _near(file, path), -len(file), file))
        yield Link(path, best, scope)


def _agree(file: str, mention: str) -> int:
    """How many trailing parts two paths share."""
    count = 0
    for a, b in zip(reversed(file.split("/")), reversed(mention.split("/")), strict=False):
        if a != b:
            break
        count += 1
    return count


def _near(file: str, path: str) -> int:
    """How many leading folders two paths share."""
    count = 0
    for a, b in zip(file.split("/")[:-1], path.split("/")[:-1], strict=False):
        if a != b:
            break
        count += 1
    return count


def closure(path: str, links: Mapping[str, Sequence[Link]]) -> list[str]:
    """All files that ``path`` installs, itself first, each once."""
    seen, todo = {path: None}, [path]
    while todo:
        for link in links.get(todo.pop(), ()):
            if link.target not in seen:
                seen[link.target] = None
                todo.append(link.target)
    return list(seen)


def incoming(links: Iterable[Link]) -> dict[str, list[Link]]:
    """Links by the file they lead to."""
    out: dict[str, list[Link]] = {}
    for link in links:
        out.setdefault(link.target, []).append(link)
    return out
