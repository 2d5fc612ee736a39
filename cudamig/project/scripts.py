"""Files whose commands install: scripts, steps of CI jobs, notebooks, documents, programs. Each may move by itself.

A file that names several stacks is a matrix, or has branches, or tells a history: none of it is touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cudamig.engine import FileResult
from cudamig.facts import wheels
from cudamig.facts.targets import Target
from cudamig.model import Safety, Span
from cudamig.nodes import ANY_SCOPE, ImageRef, IndexOption, Install, Node, Requirement
from cudamig.project import added, alternatives, branches, conda, images, indexes, programs, requirement
from cudamig.project.indexes import Scene
from cudamig.project.place import Place, kept
from cudamig.text import UNKNOWN, Text

# kinds of files in which a move needs review, and why
REVIEW = {
    "yaml": "a job may install an old stack on purpose, to test what is supported",
    "tox": "an environment may install an old stack on purpose, to test what is supported",
    "markup": "a document may tell of an old stack on purpose",
    "notebook": "where a notebook runs is not seen here",
    "image": "what the container does with the image is not seen here",
    "python": "on which hosts the program installs this is not seen here",
}
KINDS = ("tox", "shell", "make", "batch", "notebook", "markup", "python")

_JOBS = ("yaml", "tox")
_TAG_CUDA = re.compile(r"(?:nvidia/cuda:|pytorch/pytorch:[\w.]+-cuda)(\d{1,2})\.(\d)")


class Commands(NamedTuple):
    """What the commands of a file name."""

    items: list[Requirement]
    family: list[Requirement]  # torch and its companions among them
    options: list[IndexOption]
    refs: list[ImageRef]  # images, in scripts and programs

    def texts(self) -> Iterator[Text]:
        """Where stacks are named, in order of kind."""
        yield from (item.text for item in self.family if not _for_others(item))
        yield from (option.url for option in self.options)
        yield from (ref.text for ref in self.refs if images.REFERENCE.match(ref.text.value))


def _for_others(item: Requirement) -> bool:
    """Whether a pin says that it is for hosts without CUDA, ``+cpu``."""
    local = [clause.version.value.partition("+")[2] for clause in item.clauses]
    return any(name and name.isascii() and not name.startswith("cu") for name in local)


def judge(
    result: FileResult,
    inherited: Sequence[IndexOption],
    target: Target,
    image: bool = False,
    review: bool = True,
) -> Iterator[Place]:
    """The places of the install commands of one file, or of one part of it.

    ``image``: they run on a CUDA image. ``review``: a move of this kind of file needs review.
    """
    reason = REVIEW.get(result.kind, "") if review else ""
    if result.kind in programs.KINDS:
        yield from _reviewed(reason, programs.declared(result, target))
    for node in result.nodes:
        if isinstance(node, Install) and node.tool == "conda" and result.kind not in (*branches.KINDS, "markup"):
            yield from conda.command(result.path, node, target)
    commands = divide(result.nodes, result.kind in (*branches.KINDS, *programs.KINDS))
    whole = _left_alone(result, commands, image, review) or _anywhere(result, commands, inherited, image)
    if whole:
        yield whole
        if result.kind in branches.KINDS and not all(item.text.known for item in commands.family):
            yield from branches.by_itself(branches.others(result, target))
        return
    places = list(_reviewed(reason, _commands(result, commands, inherited, image, target)))
    if result.kind in branches.KINDS:
        yield from branches.script(result, places, (*commands.texts(),), commands.family, target)
    else:
        yield from places
        if result.kind not in _JOBS:
            yield from alternatives.without_cuda(result)


def _commands(
    result: FileResult, commands: Commands, inherited: Sequence[IndexOption], image: bool, target: Target
) -> Iterator[Place]:
    """The places of images, indexes and requirements, command by command."""
    yield from programs.wheels_of(result.path, commands.items)
    for ref in commands.refs:
        reason = REVIEW["image"] if result.kind in branches.KINDS else ""
        yield from _reviewed(reason, programs.image(result.path, ref, target))
    for option in commands.options:
        yield from indexes.judge(option, Scene(result.path, commands.options, image), target)
    for scope in dict.fromkeys(item.scope for item in commands.items):
        group = [item for item in commands.items if item.scope == scope]
        near = [option for option in commands.options if option.scope in (scope, ANY_SCOPE)]
        scene = Scene(result.path, [*near, *inherited], image, group)
        places = requirement.judge_all(group, scene, target)
        yield from added.with_index(result, group, places, target)


def _left_alone(result: FileResult, commands: Commands, image: bool, review: bool) -> Place | None:
    """Why the commands of a file are meant to name what they name, as a place; None when they may move."""
    named = stacks(commands)
    first = next(commands.texts(), None)
    where = (first.stretch() if first else None) or Span(0, 0)
    if len(named) > 1:
        names = ", ".join(sorted(named)).replace(UNKNOWN, "...")
        return kept(result.path, where, f"names {len(named)} stacks ({names}): a matrix or branches")
    computed = next((text for text in commands.texts() if not text.known), None)
    if computed and result.kind in (*_JOBS, *programs.KINDS):
        where = computed.stretch() or Span(0, 0)
        return kept(result.path, where, "its versions come from a matrix or a variable")
    if result.kind in _JOBS and review and commands.family and not image and not any(map(wheels.cuda_number, named)):
        return kept(result.path, where, "a CI job that names no CUDA: it may test the oldest release that is supported")
    return None


def _anywhere(result: FileResult, commands: Commands, inherited: Sequence[IndexOption], image: bool) -> Place | None:
    """That a script pins a bare torch and names no CUDA: its hosts may have another accelerator, or none."""
    pinned = next((item.text for item in commands.family if item.clauses), None)
    if result.kind not in branches.KINDS or pinned is None or image or not all(t.known for t in commands.texts()):
        return None
    numbers = map(wheels.cuda_number, stacks(commands._replace(options=[*commands.options, *inherited])))
    if any(numbers) or branches.names_nvidia(result):
        return None
    why = "names no CUDA: it may be for hosts with another accelerator, or with none"
    return kept(result.path, pinned.stretch() or Span(0, 0), why)


def divide(nodes: Sequence[Node], pictured: bool = False) -> Commands:
    """What nodes name, by kind. ``pictured``: images belong to the commands too."""
    items = [node for node in nodes if isinstance(node, Requirement) and not node.declared]
    family = [item for item in items if item.name in wheels.FAMILY]
    options = [node for node in nodes if isinstance(node, IndexOption)]
    return Commands(items, family, options, [n for n in nodes if isinstance(n, ImageRef)] if pictured else [])


def stacks(commands: Commands) -> set[str]:
    """The CUDA builds that commands name, or the torch releases where these differ."""
    pins = [clause.version.value for item in commands.family for clause in item.clauses if item.name == "torch"]
    indexed = [index.variant for option in commands.options if (index := wheels.index(option.url.value))]
    indexed += [f"cu{''.join(found)}" for ref in commands.refs for found in _TAG_CUDA.findall(ref.text.value)]
    cuda = {name for name in (*indexed, *(pin.partition("+")[2] for pin in pins)) if wheels.cuda_number(name)}
    releases = {"torch " + pin.partition("+")[0] for pin in pins}
    return cuda | releases if len(releases) > 1 else cuda or releases


def _reviewed(reason: str, places: Iterable[Place]) -> Iterator[Place]:
    for place in places:
        yield reviewed(place, reason)


def reviewed(place: Place, reason: str) -> Place:
    """A place whose move somebody has to look at, where there is a reason to."""
    return place._replace(safety=Safety.UNSAFE, reason=reason) if reason and place.changes else place
