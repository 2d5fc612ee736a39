"""Which requirements files and projects a build, a script or another file installs, and which scripts they run."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cudamig.nodes import ANY_SCOPE, Copy, Include, Install, Node
from cudamig.text import UNKNOWN

_FILE = re.compile(r"[\w./+-]*\.(?:txt|in)$")
_PROJECT = ("pyproject.toml", "setup.cfg", "setup.py", "Pipfile")
_WHOLE = (".", "./", "./*", "*", "/")
_SCRIPT = re.compile(rf"(?:.*[{UNKNOWN}/\\])?[\w.+-]+\.(?:sh|bash|zsh|ksh|bat|cmd|ps1|mk)$")


BUILDS = ("dockerfile", "singularity")  # kinds of files that build an image from files that they copy


class Link(NamedTuple):
    """``source`` installs ``target`` in the install command ``scope`` of ``source``, or in each (ANY_SCOPE)."""

    source: str
    target: str
    scope: int


MENTIONED = -2  # the file is named in a command that is no plain ``-r``: joined, filtered, copied about, run
LISTS = ("requirements", "toml", "ini", "tox", "python")  # kinds whose paths are relative to the file itself


def find(
    path: str, kind: str, nodes: Sequence[Node], known: Sequence[str], scripts: Sequence[str] = ()
) -> Iterator[Link]:
    """Links from one file; ``known``: the paths of all files that say what to install, ``scripts``: of all scripts."""
    includes = [node for node in nodes if isinstance(node, Include)]
    if kind in LISTS:
        for include in includes:
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), include.target))
            if target in known and target != path:
                yield Link(path, target, 0)
        return
    found = [node for node in nodes if isinstance(node, Copy) and not node.from_stage]
    copies = found if kind in BUILDS else None
    sources = [source for copy in found for source in copy.sources] if kind in BUILDS else _WHOLE
    for include in includes:
        if include.option == "-e":
            for target in _project(path, include.target, sources, known):
                yield Link(path, target, include.span.start)
        else:
            scope = ANY_SCOPE if include.everywhere else include.span.start
            yield from _named(path, include.target, scope, copies, known)
    for node in nodes:
        if isinstance(node, Install) and node.tool != "message":
            for word in node.words:
                if _FILE.fullmatch(word.value):
                    yield from _named(path, word.value, MENTIONED, copies, known)
                elif scripts and _SCRIPT.fullmatch(word.value):
                    yield from _run(path, word.value, copies, scripts)


def _run(path: str, mention: str, copies: Sequence[Copy] | None, scripts: Sequence[str]) -> Iterator[Link]:
    """The script that a command runs: as a build copies it, or from the folder of the file, or from the root."""
    if copies is not None:
        if copies:
            yield from _named(path, mention, MENTIONED, copies, scripts)
        return
    below = mention.rpartition(UNKNOWN)[2].replace("\\", "/").lstrip("/")
    for folder in (posixpath.dirname(path), ""):
        target = posixpath.normpath(posixpath.join(folder, below))
        if target in scripts and target != path:
            yield Link(path, target, MENTIONED)
            return


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


def _named(
    path: str, mention: str, scope: int, copies: Sequence[Copy] | None, known: Collection[str]
) -> Iterator[Link]:
    """The file of the tree that a path inside a container, or of a script (``copies`` is None), is.

    The build context is the folder of ``path`` or one above it; the path's last parts stand below it, or below a
    folder that is copied. Of several the one with most of these parts wins, then the one nearest to the build.
    """
    mention = _renamed(mention, copies or ())
    sources = [source for copy in copies or () for source in copy.sources]
    parts = [part for part in mention.split("/") if part not in ("", ".")]
    if not parts:
        return
    beside = {posixpath.normpath(s) for s in ("", *sources, *map(posixpath.dirname, sources))}
    bases = {posixpath.normpath(posixpath.join(folder, inner)) for folder in above(path) for inner in beside}
    found = []
    for number in range(len(parts)):
        tail = "/".join(parts[number:])
        files = {posixpath.normpath(posixpath.join(base, tail)) for base in bases}.intersection(known)
        found += [(-number, _near(file, path), -len(file), file) for file in files]
    alike = [file for file in known if posixpath.basename(file) == parts[-1]]
    if found:
        yield Link(path, max(found)[-1], scope)
    elif len(alike) == 1 and (copies is None or parts[-1] in map(posixpath.basename, sources)):
        yield Link(path, alike[0], scope)


def _renamed(mention: str, copies: Sequence[Copy]) -> str:
    """The source of a copy that has its name only in the container: ``COPY gpu.txt /tmp/requirements.txt``."""
    for copy in copies:
        if len(copy.sources) == 1 and posixpath.basename(copy.target) == posixpath.basename(mention):
            return copy.sources[0]
    return mention


def above(path: str) -> list[str]:
    """The folder of a file and all above it, the root as an empty string."""
    folder, out = posixpath.dirname(path), [posixpath.dirname(path)]
    while folder:
        folder = posixpath.dirname(folder)
        out.append(folder)
    return out


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
