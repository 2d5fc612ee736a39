"""The Python of a build, and whether the target's wheels, and the pins around them, fit it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cudamig.facts import images, store, wheels
from cudamig.facts.targets import Target
from cudamig.facts.versions import key, minor
from cudamig.model import Span
from cudamig.nodes import ImageRef, Requirement
from cudamig.project.place import Place, obstacle

if TYPE_CHECKING:
    from cudamig.project.builds import Build

_PYTHON = re.compile(r"\bpython(3\.\d{1,2})\b|/pip/(3\.\d{1,2})/get-pip")
_PYTHON_SPEC = re.compile(r"(?:^|::)python={1,2}(\d\.\d{1,2})")
_PYTHON_IMAGE = re.compile(r"(?:[\w.:-]+/)*python:(\d\.\d{1,2})")
_CUDA_IMAGE = re.compile(r"(?:[\w.:-]+/)*nvidia/cuda:(\S+)")
_SYSTEM_IMAGE = re.compile(
    r"(?:[\w.:-]+/)*(ubuntu|rockylinux|centos|debian|almalinux|oraclelinux|amazonlinux):(\w+(?:\.\d+)?)"
)
_CODENAME = re.compile(r":[\w.-]*?\b([a-z]+)$")
_PLAIN_PIP = frozenset(("pip", "pip3", "python3"))  # programs that are the system's own unless something redirects them
_REDIRECTS = re.compile(r"update-alternatives|get-pip|\bvenv\b|virtualenv|ensurepip|conda|bin/python|bin/pip|pyenv")
_DISTRIBUTION = frozenset(
    "python3 python3-pip python3-dev python3-venv python3-distutils python3-setuptools python-pip".split()
)


def served(target: Target) -> str:
    """Which Pythons the target's wheels are for, in words."""
    return f"torch {target.torch} has wheels for Python {target.python[0]} to {target.python[1]}"


def misfits(build: Build, pips: set[int], target: Target) -> Iterator[Place]:
    """Stages whose Python is too old or too new for the target's wheels.

    Versions that the build names count; where it names none, the Python that the system's packages bring. Only
    stages on a CUDA image, and those that install with pip, are looked at.
    """
    for ref in build.images:
        if ref.parent >= 0:
            continue
        stages = lineage(build, ref)
        cuda = _CUDA_IMAGE.match(ref.text.value)
        image = _PYTHON_IMAGE.match(ref.text.value)
        if not cuda and not stages & pips:
            continue
        system = _system(ref.text.value)
        found = named(build, stages) or ([image.group(1)] if image else []) or _copied(build, stages)
        versions = found or ([_distribution(system)] if _from_packages(build, stages) else [])
        wrong = [version for version in versions if version and not target.has_python(version)]
        own = _distribution(system)
        if not wrong and own and not target.has_python(own) and _own_pip(build, stages):
            why = f"`pip` is {system}'s own here, for Python {own}, although the build has Python {found[0]} too"
            yield obstacle(build.path, ref.span, f"{why}; {served(target)}")
        old = store.load("facts-distributions")["systems"].get(system, {}).get("glibc", "")
        needed = wheels.glibc(target.torch, target.wheels)
        if stages & pips and old and key(old) < key(needed):
            why = f"{system} has glibc {old}, and the wheels of torch {target.torch} need {needed}"
            yield obstacle(build.path, ref.span, why)
        if wrong:
            whose = f"the build has Python {wrong[0]}" if found else f"{system}'s own Python is {wrong[0]}"
            why = f"{whose}; {served(target)}"
            yield obstacle(build.path, ref.span, why)


def lineage(build: Build, ref: ImageRef) -> set[int]:
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


def named(build: Build, stages: set[int]) -> list[str]:
    """Python versions that the commands of the stages name, without repeats."""
    found: dict[str, None] = {}
    for setting in build.settings:
        if setting.name == "UV_PYTHON" and setting.stage in stages and re.match(r"3\.\d", setting.value.value):
            found[minor(setting.value.value)] = None
    for install in build.installs:
        if install.stage not in stages:
            continue
        for word in install.words:
            spec = _PYTHON_SPEC.search(word.value) if install.tool == "conda" else None
            number = re.search(r"3\.\d{1,2}", word.value) if install.tool == "python" else None
            if number:
                found[number.group()] = None
            elif spec:
                found[spec.group(1)] = None
            else:
                found.update(dict.fromkeys(a or b for a, b in _PYTHON.findall(word.value)))
    return list(found)


def _copied(build: Build, stages: set[int]) -> list[str]:
    """Python versions of the images that the stages copy from."""
    found = (_PYTHON_IMAGE.match(ref.text.value) for ref in build.copied if ref.stage in stages)
    return [match.group(1) for match in found if match]


def _own_pip(build: Build, stages: set[int]) -> bool:
    """Whether a plain ``pip`` is that of the system's packages: they bring one and nothing redirects it."""
    mine = [install for install in build.installs if install.stage in stages]
    packages = {word.value for install in mine if install.tool == "apt" for word in install.words}
    programs = {word.value for install in mine if install.tool == "pip" for word in install.words}
    redirected = any(
        _REDIRECTS.search(word.value) or install.tool in ("conda", "python")
        for install in mine
        if install.tool != "apt"
        for word in install.words
    )
    upgraded = any(re.search(r"\d\.\d", program) for program in programs)  # `python3.10 -m pip install -U pip`
    return "python3-pip" in packages and bool(programs & _PLAIN_PIP) and not redirected and not upgraded


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
    codename = _CODENAME.search(image)
    names: dict[str, str] = store.load("facts-distributions")["codenames"]
    if codename and codename.group(1) in names:
        return names[codename.group(1)]
    return plain.group(1) + plain.group(2) if plain else ""


def _distribution(system: str) -> str:
    row = store.load("facts-distributions")["systems"].get(system)
    return str(row["python"]) if row else ""


def old_pins(build: Build, pinned: Sequence[Requirement], target: Target) -> Iterator[Place]:
    """Exact pins without a wheel for the Python that a newer pytorch/pytorch image brings.

    ``pinned``: the requirements that the build installs, its own and those of the files it names.
    """
    python = wheels.image_python()
    for ref in build.images:
        match = re.search(r"(?:^|/)pytorch/pytorch:(\S+)", ref.text.value)
        parts = images.parse_torch_tag(match.group(1)) if match else None
        if not parts or key(parts.group("torch")) >= key(target.torch):
            continue
        for item in pinned:
            versions = [clause.version.value for clause in item.clauses if clause.operator == "=="]
            if versions and re.match(r"\d", versions[0]) and wheels.lacks_wheel(item.name, versions[0], python):
                why = f"{item.text.value} has no wheel for Python {python}, and newer pytorch/pytorch images bring that"
                yield obstacle(build.path, item.text.span() or Span(0, 0), why)
