"""Documents beside what they tell of: one does not move while the pins of its own project have to stay."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cudamig.engine import FileResult
from cudamig.facts import wheels
from cudamig.nodes import Node
from cudamig.project import links, named
from cudamig.project.units import Unit


def held(path: str, units: Sequence[tuple[Unit, str]], files: Mapping[str, FileResult]) -> str:
    """Why a document has to wait, or ``""``. ``units``: those of a tree, each with what holds it.

    Its project is what stands in its folder, or else below it, or else in the nearest folder above with anything.
    """
    told = set(_stack(files[path].nodes))
    own = [(unit, why) for unit, why in units if unit.name and files[unit.files[0]].kind != "markup"]
    for folder in links.above(path):
        inside = [pair for pair in own if any(posixpath.dirname(file) == folder for file in pair[0].files)]
        below = [pair for pair in own if any(file.startswith(folder + "/") or not folder for file in pair[0].files)]
        for unit, why in inside or below:
            nodes = (node for file in unit.files for node in files[file].nodes)
            if why and not any(place.deliberate for place in unit.obstacles) and told.intersection(_stack(nodes)):
                return f"{unit.files[0]} names the same stack, and has to stay: {why}"
        if inside or below:
            return ""
    return ""


def _stack(nodes: Iterable[Node]) -> Iterator[str]:
    """The torch releases and the CUDAs that nodes name."""
    for node in nodes:
        stack = named.of(node)
        number = wheels.cuda_number(stack.build)
        if stack.torch:
            yield f"torch {stack.torch}"
        if number or stack.cuda:
            yield "CUDA " + (".".join(map(str, number)) if number else ".".join(stack.cuda.split(".")[:2]))
