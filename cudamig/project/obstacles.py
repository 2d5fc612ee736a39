"""What holds back whatever moves with a file, although it names no stack itself."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator

from cudamig.engine import FileResult
from cudamig.facts import companions, images, store
from cudamig.facts.targets import Target
from cudamig.facts.versions import minor
from cudamig.model import Span
from cudamig.nodes import Generated, ImageRef, Include, Install, Requirement
from cudamig.project import builds
from cudamig.project.builds import Build
from cudamig.project.place import Place, obstacle

Read = Callable[[str], bytes | None]

_NAMED = re.compile(r"(?:^|[._/-])(?:cu|cuda[-_]?)\d{2,3}(?:\D|$)|cuda[-_]?\d{1,2}\.\d", re.I)
_LOCKS = ("poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock")
_PYTHON = re.compile(r"\bpython(3\.\d{1,2})\b|/pip/(3\.\d{1,2})/get-pip")
_PYTHON_SPEC = re.compile(r"(?:^|::)python={1,2}(\d\.\d{1,2})")
_PYTHON_IMAGE = re.compile(r"(?:[\w.:-]+/)*python:(\d\.\d{1,2})")
_CUDA_IMAGE = re.compile(r"(?:[\w.:-]+/)*nvidia/cuda:(\S+)")
_SYSTEM_IMAGE = re.compile(r"(?:[\w.:-]+/)*(ubuntu|rockylinux|centos):(\d+(?:\.\d+)?)")
_DISTRIBUTION = frozenset(
    "python3 python3-pip python3-dev python3-venv python3-distutils python3-setuptools python-pip".split()
)


def find(result: FileResult, target: Target, read: Read) -> Iterator[Place]:
    """Obstacles of one file. ``read`` gives the bytes of a lock file of the tree, or None."""
    for node in result.nodes:
        if isinstance(node, Generated):
            yield obstacle(result.path, node.span, f"the file {node.reason}: change what generates it")
        elif isinstance(node, Requirement) and any(clause.operator == "==" for clause in node.clauses):
            why = companions.system(node.name)
            if why:
                yield obstacle(result.path, node.text.span() or Span(0, 0), f"{node.text.value} {why}")
    if _NAMED.search(result.path):
        yield obstacle(result.path, Span(0, 0), "its path says which CUDA it is for", deliberate=True)
    if result.kind == "yaml":
        yield from _jobs(result, target)
    if result.kind == "dockerfile":
        build = builds.build(result.path, result.nodes)
        pips = {node.stage for node in result.nodes if isinstance(node, Requirement | Include)}
        yield from _pythons(build, pips, target)
        yield from _locks(build, read)


def _pythons(build: Build, pips: set[int], target: Target) -> Iterator[Place]:
    """Stages whose Python is too old or too new for the target's wheels.

    Versions that the build names count; where it names none, the Python that the system's packages bring. Only
    stages on a CUDA image, and those that install with pip, are looked at.
    """
    for ref in build.images:
        if ref.parent >= 0:
            continue
        stages = _lineage(build, ref)
        cuda = _CUDA_IMAGE.match(ref.text.value)
        image = _PYTHON_IMAGE.match(ref.text.value)
        if not cuda and not stages & pips:
            continue
        system = _system(ref.text.value)
        named = _named(build, stages) or ([image.group(1)] if image else [])
        versions = named or ([_distribution(system)] if _from_packages(build, stages) else [])
        wrong = [version for version in versions if version and not target.has_python(version)]
        if wrong:
            whose = f"the build has Python {wrong[0]}" if named else f"{system}'s own Python is {wrong[0]}"
            why = f"{whose}; {_range(target)}"
            yield obstacle(build.path, ref.span, why)


def _jobs(result: FileResult, target: Target) -> Iterator[Place]:
    """Jobs of a CI workflow on a Python that the target's wheels do not serve."""
    for node in result.nodes:
        if isinstance(node, Install) and node.tool == "python":
            for word in node.words:
                version = re.match(r"3\.\d{1,2}(?!\d)", word.value)
                if version and not target.has_python(version.group()):
                    why = f"a job runs Python {version.group()}; {_range(target)}"
                    yield obstacle(result.path, node.span, why)


def _range(target: Target) -> str:
    return f"torch {target.torch} has wheels for Python {target.python[0]} to {target.python[1]}"


def _lineage(build: Build, ref: ImageRef) -> set[int]:
    """Stages whose files end up in the stage of ``ref``: itself, those built on it, and those it copies from."""
    names = {image.name: image.stage for image in build.images if image.name}
    stages = {ref.stage}
    for image in build.images:
        if image.parent in stages:
            stages.add(image.stage)
    for copy in build.copies:
        if copy.stage in stages and copy.from_stage in names:
            stages.add(names[copy.from_stage])
    return stages


def _named(build: Build, stages: set[int]) -> list[str]:
    """Python versions that the commands of the stages name, without repeats."""
    found: dict[str, None] = {}
    for install in build.installs:
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


def _from_packages(build: Build, stages: set[int]) -> bool:
    return any(
        word.value in _DISTRIBUTION
        for install in build.installs
        if install.tool == "apt" and install.stage in stages
        for word in install.words
    )


def _system(image: str) -> str:
    """The operating system of a base image as tags write it ("ubuntu20.04"), or ``""``."""
    cuda = _CUDA_IMAGE.match(image)
    if cuda:
        parts = images.parse_cuda_tag(cuda.group(1))
        return (parts.group("system") or "") if parts else ""
    plain = _SYSTEM_IMAGE.match(image)
    return plain.group(1) + plain.group(2) if plain else ""


def _distribution(system: str) -> str:
    row = store.load("facts-distributions")["systems"].get(system)
    return str(row["python"]) if row else ""


def _locks(build: Build, read: Read) -> Iterator[Place]:
    """Tools that install what a lock file says, where that pins torch."""
    for install in build.installs:
        lock = _lock(build.path, read) if install.tool == "locked" else ""
        if lock:
            why = f"{install.words[0].value} installs what {lock} says, and that names torch: lock it again"
            yield obstacle(build.path, install.span, why)


def _lock(path: str, read: Read) -> str:
    """The lock file at or above a build that pins torch, or ``""``."""
    folder = posixpath.dirname(path)
    while True:
        for name in _LOCKS:
            raw = read(posixpath.join(folder, name))
            if raw is not None:
                return name if re.search(rb'"torch"|\btorch-\d|^torch==', raw, re.M) else ""
        if not folder:
            return ""
        folder = posixpath.dirname(folder)
