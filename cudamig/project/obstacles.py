"""What holds back whatever moves with a file, although it names no stack itself."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator

from cudamig.engine import FileResult
from cudamig.facts import companions, wheels
from cudamig.facts.targets import Target
from cudamig.model import Span
from cudamig.nodes import Generated, Include, Install, Requirement, Unread
from cudamig.project import builds, links, pythons
from cudamig.project.builds import Build
from cudamig.project.place import Place, obstacle

Read = Callable[[str], bytes | None]

_NAMED = re.compile(r"(?:^|[._/-])(?:cu|cuda[-_]?)\d{2,3}(?:\D|$)|cuda[-_]?\d{1,2}\.\d", re.I)
_LOCKS = ("poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock")


def find(result: FileResult, target: Target, read: Read, through: bool = False) -> Iterator[Place]:
    """Obstacles of one file. ``read`` gives the bytes of a lock file of the tree, or None.

    ``through``: a script that it runs installs with pip.
    """
    for node in result.nodes:
        if isinstance(node, Generated):
            yield obstacle(result.path, node.span, f"the file {node.reason}: change what generates it")
        elif isinstance(node, Unread):
            yield obstacle(result.path, node.span, node.reason)
        elif isinstance(node, Requirement):
            yield from _pinned(node, result, target)
    if names_cuda(result.path):
        yield obstacle(result.path, Span(0, 0), "its path says which CUDA it is for", deliberate=True)
    if result.kind == "yaml":
        yield from _jobs(result, target)
    if result.kind in links.BUILDS:
        build = builds.build(result.path, result.nodes)
        pips = {node.stage for node in result.nodes if isinstance(node, Requirement | Include)}
        pips |= {ref.stage for ref in build.images} if through else set()
        yield from pythons.misfits(build, pips, target)
        yield from _bases(build, pips)
        yield from _locks(build, read)


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
    clause = release.requires.get(item.name, "") if release and result.kind == "requirements" else ""
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


def _jobs(result: FileResult, target: Target) -> Iterator[Place]:
    """Jobs of a CI workflow on a Python that the target's wheels do not serve."""
    for node in result.nodes:
        if isinstance(node, Install) and node.tool == "python":
            for word in node.words:
                version = re.match(r"3\.\d{1,2}(?!\d)", word.value)
                if version and not target.has_python(version.group()):
                    why = f"a job runs Python {version.group()}; {pythons.served(target)}"
                    yield obstacle(result.path, node.span, why)


def _bases(build: Build, pips: set[int]) -> Iterator[Place]:
    """Base images of stages that install with pip, and that may bring a CUDA stack of their own."""
    for ref in build.images:
        if ref.parent < 0 and pythons.lineage(build, ref) & pips and not companions.neutral(ref.text.value):
            name = ref.text.value if ref.text.known else "the base image (a build argument without a value here)"
            yield obstacle(build.path, ref.span, f"{name} may bring a CUDA stack of its own")


def _locks(build: Build, read: Read) -> Iterator[Place]:
    """Tools that install what a lock file says, where that pins torch."""
    for install in build.installs:
        lock = _lock(build.path, read) if install.tool == "locked" else ""
        if lock:
            why = f"{install.words[0].value} installs what {lock} says, and that names torch: lock it again"
            yield obstacle(build.path, install.span, why)


def _lock(path: str, read: Read) -> str:
    """The lock file at or above a build that pins torch, or ``""``."""
    folder = posixpath.dirname(path)
    while True:
        for name in _LOCKS:
            raw = read(posixpath.join(folder, name))
            if raw is not None:
                return name if re.search(rb'"torch"|\btorch-\d|^torch==', raw, re.M) else ""
        if not folder:
            return ""
        folder = posixpath.dirname(folder)
