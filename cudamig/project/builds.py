"""What a Dockerfile does besides naming images and pins, where that holds its stack where it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cudamig.facts import companions, images, store
from cudamig.facts.targets import Target
from cudamig.facts.versions import minor
from cudamig.model import Span
from cudamig.nodes import Copy, ImageRef, Install, Node, Setting
from cudamig.project.place import Place
from cudamig.text import Text

_PYTHON = re.compile(r"\bpython(3\.\d{1,2})\b|/pip/(3\.\d{1,2})/get-pip")
_PYTHON_SPEC = re.compile(r"(?:^|::)python={1,2}(\d\.\d{1,2})")
_DISTRIBUTION = frozenset(
    "python3 python3-pip python3-dev python3-venv python3-distutils python3-setuptools python-pip".split()
)
_CUDA_PACKAGE = re.compile(
    r"(?:cuda|libcu[a-z]+|libnv[a-z]+|libnpp|nsight[a-z-]*)(?:-[a-z-]+)*-\d{1,2}-\d\b|lib(?:cudnn|nccl|nvinfer)\d*(?:-dev)?=\S*cuda"
    r"|libcudnn\d+(?:-dev)?$|(?:cudnn|libcudnn)\d+-cuda-\d+"
)
_CUDA_PATH = re.compile(r"/usr/local/cuda-(\d{1,2}\.\d)(?![\d.]*\d)")
_REPOSITORY_LIST = re.compile(r"/etc/apt/sources\.list\.d/(?:cuda|nvidia-ml)\.list")
_CUDA_REPOSITORY = re.compile(r"developer\.download\.nvidia\.com/compute/[\w-]+/repos/(ubuntu\d+|rhel\d+|debian\d+)")


class Build(NamedTuple):
    """A Dockerfile's nodes, by kind."""

    path: str
    images: tuple[ImageRef, ...]
    installs: tuple[Install, ...]
    copies: tuple[Copy, ...]
    settings: tuple[Setting, ...]


def build(path: str, nodes: Sequence[Node]) -> Build:
    """Sort the nodes of a Dockerfile."""
    return Build(
        path,
        tuple(node for node in nodes if isinstance(node, ImageRef)),
        tuple(node for node in nodes if isinstance(node, Install)),
        tuple(node for node in nodes if isinstance(node, Copy)),
        tuple(node for node in nodes if isinstance(node, Setting)),
    )


def judge(item: Build, target: Target) -> Iterator[Place]:
    """Conda and apt packages of an old CUDA, versioned CUDA paths, and repository lists of an older system."""
    for install in item.installs:
        words = [word.value for word in install.words]
        if install.tool == "conda":
            yield from _conda(item, install, words)
        elif install.tool == "apt":
            yield from _apt(item, install, target)
        for word in install.words:
            yield from _traps(item, install, word)
    for setting in item.settings:
        yield from _paths(item, setting.value, target)
    for install in item.installs:
        for word in install.words:
            yield from _paths(item, word, target)


def _conda(item: Build, install: Install, words: list[str]) -> Iterator[Place]:
    word = companions.conda_stack(words)
    if word:
        why = f"conda installs {word}: {store.load('facts-companions')['conda']['why']}"
        yield Place(
            "conda-stack", item.path, install.span, f"conda brings a stack of its own here ({word})", blocks=why
        )
    elif any(ref.text.value.startswith("pytorch/pytorch") for ref in item.images):
        why = "the build uses conda of the image's own, which newer pytorch/pytorch images may not have"
        yield _silent(item, install.span, why)


def _apt(item: Build, install: Install, target: Target) -> Iterator[Place]:
    current = re.compile(target.cuda_minor.replace(".", "-") + r"\b")
    for word in install.words:
        span = word.span()
        if span and _CUDA_PACKAGE.search(word.value) and not current.search(word.value):
            message = f"the package {word.value} belongs to one CUDA or cuDNN"
            why = f"{word.value} must be replaced by its package for CUDA {target.cuda_minor}, or dropped"
            yield Place("cuda-apt-package", item.path, span, message, blocks=why)


def _traps(item: Build, install: Install, word: Text) -> Iterator[Place]:
    """What stops a build on a newer image although nothing in it names a version."""
    if _REPOSITORY_LIST.search(word.value):
        why = f"{word.value} is no file of newer images, and removing it would stop the build"
        yield _silent(item, install.span, why)
    if _CUDA_REPOSITORY.search(word.value):
        why = f"{word.value} is a package repository of one system: check it against the new image"
        yield _silent(item, install.span, why)
    if "/opt/conda/" in word.value and any(ref.text.value.startswith("pytorch/pytorch") for ref in item.images):
        yield _silent(item, install.span, f"the build writes into {word.value}, a path of the old image's Python")


def _paths(item: Build, text: Text, target: Target) -> Iterator[Place]:
    """``/usr/local/cuda-12.1``: goes with the image."""
    for match in _CUDA_PATH.finditer(text.value):
        if match.group(1) == target.cuda_minor:
            continue
        change = text.replace(match.start(1), match.end(1), target.cuda_minor)
        span = text[match.start() : match.end()].span()
        message = f"{match.group()} is a folder of another CUDA than the target's {target.cuda_minor}"
        if span and change:
            yield Place("cuda-path", item.path, span, message, changes=(change,))


def _silent(item: Build, span: Span, why: str) -> Place:
    return Place("", item.path, span, "", blocks=why, silent=True)


def python_block(item: Build, target: Target) -> Place | None:
    """Why the Python of a CUDA stage is too old or too new for the target's wheels, or None.

    Versions that the build names count; where it names none, the Python that the system's packages bring.
    """
    for ref in item.images:
        match = re.search(r"nvidia/cuda:(\S+)", ref.text.value)
        parts = images.parse_cuda_tag(match.group(1)) if match else None
        if not parts:
            continue
        stages = _lineage(item, ref)
        named, system = _pythons(item, stages), parts.group("system") or ""
        versions = named or ([_distribution(system)] if _uses_distribution(item, stages) else [])
        wrong = [version for version in versions if version and not target.has_python(version)]
        if wrong:
            whose = f"the build installs Python {wrong[0]}" if named else f"{system}'s own Python is {wrong[0]}"
            why = f"{whose}; torch {target.torch} has wheels for {target.python[0]} to {target.python[1]}"
            return _silent(item, ref.span, why)
    return None


def _lineage(item: Build, ref: ImageRef) -> set[int]:
    """Stages whose files end up in the stage of ``ref``: itself, those built on it, and those it copies from."""
    names = {image.name: image.stage for image in item.images if image.name}
    stages = {ref.stage}
    for image in item.images:
        if image.parent in stages:
            stages.add(image.stage)
    for copy in item.copies:
        if copy.stage in stages and copy.from_stage in names:
            stages.add(names[copy.from_stage])
    return stages


def _pythons(item: Build, stages: set[int]) -> list[str]:
    """Python versions that commands and settings of the stages name, without repeats."""
    found: dict[str, None] = {}
    for install in item.installs:
        if install.stage not in stages:
            continue
        for word in install.words:
            spec = _PYTHON_SPEC.search(word.value) if install.tool == "conda" else None
            if install.tool == "python":
                found[minor(word.value)] = None
            elif spec:
                found[spec.group(1)] = None
            else:
                found.update(dict.fromkeys(a or b for a, b in _PYTHON.findall(word.value)))
    return list(found)


def _uses_distribution(item: Build, stages: set[int]) -> bool:
    return any(
        word.value in _DISTRIBUTION
        for install in item.installs
        if install.tool == "apt" and install.stage in stages
        for word in install.words
    )


def _distribution(system: str) -> str:
    row = store.load("facts-distributions")["systems"].get(system)
    return str(row["python"]) if row else ""
