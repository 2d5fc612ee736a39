"""What a Dockerfile does besides naming images and pins, where that holds its stack where it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cudamig.facts import companions, store, wheels
from cudamig.facts.targets import Target
from cudamig.facts.versions import key
from cudamig.nodes import Copy, ImageRef, Install, Node, Setting
from cudamig.project import architectures
from cudamig.project.place import Place, obstacle
from cudamig.text import Text

_CUDA_PACKAGE = re.compile(
    r"(?:cuda|libcu[a-z]+|libnv[a-z]+|libnpp|nsight[a-z-]*)(?:-[a-z-]+)*-\d{1,2}-\d\b|lib(?:cudnn|nccl|nvinfer)\d*(?:-dev)?=\S*cuda"
    r"|libcudnn\d+(?:-dev)?$|(?:cudnn|libcudnn)\d+-cuda-\d+"
)
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
            yield from _conda(item, install, words)
        elif install.tool == "apt":
            yield from _apt(item, install, target)
        for word in install.words:
            yield from _traps(item, install, word)
            yield from _addresses(item, word, target)
        own = [word for word in install.words if values.isdisjoint(word.at)]
        yield from architectures.options(item.path, own, target)
    for setting in item.settings:
        yield from _paths(item, setting.value, target)
        yield from _architectures(item, setting, target)
    texts = [text for install in item.installs for text in install.words]
    texts += [text for copy in item.copies for text in copy.words]
    for text in texts:
        yield from _paths(item, text, target)


def _conda(item: Build, install: Install, words: list[str]) -> Iterator[Place]:
    word = companions.conda_stack(words)
    if word:
        why = f"conda installs {word}: {store.load('facts-companions')['conda']['why']}"
        yield Place(
            "conda-stack", item.path, install.span, f"conda brings a stack of its own here ({word})", blocks=why
        )
    elif any(ref.text.value.startswith("pytorch/pytorch") for ref in item.images):
        why = "the build uses conda of the image's own, which newer pytorch/pytorch images may not have"
        yield obstacle(item.path, install.span, why)


def _apt(item: Build, install: Install, target: Target) -> Iterator[Place]:
    current = re.compile(target.cuda_minor.replace(".", "-") + r"\b")
    for word in install.words:
        span = word.stretch()
        if span and _CUDA_PACKAGE.search(word.value) and not current.search(word.value):
            message = f"the package {word.value} belongs to one CUDA or cuDNN"
            why = f"{word.value} must be replaced by its package for CUDA {target.cuda_minor}, or dropped"
            yield Place("cuda-apt-package", item.path, span, message, blocks=why)


def _traps(item: Build, install: Install, word: Text) -> Iterator[Place]:
    """What stops a build on a newer image although nothing in it names a version."""
    if _REPOSITORY_LIST.search(word.value):
        why = f"{word.value} is no file of newer images, and removing it would stop the build"
        yield obstacle(item.path, install.span, why)
    if _CUDA_REPOSITORY.search(word.value):
        why = f"{word.value} is a package repository of one system: check it against the new image"
        yield obstacle(item.path, install.span, why)
    if "/opt/conda/" in word.value and any(ref.text.value.startswith("pytorch/pytorch") for ref in item.images):
        why = f"the build writes into {word.value}, a path of the old image's Python"
        yield obstacle(item.path, install.span, why)


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
        brought = any(
            re.search(rf"cuda:?{re.escape(version)}\b", ref.text.value) for ref in (*item.images, *item.copied)
        )
        blocks = "" if change else "its version is put together from places that cannot be changed one by one"
        if not brought:
            where = "no image of this build" if item.images else "nothing here"
            blocks = f"{where} is known to bring CUDA {version}: change what installs it"
        if span:
            changes = (change,) if change and brought else ()
            yield Place("cuda-path", item.path, span, message, changes=changes, blocks=blocks)
