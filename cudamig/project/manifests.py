"""YAML files: images that are pulled as they stand, conda environments, install lines of CI workflows."""

from __future__ import annotations

from collections.abc import Iterator

from cudamig.engine import FileResult
from cudamig.facts import companions, images, store, wheels
from cudamig.facts.targets import Target
from cudamig.hosts.workflow import is_workflow
from cudamig.model import Safety
from cudamig.nodes import ANY_SCOPE, ImageRef, IndexOption, Install, Requirement
from cudamig.project import images as image_places
from cudamig.project import indexes, requirement
from cudamig.project.indexes import Scene
from cudamig.project.place import Place

_TEST = "a job may install an old stack on purpose, to test what is supported"


def judge(result: FileResult, target: Target) -> Iterator[Place]:
    """The places of one YAML file."""
    yield from _images(result, target)
    yield from _environment(result, target)
    yield from _workflow(result, target)


def _images(result: FileResult, target: Target) -> Iterator[Place]:
    """Images. Several CUDA stacks in one file are a matrix, or a list of what is supported: none of it is touched.

    Outside ``image:`` (a matrix row, a build argument) what uses the value is not seen here, so it is reported only.
    """
    refs = [node for node in result.nodes if isinstance(node, ImageRef)]
    matches = [match for ref in refs if (match := image_places.REFERENCE.fullmatch(ref.text.value))]
    if len({(match.group("name"), _stack(match.group("tag") or "")) for match in matches}) > 1:
        return
    for ref in refs:
        for place in image_places.judge(result.path, ref, target):
            pulled = ref.key == "image" and not is_workflow(result.path)
            why = "what uses this value is not seen here: change it together with that"
            yield place if pulled or not place.changes else place._replace(changes=(), blocks=why)


def _stack(tag: str) -> str:
    """The stack that a tag names, without flavour and system."""
    parts = images.parse_torch_tag(tag) or images.parse_cuda_tag(tag)
    return "-".join(filter(None, parts.groups()[:2])) if parts else tag


def _environment(result: FileResult, target: Target) -> Iterator[Place]:
    """The packages of a conda environment file that bring torch or CUDA, where they are behind the target."""
    for node in result.nodes:
        if isinstance(node, Install) and node.tool == "environment":
            word = companions.conda_pin(node.words[0].value, target)
            if word:
                why = f"conda installs {word}: {store.load('facts-companions')['conda']['why']}"
                message = f"conda brings a stack of its own here ({word})"
                yield Place("conda-stack", result.path, node.span, message, blocks=why)


def _workflow(result: FileResult, target: Target) -> Iterator[Place]:
    """Install lines of a CI workflow, where they name one CUDA stack and nothing of it comes from a matrix."""
    options = [node for node in result.nodes if isinstance(node, IndexOption)]
    items = [node for node in result.nodes if isinstance(node, Requirement) and node.name in wheels.FAMILY]
    known = all(item.text.known for item in items) and all(option.url.known for option in options)
    if not known or len(_stacks(items, options)) != 1:
        return
    for option in options:
        yield from map(_reviewed, indexes.judge(option, Scene(result.path, options, False), target))
    for item in items:
        near = [option for option in options if option.scope in (item.scope, ANY_SCOPE)]
        for place in requirement.judge(item, Scene(result.path, near, False), target):
            if not place.needs_index:
                yield _reviewed(place)


def _stacks(items: list[Requirement], options: list[IndexOption]) -> set[str]:
    """The CUDA builds that a workflow names, and a mark for each further torch release."""
    pins = [clause.version.value for item in items for clause in item.clauses if item.name == "torch"]
    indexed = [index.variant for option in options if (index := wheels.index(option.url.value))]
    local = [pin.partition("+")[2] for pin in pins]
    cuda = {name for name in (*indexed, *local) if wheels.cuda_number(name)}
    return cuda | set(sorted({pin.partition("+")[0] for pin in pins})[1:])


def _reviewed(place: Place) -> Place:
    return place._replace(safety=Safety.UNSAFE, reason=_TEST) if place.changes else place
