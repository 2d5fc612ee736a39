"""Files whose commands install: scripts, steps of CI jobs, notebooks, documents. Each may move by itself.

A file that names several stacks is a matrix, or has branches, or tells a history: none of it is touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cudamig.engine import FileResult
from cudamig.facts import wheels
from cudamig.facts.targets import Target
from cudamig.model import Safety, Span
from cudamig.nodes import ANY_SCOPE, ImageRef, IndexOption, Requirement
from cudamig.project import added, images, indexes, requirement
from cudamig.project.indexes import Scene
from cudamig.project.place import Place, kept, obstacle

# kinds of files in which a move needs review, and why
REVIEW = {
    "yaml": "a job may install an old stack on purpose, to test what is supported",
    "markup": "a document may tell of an old stack on purpose",
    "notebook": "where a notebook runs is not seen here",
    "python": "on which hosts the program installs this is not seen here",
}
PROGRAMS = ("python", "notebook")  # where images and requirements stand in code
KINDS = ("yaml", "shell", "make", "batch", "notebook", "markup", "python")


_COMPILED = re.compile(r"-cp\d+-\w+-(?:linux|manylinux|win|macosx)\w*\.whl")
_TAG_CUDA = re.compile(r"(?:nvidia/cuda:|pytorch/pytorch:[\w.]+-cuda)(\d{1,2})\.(\d)")


def judge(result: FileResult, inherited: Sequence[IndexOption], target: Target) -> Iterator[Place]:
    """The places of the install commands of one file."""
    options = [node for node in result.nodes if isinstance(node, IndexOption)]
    items = [node for node in result.nodes if isinstance(node, Requirement)]
    refs = [n for n in result.nodes if isinstance(n, ImageRef)] if result.kind in PROGRAMS else []
    yield from _declared([item for item in items if item.declared], result, target)
    items = [item for item in items if not item.declared]
    family = [item for item in items if item.name in wheels.FAMILY]
    named = stacks(family, options, refs)
    if len(named) > 1:
        texts = (*(i.text for i in family), *(o.url for o in options), *(r.text for r in refs))
        first = texts[0].stretch() or Span(0, 0)
        yield kept(result.path, first, f"names {len(named)} stacks ({', '.join(sorted(named))}): a matrix or branches")
        return
    if result.kind == "yaml" and family and not any(map(wheels.cuda_number, named)):
        first = family[0].text.stretch() or Span(0, 0)
        yield kept(result.path, first, "a CI job that names no CUDA: it may test the oldest release that is supported")
        return
    stated = (
        *(i.text for i in family),
        *(o.url for o in options),
        *(r.text for r in refs if images.REFERENCE.match(r.text.value)),
    )
    computed = [text for text in stated if not text.known]
    if result.kind in ("yaml", *PROGRAMS) and computed:
        yield kept(result.path, computed[0].stretch() or Span(0, 0), "its versions come from a matrix or a variable")
        return
    for ref in refs:
        judged = images.judge(result.path, ref, target)
        yield from _reviewed(result, (_unused(place) if ref.key == "kept" else place for place in judged))
    yield from _wheels(result.path, items)
    for option in options:
        yield from _reviewed(result, indexes.judge(option, Scene(result.path, options, False), target))
    for scope in dict.fromkeys(item.scope for item in items):
        group = [item for item in items if item.scope == scope]
        near = [option for option in options if option.scope in (scope, ANY_SCOPE)]
        scene = Scene(result.path, [*near, *inherited], False)
        places = [place for item in group for place in requirement.judge(item, scene, target)]
        yield from _reviewed(result, added.with_index(result, group, places, target))


def _wheels(path: str, items: Sequence[Requirement]) -> Iterator[Place]:
    """Wheel files of compiled packages: whatever they were compiled against, their names do not say."""
    for item in items:
        name = item.text.value.rpartition("/")[2]
        if _COMPILED.search(name) and item.name not in wheels.FAMILY:
            why = f"{name} is one compiled wheel file: which torch and CUDA it was built for is not known"
            yield obstacle(path, item.text.stretch() or Span(0, 0), why)


def _unused(place: Place) -> Place:
    """The place of an image that a program keeps under a name: other parts of the program may belong to it."""
    why = "what the program makes of this image is not seen here"
    return place._replace(changes=(), blocks=place.blocks or why) if place.changes else place


def _declared(items: Sequence[Requirement], result: FileResult, target: Target) -> Iterator[Place]:
    """What a package asks of everyone who installs it: each for itself, since no command installs it as it stands."""
    scene = Scene(result.path, (), False)
    for item in items:
        if item.text.known:
            places = list(requirement.judge(item, scene, target))
            yield from _reviewed(result, added.with_index(result, [item], places, target))


def stacks(family: Sequence[Requirement], options: Sequence[IndexOption], refs: Sequence[ImageRef] = ()) -> set[str]:
    """The CUDA builds that commands name, or the torch releases where these differ."""
    pins = [clause.version.value for item in family for clause in item.clauses if item.name == "torch"]
    indexed = [index.variant for option in options if (index := wheels.index(option.url.value))]
    indexed += [f"cu{''.join(found)}" for ref in refs for found in _TAG_CUDA.findall(ref.text.value)]
    cuda = {name for name in (*indexed, *(pin.partition("+")[2] for pin in pins)) if wheels.cuda_number(name)}
    releases = {"torch " + pin.partition("+")[0] for pin in pins}
    return cuda | releases if len(releases) > 1 else cuda or releases


def _reviewed(result: FileResult, places: Iterator[Place]) -> Iterator[Place]:
    reason = REVIEW.get(result.kind)
    for place in places:
        yield place._replace(safety=Safety.UNSAFE, reason=reason) if reason and place.changes else place
