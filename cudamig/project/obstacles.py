"""What holds back whatever moves with a file, although it names no stack itself."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from cudamig.engine import FileResult
from cudamig.facts import companions, images, wheels
from cudamig.facts.targets import Target
from cudamig.model import Span
from cudamig.nodes import Generated, Include, Requirement, Unread
from cudamig.project import builds, links, locks, pythons
from cudamig.project.builds import Build
from cudamig.project.place import Place, obstacle

_NAMED = re.compile(r"(?:^|[._/-])(?:cu|cuda[-_]?)\d{2,3}(?:\D|$)|cuda[-_]?\d{1,2}\.\d", re.I)
_NAMED_TORCH = re.compile(r"(?:^|[._/-])(?:py)?torch[-_=v]*\d+[._]\d+", re.I)
_NAMED_PYTHON = re.compile(r"(?:^|[._/-])py(?:thon)?[-_]?3[._]?(\d{1,2})(?=[._/-]|$)", re.I)


def find(result: FileResult, target: Target, read: locks.Read, through: bool = False) -> Iterator[Place]:
    """Obstacles of one file. ``read`` gives the bytes of a lock file of the tree, or None.

    ``through``: a script that it runs installs with pip.
    """
    for node in result.nodes:
        if isinstance(node, Generated):
            made = f"run `{node.command}` after what it is made of has moved"
            how = made if node.command else "change what generates it"
            yield obstacle(result.path, node.span, f"the file {node.reason}: {how}")
        elif isinstance(node, Unread):
            yield obstacle(result.path, node.span, node.reason)
        elif isinstance(node, Requirement):
            yield from _pinned(node, result, target)
    yield from _named(result.path, target)
    if result.kind in links.BUILDS:
        build = builds.build(result.path, result.nodes)
        pips = {node.stage for node in result.nodes if isinstance(node, Requirement | Include)}
        pips |= {ref.stage for ref in build.images} if through else set()
        yield from pythons.misfits(build, pips, target)
        yield from _bases(build, pips)
        yield from _locks(build, read)


def _named(path: str, target: Target) -> Iterator[Place]:
    """What the names of a file and its folders say that it is for."""
    if names_cuda(path):
        yield obstacle(path, Span(0, 0), "its path says which CUDA it is for", deliberate=True)
    if _NAMED_TORCH.search(path):
        yield obstacle(path, Span(0, 0), "its path says which torch it is for", deliberate=True)
    for found in _NAMED_PYTHON.finditer(path):
        version = f"3.{found.group(1)}"
        if not target.has_python(version):
            why = f"its path says that it is for Python {version}; {pythons.served(target)}"
            yield obstacle(path, Span(0, 0), why, deliberate=True)


def names_cuda(name: str) -> bool:
    """Whether the name of a file or a stage says which CUDA it is for."""
    return bool(_NAMED.search(name))


def _pinned(item: Requirement, result: FileResult, target: Target) -> Iterator[Place]:
    """An exact pin of something beside torch that does not fit the target."""
    versions = [clause.version.value for clause in item.clauses if clause.operator == "=="]
    if not versions:
        return
    span = item.text.span() or Span(0, 0)
    release = wheels.releases().get(target.torch)
    clause = release.requires.get(item.name, "") if release and result.kind in ("requirements", "toml", "ini") else ""
    if clause and not _satisfies(versions[0], clause):
        why = f"{item.text.value} stands beside torch, and torch {target.torch} asks for {item.name}{clause}"
        yield obstacle(result.path, span, why)
    system = companions.system(item.name)
    if system:
        yield obstacle(result.path, span, f"{item.text.value} {system}")._replace(system=True)


def _satisfies(version: str, clause: str) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion

    try:
        return SpecifierSet(clause).contains(version, prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return True


def _bases(build: Build, pips: set[int]) -> Iterator[Place]:
    """Base images of stages that install with pip, and that may bring a CUDA stack of their own."""
    for ref in build.images:
        if ref.parent < 0 and pythons.lineage(build, ref) & pips and not companions.neutral(ref.text.value):
            name = ref.text.value if ref.text.known else "the base image (a build argument without a value here)"
            row = images.other(ref.text.value)
            yield obstacle(build.path, ref.span, row["why"] if row else f"{name} may bring a CUDA stack of its own")


def _locks(build: Build, read: locks.Read) -> Iterator[Place]:
    """Tools that install what a lock file says, where that pins torch."""
    for install in build.installs:
        lock = locks.above(build.path, read) if install.tool == "locked" else None
        if lock:
            name = posixpath.basename(lock.path)
            why = f"{install.words[0].value} installs what {name} says, and that names torch: lock it again"
            yield obstacle(build.path, install.span, why)._replace(lock=True)
