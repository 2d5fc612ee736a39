"""The places of one file, by its kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cudamig.engine import FileResult
from cudamig.facts.targets import Target
from cudamig.nodes import ANY_SCOPE, Generated, ImageRef, IndexOption, Requirement
from cudamig.project import (
    added,
    alternatives,
    builds,
    cmake,
    declared,
    documents,
    images,
    indexes,
    links,
    locks,
    manifests,
    python_range,
    requirement,
    scripts,
    traps,
)
from cudamig.project.indexes import Scene
from cudamig.project.place import Place
from cudamig.project.tree import Tree

DECLARED = ("toml", "ini")  # kinds of files that declare what a project needs


def judge(path: str, tree: Tree, target: Target, read: locks.Read) -> list[Place]:
    """What a file names. ``read`` gives the bytes of a lock file of the tree, or None."""
    result, inherited = tree.files[path], tree.inherited[path]
    if result.kind in DECLARED:
        return _declared(result, inherited, tree.index_names, target, read)
    if result.kind == "lock":
        return list(locks.judge(result, target, read))
    if result.kind == "cmake":
        return list(cmake.judge(result, target))
    if result.kind in ("yaml", "json"):
        return list(manifests.judge(result, inherited, target))
    if result.kind == "markup":
        return list(documents.judge(result, inherited, target))
    if result.kind in scripts.KINDS:
        return list(scripts.judge(result, inherited, target, tree.on_cuda(path)))
    places = list(_listed(result, inherited, tree.on_cuda(path), target))
    if result.kind == "requirements":
        places = locks.reviewed(_generated(result, places), locks.compiled(path, tree.files))
    return places


def _declared(
    result: FileResult, inherited: Sequence[IndexOption], shared: frozenset[str], target: Target, read: locks.Read
) -> list[Place]:
    """The places of a file of declarations, with what its lock file and its range of Pythons mean for them."""
    lock = locks.above(result.path, read, whatever=True) if result.kind == "toml" else None
    places = locks.reviewed(list(declared.judge(result, inherited, shared, target)), lock)
    return list(python_range.judge(result, lock.tool if lock else "", places, target))


def _generated(result: FileResult, places: list[Place]) -> list[Place]:
    """The places of a file that is generated: they say so first, whatever else holds them."""
    command = next((node.command for node in result.nodes if isinstance(node, Generated)), "")
    why = f"the file is generated: run `{command}` after what it is made of has moved"
    return [place._replace(blocks=why) if command and place.carries else place for place in places]


def _listed(result: FileResult, inherited: Sequence[IndexOption], linux: bool, target: Target) -> Iterator[Place]:
    """The places of a build, or of a list of requirements."""
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
        scene = Scene(result.path, [*near, *inherited], linux, beside[items[0].stage])
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
