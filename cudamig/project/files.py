"""Judge the places of each file, with what other files say of it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cudamig.engine import FileResult
from cudamig.facts.targets import Target
from cudamig.model import Span
from cudamig.nodes import ANY_SCOPE, Generated, ImageRef, IndexOption, IndexUse, Requirement
from cudamig.project import (
    added,
    alternatives,
    arguments,
    branches,
    builds,
    cmake,
    declared,
    documents,
    images,
    indexes,
    links,
    locks,
    manifests,
    mismatches,
    obstacles,
    python_range,
    pythons,
    requirement,
    scripts,
    traps,
)
from cudamig.project.indexes import Scene
from cudamig.project.links import Link
from cudamig.project.place import Place, obstacle

DECLARED = ("toml", "ini")  # kinds of files that declare what a project needs


class Judged(NamedTuple):
    """A file's places, and the files that it installs (itself first)."""

    path: str
    places: tuple[Place, ...]
    installs: tuple[str, ...]


def judge_all(results: Sequence[FileResult], target: Target, read: locks.Read) -> list[Judged]:
    """Every file that names something, in order of path."""
    stack = {result.path: result for result in results if result.nodes}
    known = [path for path, result in stack.items() if result.kind in links.LISTS]
    run = [path for path, result in stack.items() if result.kind in branches.KINDS]
    out = {path: list(links.find(path, r.kind, r.nodes, known, run)) for path, r in stack.items()}
    reached = links.incoming(link for group in out.values() for link in group)
    cuda = {path for path, result in stack.items() if result.kind in links.BUILDS and _on_cuda(result)}
    pieces = {posixpath.dirname(path) for path, r in stack.items() if r.kind == "dockerfile" and _is_piece(r)}
    shared = _index_names(stack)
    given = {path: list(_inherited(path, stack, reached)) for path in stack}
    contents = {path: mismatches.read(result, given[path]) for path, result in stack.items()}
    closures = {path: links.closure(path, out) for path in stack}
    judged = []
    for path, result in stack.items():
        inherited, installs = given[path], closures[path]
        linux = path in cuda or _only_in(path, reached, stack, cuda)
        through = any(isinstance(n, Requirement) for file in installs[1:] if file in run for n in stack[file].nodes)
        if result.kind in DECLARED:
            places = _declared(result, inherited, shared, target, read)
        elif result.kind == "lock":
            places = list(locks.judge(result, target, read))
        else:
            places = list(_places(result, inherited, linux, target))
            if result.kind == "requirements":
                places = locks.reviewed(_generated(result, places), locks.compiled(path, stack))
        places += obstacles.find(result, target, read, through)
        places += [*mismatches.find(path, contents, closures), *mismatches.two_indexes(result)]
        if result.kind == "dockerfile" and posixpath.dirname(path) in pieces:
            why = "pieces of one Dockerfile stand in its folder (one has no FROM): move them together by hand"
            places.append(obstacle(path, Span(0, 0), why))
        if any(stack[link.source].kind in links.BUILDS for link in reached.get(path, ())):
            places = branches.in_build(places)
        if result.kind in links.BUILDS:
            pinned = [n for file in installs for n in stack[file].nodes if isinstance(n, Requirement)]
            places += pythons.old_pins(builds.build(path, result.nodes), pinned, target)
            places = arguments.repeated(result, places)
            places += arguments.addresses(result, places)
        judged.append(Judged(path, tuple(places), tuple(installs)))
    return _followed([_relocked(file, judged) for file in judged], stack)


def _followed(judged: Sequence[Judged], stack: Mapping[str, FileResult]) -> list[Judged]:
    """The files, with the arguments of builds: given by one file, with a default in another."""
    passed = arguments.given(stack)
    builds_all = [result for result in stack.values() if result.kind == "dockerfile"]
    moves: dict[str, list[Place]] = {}
    out = {}
    for file in judged:
        out[file.path] = file
        if passed and stack[file.path].kind == "dockerfile":
            followed = arguments.follow(stack[file.path], file.places, passed, builds_all)
            givers = dict.fromkeys(place.path for place in followed.moves)
            out[file.path] = file._replace(
                places=(*file.places, *followed.obstacles), installs=(*file.installs, *givers)
            )
            for place in followed.moves:
                moves.setdefault(place.path, []).append(place)
    for path, places in moves.items():
        out[path] = out[path]._replace(places=tuple(arguments.moved(out[path].places, places)))
    return [out[file.path] for file in judged]


def _declared(
    result: FileResult, inherited: list[IndexOption], shared: frozenset[str], target: Target, read: locks.Read
) -> list[Place]:
    """The places of a file of declarations, with what its lock file and its range of Pythons mean for them."""
    lock = locks.above(result.path, read) if result.kind == "toml" else None
    places = locks.reviewed(list(declared.judge(result, inherited, shared, target)), lock)
    return list(python_range.judge(result, lock.tool if lock else "", places, target))


def _generated(result: FileResult, places: list[Place]) -> list[Place]:
    """The places of a file that is generated: they say so first, whatever else holds them."""
    command = next((node.command for node in result.nodes if isinstance(node, Generated)), "")
    why = f"the file is generated: run `{command}` after what it is made of has moved"
    return [place._replace(blocks=why) if command and place.carries else place for place in places]


def _index_names(stack: Mapping[str, FileResult]) -> frozenset[str]:
    """Names of indexes that a file uses and does not declare."""
    found = set()
    for result in stack.values():
        own = {node.name.value for node in result.nodes if isinstance(node, IndexOption)}
        found |= {node.name.value for node in result.nodes if isinstance(node, IndexUse)} - own
    return frozenset(found)


def _relocked(file: Judged, judged: Sequence[Judged]) -> Judged:
    """A lock file holds a build no longer when the declarations that it is made of move with the build."""
    moving = {path for path, places, _ in judged if any(place.changes for place in places)}
    if not moving.intersection(file.installs[1:]):
        return file
    return file._replace(places=tuple(place for place in file.places if not place.lock))


def _installers(path: str, reached: Mapping[str, list[Link]]) -> list[Link]:
    """The links by which ``path`` is installed, over all steps."""
    seen, todo, found = {path}, [path], []
    while todo:
        for link in reached.get(todo.pop(), ()):
            found.append(link)
            if link.source not in seen:
                seen.add(link.source)
                todo.append(link.source)
    return found


def _inherited(path: str, stack: Mapping[str, FileResult], reached: Mapping[str, list[Link]]) -> Iterator[IndexOption]:
    """Index options of the commands and files that install ``path``."""
    for link in _installers(path, reached):
        for node in stack[link.source].nodes:
            if isinstance(node, IndexOption) and node.scope in (link.scope, ANY_SCOPE):
                yield node


def _is_piece(result: FileResult) -> bool:
    """Whether a Dockerfile is a piece of one: it installs something and has no FROM."""
    return not any(isinstance(node, ImageRef) and not node.key for node in result.nodes)


def _on_cuda(result: FileResult) -> bool:
    return any(isinstance(node, ImageRef) and "cuda" in node.text.value for node in result.nodes)


def _only_in(path: str, reached: Mapping[str, list[Link]], stack: Mapping[str, FileResult], cuda: set[str]) -> bool:
    """Whether builds install a requirements file, and all of them are on a CUDA image."""
    seen = {link.source for link in _installers(path, reached)}
    builds_of = {source for source in seen if stack[source].kind in links.BUILDS}
    return bool(builds_of) and builds_of <= cuda


def _places(result: FileResult, inherited: list[IndexOption], linux: bool, target: Target) -> Iterator[Place]:
    if result.kind in ("yaml", "json"):
        yield from manifests.judge(result, inherited, target)
        return
    if result.kind == "cmake":
        yield from cmake.judge(result, target)
        return
    if result.kind == "markup":
        yield from documents.judge(result, inherited, target)
        return
    if result.kind in scripts.KINDS:
        yield from scripts.judge(result, inherited, target, linux)
        return
    options = [node for node in result.nodes if isinstance(node, IndexOption)]
    for node in result.nodes:
        if isinstance(node, ImageRef) and node.parent < 0:
            yield from images.judge(result.path, node, target)
        elif isinstance(node, IndexOption):
            yield from indexes.judge(node, Scene(result.path, options, linux), target)
    beside: dict[int, list[Requirement]] = {}
    for node in result.nodes:
        if isinstance(node, Requirement):
            beside.setdefault(node.stage, []).append(node)
    for scope, items in _commands(result).items():
        near = [option for option in options if option.scope in (scope, ANY_SCOPE)]
        scene = Scene(result.path, near + inherited, linux, beside[items[0].stage])
        places = requirement.judge_all(items, scene, target)
        yield from added.with_index(result, items, places, target)
    yield from alternatives.find(result)
    if result.kind in links.BUILDS:
        build = builds.build(result.path, result.nodes)
        yield from builds.judge(build, target)
        yield from traps.judge(build, [node for node in result.nodes if isinstance(node, Requirement)], target)


def _commands(result: FileResult) -> dict[int, list[Requirement]]:
    """The requirements of a file by the command that they belong to."""
    out: dict[int, list[Requirement]] = {}
    for node in result.nodes:
        if isinstance(node, Requirement):
            out.setdefault(node.scope, []).append(node)
    return out
