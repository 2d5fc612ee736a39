"""What Python programs and notebooks name beside commands: images, wheel files, and what a package declares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cudamig.engine import FileResult
from cudamig.facts import wheels
from cudamig.facts.targets import Target
from cudamig.model import Span
from cudamig.nodes import ImageRef, Requirement
from cudamig.project import added, images, requirement
from cudamig.project.indexes import Scene
from cudamig.project.place import Place, obstacle

KINDS = ("python", "notebook")

_COMPILED = re.compile(r"-cp\d+-\w+-(?:linux|manylinux|win|macosx)\w*\.whl")


def declared(result: FileResult, target: Target) -> Iterator[Place]:
    """What a package asks of everyone who installs it: each for itself, since no command installs it as it stands."""
    scene = Scene(result.path, (), False)
    for item in result.nodes:
        if isinstance(item, Requirement) and item.declared and item.text.known:
            places = list(requirement.judge(item, scene, target))
            yield from added.with_index(result, [item], places, target)


def image(path: str, ref: ImageRef, target: Target) -> Iterator[Place]:
    """The places of an image; one that a program keeps under a name is reported only: more may belong to it."""
    why = "what the program makes of this image is not seen here"
    for place in images.judge(path, ref, target):
        held = place.changes and ref.key == "kept"
        yield place._replace(changes=(), blocks=place.blocks or why) if held else place


def wheels_of(path: str, items: Sequence[Requirement]) -> Iterator[Place]:
    """Wheel files of compiled packages: whatever they were compiled against, their names do not say."""
    for item in items:
        name = item.text.value.rpartition("/")[2]
        if _COMPILED.search(name) and item.name not in wheels.FAMILY:
            why = f"{name} is one compiled wheel file: which torch and CUDA it was built for is not known"
            yield obstacle(path, item.text.stretch() or Span(0, 0), why)
