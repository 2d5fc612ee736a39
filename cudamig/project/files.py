"""Judge the places of each file, with what other files say of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cudamig.engine import FileResult
from cudamig.facts.targets import Target
from cudamig.model import Span
from cudamig.project import (
    arguments,
    branches,
    build_flags,
    builds,
    cmake,
    given,
    links,
    locks,
    loose_pins,
    mismatches,
    obstacles,
    places,
    pythons,
)
from cudamig.project.place import Place, obstacle
from cudamig.project.tree import Tree


class Judged(NamedTuple):
    """A file's places, and the files that it installs (itself first)."""

    path: str
    places: tuple[Place, ...]
    installs: tuple[str, ...]


def judge_all(results: Sequence[FileResult], target: Target, read: locks.Read) -> list[Judged]:
    """Every file that names something, in order of path."""
    tree = Tree(results)
    contents = {path: mismatches.read(result, tree.inherited[path]) for path, result in tree.files.items()}
    judged = []
    for path, result in tree.files.items():
        found = places.judge(path, tree, target, read)
        found += loose_pins.find(result, found, target)
        found += build_flags.judge(result, target)
        found += obstacles.find(result, target, read, tree.runs_pip(path))
        found += [*mismatches.find(path, contents, tree.installs), *mismatches.two_indexes(result)]
        if tree.in_pieces(path):
            why = "pieces of one Dockerfile stand in its folder (one has no FROM): move them together by hand"
            found.append(obstacle(path, Span(0, 0), why))
        if tree.built(path):
            found = branches.in_build(found)
        if result.kind in links.BUILDS:
            found += pythons.old_pins(builds.build(path, result.nodes), tree.pins(path), target)
            found = arguments.repeated(result, found)
            found += arguments.addresses(result, found)
            found += cmake.built(result, tree.files, target)
        judged.append(Judged(path, tuple(found), tuple(tree.installs[path])))
    return _followed([_relocked(file, judged) for file in judged], tree, read)


def _followed(judged: Sequence[Judged], tree: Tree, read: locks.Read) -> list[Judged]:
    """The files, with the arguments of builds: given by one file, with a default in another."""
    passed = given.arguments(tree.files)
    builds_all = [result for result in tree.files.values() if result.kind == "dockerfile"]
    moves: dict[str, list[Place]] = {}
    out = {}
    for file in judged:
        out[file.path] = file
        if passed and tree.files[file.path].kind == "dockerfile":
            followed = arguments.follow(tree.files[file.path], file.places, passed, builds_all, read)
            givers = dict.fromkeys(place.path for place in followed.moves)
            out[file.path] = file._replace(
                places=(*file.places, *followed.obstacles, *followed.told), installs=(*file.installs, *givers)
            )
            for place in followed.moves:
                moves.setdefault(place.path, []).append(place)
    for path, found in moves.items():
        held = arguments.addresses(tree.files[path], found)
        out[path] = out[path]._replace(places=(*arguments.moved(out[path].places, found), *held))
    return [out[file.path] for file in judged]


def _relocked(file: Judged, judged: Sequence[Judged]) -> Judged:
    """A lock file holds a build no longer when the declarations that it is made of move with the build."""
    moving = {path for path, found, _ in judged if any(place.changes for place in found)}
    if not moving.intersection(file.installs[1:]):
        return file
    return file._replace(places=tuple(place for place in file.places if not place.lock))
