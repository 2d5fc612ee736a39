"""Judge the places of each file, with what other files say of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cudamig.engine import FileResult
from cudamig.facts.targets import Target
from cudamig.nodes import ANY_SCOPE, ImageRef, IndexOption, Requirement
from cudamig.project import (
    added,
    alternatives,
    arguments,
    branches,
    builds,
    cmake,
    images,
    indexes,
    links,
    manifests,
    obstacles,
    pythons,
    requirement,
    scripts,
)
from cudamig.project.indexes import Scene
from cudamig.project.links import Link
from cudamig.project.place import Place


class Judged(NamedTuple):
    """A file's places, and the files that it installs (itself first)."""

    path: str
    places: tuple[Place, ...]
    installs: tuple[str, ...]


def judge_all(results: Sequence[FileResult], target: Target, read: obstacles.Read) -> list[Judged]:
    """Every file that names something, in order of path."""
    stack = {result.path: result for result in results if result.nodes}
    known = [path for path, result in stack.items() if result.kind == "requirements"]
    run = [path for path, result in stack.items() if result.kind in branches.KINDS]
    out = {path: list(links.find(path, r.kind, r.nodes, known, run)) for path, r in stack.items()}
    reached = links.incoming(link for group in out.values() for link in group)
    cuda = {path for path, result in stack.items() if result.kind in links.BUILDS and _on_cuda(result)}
    passed = arguments.given(stack)
    judged = []
    for path, result in stack.items():
        inherited = list(_inherited(path, stack, reached))
        linux = path in cuda or _only_in(path, reached, stack, cuda)
        installs = links.closure(path, out)
        through = any(isinstance(n, Requirement) for file in installs[1:] if file in run for n in stack[file].nodes)
        places = [*_places(result, inherited, linux, target), *obstacles.find(result, target, read, through)]
        if any(stack[link.source].kind in links.BUILDS for link in reached.get(path, ())):
            places = branches.in_build(places)
        if result.kind in links.BUILDS:
            pinned = [n for file in installs for n in stack[file].nodes if isinstance(n, Requirement)]
            places += pythons.old_pins(builds.build(path, result.nodes), pinned, target)
            places = arguments.repeated(result, places)
            places += [*arguments.overrides(result, places, passed), *arguments.addresses(result, places)]
        judged.append(Judged(path, tuple(places), tuple(installs)))
    return judged


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


def _on_cuda(result: FileResult) -> bool:
    return any(isinstance(node, ImageRef) and "cuda" in node.text.value for node in result.nodes)


def _only_in(path: str, reached: Mapping[str, list[Link]], stack: Mapping[str, FileResult], cuda: set[str]) -> bool:
    """Whether builds install a requirements file, and all of them are on a CUDA image."""
    seen = {link.source for link in _installers(path, reached)}
    builds_of = {source for source in seen if stack[source].kind in links.BUILDS}
    return bool(builds_of) and builds_of <= cuda


def _places(result: FileResult, inherited: list[IndexOption], linux: bool, target: Target) -> Iterator[Place]:
    if result.kind == "yaml":
        yield from manifests.judge(result, target)
    if result.kind == "cmake":
        yield from cmake.judge(result, target)
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
    for scope, items in _commands(result).items():
        near = [option for option in options if option.scope in (scope, ANY_SCOPE)]
        scene = Scene(result.path, near + inherited, linux)
        places = [place for item in items for place in requirement.judge(item, scene, target)]
        yield from added.with_index(result, items, places, target)
    yield from alternatives.find(result)
    if result.kind in links.BUILDS:
        yield from builds.judge(builds.build(result.path, result.nodes), target)


def _commands(result: FileResult) -> dict[int, list[Requirement]]:
    """The requirements of a file by the command that they belong to."""
    out: dict[int, list[Requirement]] = {}
    for node in result.nodes:
        if isinstance(node, Requirement):
            out.setdefault(node.scope, []).append(node)
    return out
