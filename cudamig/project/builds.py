"""What a Dockerfile does besides naming images and pins, where that holds its stack where it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cudamig.facts import companions, wheels
from cudamig.facts.targets import Target
from cudamig.facts.versions import key
from cudamig.nodes import Copy, ImageRef, Install, Node, Setting
from cudamig.project import architectures, conda, libtorch, packages, variables
from cudamig.project.place import Place, obstacle
from cudamig.text import Text

CUDA_PATH = re.compile(r"/usr/local/cuda-(\d{1,2}\.\d)(?![\d.]*\d)|\bCUDA[\\/]+v(\d{1,2}\.\d)(?!\d)")
_PIN = re.compile(r"^[ \t]*(torch===?(\d+(?:\.\d+)+)\S*)", re.M)
_REPOSITORY_LIST = re.compile(r"/etc/apt/sources\.list\.d/(?:cuda|nvidia-ml)\.list")
_CUDA_REPOSITORY = re.compile(r"developer\.download\.nvidia\.com/compute/[\w-]+/repos/(ubuntu\d+|rhel\d+|debian\d+)")


class Build(NamedTuple):
    """A Dockerfile's nodes, by kind."""

    path: str
    images: tuple[ImageRef, ...]  # of its stages
    copied: tuple[ImageRef, ...]  # those that it takes files from
    installs: tuple[Install, ...]
    copies: tuple[Copy, ...]
    settings: tuple[Setting, ...]


def build(path: str, nodes: Sequence[Node]) -> Build:
    """Sort the nodes of a Dockerfile."""
    return Build(
        path,
        tuple(node for node in nodes if isinstance(node, ImageRef) and not node.key),
        tuple(node for node in nodes if isinstance(node, ImageRef) and node.key),
        tuple(node for node in nodes if isinstance(node, Install) and node.tool != "message"),
        tuple(node for node in nodes if isinstance(node, Copy)),
        tuple(node for node in nodes if isinstance(node, Setting)),
    )


def judge(item: Build, target: Target) -> Iterator[Place]:
    """Conda and apt packages of an old CUDA, versioned CUDA paths, and repository lists of an older system."""
    values = {at for setting in item.settings for at in setting.value.at if at >= 0}
    for install in item.installs:
        words = [word.value for word in install.words]
        if install.tool == "conda":
            yield from _conda(item, install, words, target)
        elif install.tool == "apt":
            yield from packages.apt(item.path, install, (*item.images, *item.copied), target)
        yield from packages.installers(item.path, install, target)
        for word in install.words:
            yield from _traps(item, install, word)
            yield from _addresses(item, word, target)
        own = [word for word in install.words if values.isdisjoint(word.at)]
        yield from architectures.options(item.path, own, target)
    for setting in item.settings:
        yield from _paths(item, setting.value, target)
        yield from _architectures(item, setting, target)
    yield from variables.judge(item.path, item.settings, item.images, target)
    texts = [text for install in item.installs for text in install.words]
    texts += [text for copy in item.copies for text in copy.words]
    for text in texts:
        yield from _paths(item, text, target)
    yield from libtorch.find(item.path, [*(setting.value for setting in item.settings), *texts], target)


def _conda(item: Build, install: Install, words: list[str], target: Target) -> Iterator[Place]:
    if companions.conda_stack(words):
        yield from conda.command(item.path, install, target, build=True)
    elif any(ref.text.value.startswith("pytorch/pytorch") for ref in item.images):
        why = "the build uses conda of the image's own, which newer pytorch/pytorch images may not have"
        yield obstacle(item.path, install.span, why)


def _traps(item: Build, install: Install, word: Text) -> Iterator[Place]:
    """What stops a build on a newer image although nothing in it names a version."""
    if _REPOSITORY_LIST.search(word.value):
        why = f"{word.value} is no file of newer images, and removing it would stop the build"
        yield obstacle(item.path, install.span, why)
    repository = _CUDA_REPOSITORY.search(word.value)
    if repository and not _on_system(item, repository.group(1)):
        why = f"{word.value} is a package repository of one system: check it against the new image"
        yield obstacle(item.path, install.span, why)
    if "/opt/conda/" in word.value and any(ref.text.value.startswith("pytorch/pytorch") for ref in item.images):
        why = f"the build writes into {word.value}, a path of the old image's Python"
        yield obstacle(item.path, install.span, why)


def _on_system(item: Build, name: str) -> bool:
    """Whether the CUDA images of the build are on the system that an address names (``ubuntu2204``): it stays."""
    systems = [ref.text.value.rpartition("-")[2].replace(".", "") for ref in item.images if "/cuda:" in ref.text.value]
    return bool(systems) and all(system == name for system in systems)


def _addresses(item: Build, word: Text, target: Target) -> Iterator[Place]:
    """Addresses of PyTorch's wheels, and pins, that other commands than installs use: a download, a file of pins."""
    unknown = "what this command does with it is not known"
    for found in _PIN.finditer(word.value):
        span = word[found.start(1) : found.end(1)].stretch()
        if span and key(found.group(2)) < key(target.torch) and "+cpu" not in found.group():
            yield Place("torch-pin", item.path, span, f"{found.group(1)} in a command or file", blocks=unknown)
    for found in re.finditer(r"https?://[^\s\"']+", word.value):
        index, span = wheels.index(found.group()), word[found.start() : found.end()].stretch()
        number = wheels.cuda_number(index.variant) if index else None
        if index and span and number and number < wheels.target_number(target):
            message = f"an address of {index.variant} wheels, behind the target ({target.wheels})"
            yield Place("wheel-index", item.path, span, message, blocks=unknown)


def _architectures(item: Build, setting: Setting, target: Target) -> Iterator[Place]:
    """Lists of GPU architectures; they go with the image that brings the compiler."""
    brought = [re.search(r"nvidia/cuda:|pytorch/pytorch:", ref.text.value) for ref in item.images]
    for place in architectures.judge(item.path, setting.value, target, setting.name):
        why = "no image of this build is known to bring the target's compiler"
        yield place if any(brought) or not brought or place.blocks else place._replace(changes=(), blocks=why)


def _paths(item: Build, text: Text, target: Target) -> Iterator[Place]:
    """``/usr/local/cuda-12.1``: goes with the image that brings it; what the build itself put there stays."""
    for match in CUDA_PATH.finditer(text.value):
        version = match.group(1) or match.group(2)
        if version == target.cuda_minor:
            continue
        change = text.replace(match.end() - len(version), match.end(), target.cuda_minor)
        span = text[match.start() : match.end()].stretch()
        message = f"{match.group()} is a folder of another CUDA than the target's {target.cuda_minor}"
        brought = packages.brings((*item.images, *item.copied), version)
        blocks = "" if change else f"{match.group()} is put together from places that cannot be changed one by one"
        if not brought:
            where = "no image of this build" if item.images else "nothing here"
            blocks = f"{where} is known to bring CUDA {version}: change what installs it"
        if span:
            changes = (change,) if change and brought else ()
            yield Place("cuda-path", item.path, span, message, changes=changes, blocks=blocks)
