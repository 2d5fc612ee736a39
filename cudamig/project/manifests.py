"""YAML files and development containers: the images, commands and toolkits of jobs, services and pods.

A file is divided into parts (a job, a service, a document), each judged with what it installs itself, and moves as
one: its parts run on one fleet. What names several stacks on purpose is left alone, and told with ``--verbose``:

- one repository with several CUDA versions is a list of what is supported, wherever its tags stand;
- CI jobs of several CUDAs are a matrix written out, whichever job names which.

Services and pods on different images are deployments side by side: each would move, and they move together. A CPU job
beside a GPU job names no stack and holds nothing back, nor does its Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cudamig.engine import FileResult
from cudamig.facts import companions, images, wheels
from cudamig.facts.targets import Target
from cudamig.facts.versions import minor
from cudamig.hosts import containers
from cudamig.hosts.cog import is_cog
from cudamig.hosts.yaml_parts import is_workflow
from cudamig.model import Safety, Span
from cudamig.nodes import ANY_SCOPE, ImageRef, IndexOption, Install, Node, Requirement
from cudamig.project import cog, conda, libtorch, pythons, scripts, toolkits
from cudamig.project import images as image_places
from cudamig.project.place import Place, kept, obstacle

UNSEEN = "what uses this value is not seen here: change it together with that"
_PULLED = ("image", "container")
_NAMED = (*_PULLED, containers.KEY)
_PYTHON_IMAGE = re.compile(r"(?:[\w.:-]+/)*python:(3\.\d{1,2})(?!\d)")


def judge(result: FileResult, inherited: Sequence[IndexOption], target: Target) -> Iterator[Place]:
    """The places of one file, each once, however many parts share it."""
    if is_cog(result.path):
        yield from cog.judge(result, target)
        return
    seen = set()
    for place in _judge(result, inherited, target):
        same = place.role, place.span, place.changes, place.blocks
        if same not in seen:
            seen.add(same)
            yield place


def _judge(result: FileResult, inherited: Sequence[IndexOption], target: Target) -> Iterator[Place]:
    if any(isinstance(node, Install) and node.tool == "environment" for node in result.nodes):
        yield from conda.environment(result, target)
    parts = _parts(result.nodes)
    several = _several(result, parts)
    if several:
        yield several
        return
    found = {stage: list(_part(result, nodes, inherited, target)) for stage, nodes in parts.items()}
    for places in found.values():
        yield from places
    carrying = {stage for stage, places in found.items() if any(place.carries for place in places)}
    for stage, nodes in parts.items():
        if stage in carrying or 0 in carrying or (stage == 0 and carrying):
            yield from _obstacles(result.path, nodes, target)


def _parts(nodes: Sequence[Node]) -> dict[int, list[Node]]:
    """The nodes of each part, with the variables of the whole file that are index options of all its commands."""
    parts: dict[int, list[Node]] = {}
    for node in nodes:
        parts.setdefault(getattr(node, "stage", 0), []).append(node)
    shared = [node for node in parts.get(0, ()) if isinstance(node, IndexOption) and node.scope == ANY_SCOPE]
    return {stage: [*own, *shared] if stage else own for stage, own in parts.items()}


def _several(result: FileResult, parts: dict[int, list[Node]]) -> Place | None:
    """That the file names several stacks on purpose, or None."""
    tags: dict[str, dict[str, Span]] = {}
    for node in result.nodes:
        match = image_places.REFERENCE.fullmatch(node.text.value) if isinstance(node, ImageRef) else None
        stack = _stack(match.group("tag") or "") if match else ""
        if match and isinstance(node, ImageRef) and stack:
            tags.setdefault(match.group("name"), {}).setdefault(stack, node.span)
    for name, stacks in tags.items():
        if len(stacks) > 1:
            why = (
                f"names {name} with {len(stacks)} stacks ({', '.join(sorted(stacks))}): what is supported, side by side"
            )
            return kept(result.path, next(iter(stacks.values())), why)
    if not is_workflow(result.path):
        return None
    cuda = {stage: _cuda(nodes) for stage, nodes in parts.items()}
    named = set().union(*cuda.values()) if cuda else set()
    releases = set().union(*(_releases(nodes) for stage, nodes in parts.items() if cuda[stage]))
    if len(named) > 1 or len(releases) > 1:
        listed = ", ".join(sorted({f"CUDA {name}" for name in named} | (releases if len(releases) > 1 else set())))
        return kept(result.path, _first(result.nodes), f"its jobs name {listed}: a matrix written out")
    return None


def _stack(tag: str) -> str:
    """The stack that a tag names, without flavour and system."""
    torch, cuda = images.parse_torch_tag(tag), images.parse_cuda_tag(tag)
    if torch:
        return f"{torch.group('torch')}-cuda{torch.group('cuda')}"
    return cuda.group("version") if cuda else ""


def _image_cuda(ref: ImageRef) -> str:
    """The CUDA, ``"12.1"``, of a reference to an image of ours, or ``""``."""
    match = image_places.REFERENCE.fullmatch(ref.text.value)
    tag = (match.group("tag") or "") if match else ""
    torch, cuda = images.parse_torch_tag(tag), images.parse_cuda_tag(tag)
    return torch.group("cuda") if torch else minor(cuda.group("version")) if cuda else ""


def _cuda(nodes: Sequence[Node]) -> set[str]:
    """The CUDAs that a part names: by images, wheels, toolkits."""
    numbers = [wheels.cuda_number(name) for name in scripts.stacks(scripts.divide(nodes))]
    found = {f"{number[0]}.{number[1]}" for number in numbers if number}
    found |= {_image_cuda(node) for node in nodes if isinstance(node, ImageRef) and node.key in _NAMED}
    found |= {name for node in nodes if isinstance(node, Install) for name in (toolkits.named(node), conda.named(node))}
    return found - {""}


def _releases(nodes: Sequence[Node]) -> set[str]:
    """The torch releases that a part pins."""
    family = scripts.divide(nodes).family
    pins = [c.version for item in family if item.name == "torch" for c in item.clauses if c.operator in ("==", "===")]
    return {"torch " + pin.value.partition("+")[0] for pin in pins if pin.known}


def _first(nodes: Sequence[Node]) -> Span:
    _, family, options, _ = scripts.divide(nodes)
    texts = [*(item.text for item in family), *(option.url for option in options)]
    texts += [node.text for node in nodes if isinstance(node, ImageRef) and _image_cuda(node)]
    return next((span for text in texts if (span := text.stretch())), Span(0, 0))


def _part(result: FileResult, nodes: list[Node], inherited: Sequence[IndexOption], target: Target) -> Iterator[Place]:
    refs = [node for node in nodes if isinstance(node, ImageRef)]
    for ref in refs:
        yield from _image(result.path, ref, target)
    on_cuda = any(ref.key in _PULLED and _image_cuda(ref) for ref in refs)
    own = result._replace(nodes=tuple(nodes))
    moves = list(scripts.judge(own, inherited, target, on_cuda, review=is_workflow(result.path)))
    yield from moves
    for node in nodes:
        if isinstance(node, Install):
            yield from toolkits.judge(result.path, node, any(place.changes for place in moves), target)
            yield from libtorch.find(result.path, node.words, target)


def _image(path: str, ref: ImageRef, target: Target) -> Iterator[Place]:
    """The place of an image. One that is not pulled where it stands waits for what uses it (``arguments.follow``)."""
    if ref.key == containers.KEY and not ref.text.known:
        return  # each row of a matrix, or whatever the caller asks for
    for place in image_places.judge(path, ref, target):
        if place.changes and ref.key not in _NAMED:
            place = place._replace(blocks=UNSEEN)
        elif place.changes and (is_workflow(path) or ref.key == containers.KEY):
            why = scripts.REVIEW["yaml" if is_workflow(path) else "image"]
            place = place._replace(safety=Safety.UNSAFE, reason=why)
        yield place


def _obstacles(path: str, nodes: Sequence[Node], target: Target) -> Iterator[Place]:
    """Pythons of a part that the target's wheels do not serve, and images that bring a stack of their own."""
    installs_torch = any(isinstance(node, Requirement) and node.name in wheels.FAMILY for node in nodes)
    for node in nodes:
        words: list[str] = []
        if isinstance(node, Install) and node.tool == "python":
            words = [word.value for word in node.words]
        elif isinstance(node, ImageRef) and node.key in _PULLED:
            image = _PYTHON_IMAGE.match(node.text.value)
            words = [image.group(1)] if image else []
            if installs_torch and not companions.neutral(node.text.value):
                yield obstacle(path, node.span, f"{node.text.value} may bring a CUDA stack of its own")
        for word in words:
            version = re.match(r"3\.\d{1,2}(?!\d)", word)
            if version and not target.has_python(version.group()):
                where = node.span if isinstance(node, ImageRef | Install) else Span(0, 0)
                yield obstacle(path, where, f"a job runs Python {version.group()}; {pythons.served(target)}")
