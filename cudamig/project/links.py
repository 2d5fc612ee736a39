"""Which requirements files a build, a script or another requirements file installs, and which scripts they run."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cudamig.nodes import Copy, Include, Install, Node
from cudamig.text import UNKNOWN

_FILE = re.compile(r"[\w./+-]*\.(?:txt|in)$")
_SCRIPT = re.compile(rf"(?:.*[{UNKNOWN}/\\])?[\w.+-]+\.(?:sh|bash|zsh|ksh|bat|cmd|ps1|mk)$")


BUILDS = ("dockerfile", "singularity")  # kinds of files that build an image from files that they copy


class Link(NamedTuple):
    """``source`` installs ``target`` in the install command ``scope`` of ``source`` (ANY of it when -2)."""

    source: str
    target: str
    scope: int


MENTIONED = -2  # the file is named in a command that is no plain ``-r``: joined, filtered, copied about, run


def find(
    path: str, kind: str, nodes: Sequence[Node], known: Sequence[str], scripts: Sequence[str] = ()
) -> Iterator[Link]:
    """Links from one file; ``known`` are the paths of all requirements files, ``scripts`` those of all scripts."""
    if kind == "requirements":
        for node in nodes:
            if isinstance(node, Include):
                target = posixpath.normpath(posixpath.join(posixpath.dirname(path), node.target))
                if target in known and target != path:
                    yield Link(path, target, 0)
        return
    sources = [source for node in nodes if isinstance(node, Copy) and not node.from_stage for source in node.sources]
    for node in nodes:
        if isinstance(node, Include):
            yield from _named(path, node.target, node.span.start, sources, known)
        elif isinstance(node, Install) and node.tool != "message":
            for word in node.words:
                if _FILE.fullmatch(word.value):
                    yield from _named(path, word.value, MENTIONED, sources, known)
                elif scripts and _SCRIPT.fullmatch(word.value):
                    yield from _run(path, kind, word.value, sources, scripts)


def _run(path: str, kind: str, mention: str, sources: Sequence[str], scripts: Sequence[str]) -> Iterator[Link]:
    """The script that a command runs: as a build copies it, or from the folder of the file, or from the root."""
    if kind in BUILDS:
        name = posixpath.basename(mention)
        copied = [s for s in sources if posixpath.basename(s) == name or not posixpath.splitext(s)[1]]
        fits = [file for file in scripts if posixpath.basename(file) == name and copied]
        yield from _named(path, mention, MENTIONED, sources, fits)
        return
    below = mention.rpartition(UNKNOWN)[2].replace("\\", "/").lstrip("/")
    for folder in (posixpath.dirname(path), ""):
        target = posixpath.normpath(posixpath.join(folder, below))
        if target in scripts and target != path:
            yield Link(path, target, MENTIONED)
            return


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
