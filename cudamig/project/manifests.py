"""YAML files: images that are pulled as they stand, conda environments."""

from __future__ import annotations

from collections.abc import Iterator

from cudamig.engine import FileResult
from cudamig.facts import companions, images, store
from cudamig.facts.targets import Target
from cudamig.hosts.workflow import is_workflow
from cudamig.nodes import ImageRef, Install
from cudamig.project import images as image_places
from cudamig.project.place import Place, kept


def judge(result: FileResult, target: Target) -> Iterator[Place]:
    """The places of one YAML file."""
    yield from _images(result, target)
    yield from _environment(result, target)


def _images(result: FileResult, target: Target) -> Iterator[Place]:
    """Images. Several CUDA stacks in one file are a matrix, or a list of what is supported: none of it is touched.

    Outside ``image:`` (a matrix row, a build argument) what uses the value is not seen here, so it is reported only.
    """
    refs = [node for node in result.nodes if isinstance(node, ImageRef)]
    matches = [match for ref in refs if (match := image_places.REFERENCE.fullmatch(ref.text.value))]
    named = {(match.group("name"), _stack(match.group("tag") or "")) for match in matches}
    if len(named) > 1:
        words = ", ".join(sorted(f"{name}:{tag}" for name, tag in named))
        yield kept(result.path, refs[0].span, f"names {len(named)} stacks ({words}): a matrix, or what is supported")
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
