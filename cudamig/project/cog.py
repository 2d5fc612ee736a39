"""cog.yaml: CUDA, torch and Python of one build. Cog chooses the base image, and the index of its torch, itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cudamig.engine import FileResult
from cudamig.facts import wheels
from cudamig.facts.targets import Target
from cudamig.model import Safety
from cudamig.nodes import IndexOption, Install, Requirement
from cudamig.project import indexes, pythons, requirement, toolkits
from cudamig.project.indexes import Scene
from cudamig.project.place import Place, obstacle
from cudamig.text import EMPTY, NOWHERE, Text

_REASON = "which pairs of torch and CUDA Cog knows depends on its release"


def judge(result: FileResult, target: Target) -> Iterator[Place]:
    """The places of a Cog build; nothing for one without a GPU."""
    installs = [node for node in result.nodes if isinstance(node, Install)]
    if not any(node.tool == "cog-gpu" for node in installs):
        return
    options = [node for node in result.nodes if isinstance(node, IndexOption)]
    chosen = IndexOption("--extra-index-url", EMPTY, Text(target.index_url, [NOWHERE] * len(target.index_url)))
    scene = Scene(result.path, [*options, chosen], image=True)
    cuda = [node for node in installs if node.tool == "cog-cuda"]
    family = [n for n in result.nodes if isinstance(n, Requirement) and n.name in wheels.FAMILY]
    for node in result.nodes:
        if isinstance(node, IndexOption):
            yield from map(_reviewed, indexes.judge(node, scene, target))
        elif isinstance(node, Requirement):
            for place in requirement.judge(node, scene, target):
                yield _reviewed(place)
    for node in cuda:
        yield from toolkits.judge(result.path, node, bool(family), target)
    if family and not cuda:
        why = f'Cog chooses the CUDA itself here: write `cuda: "{target.cuda_minor}"` beside `gpu`, with these pins'
        yield obstacle(result.path, next(n.span for n in installs if n.tool == "cog-gpu"), why)
    for node in installs:
        version = re.match(r"3\.\d{1,2}(?!\d)", node.words[0].value) if node.tool == "python" else None
        if version and not target.has_python(version.group()):
            yield obstacle(result.path, node.span, f"the build has Python {version.group()}; {pythons.served(target)}")


def _reviewed(place: Place) -> Place:
    return place._replace(safety=Safety.UNSAFE, reason=_REASON) if place.changes else place
