"""Variables of a build that say again which CUDA its image holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cudamig.facts.targets import Target
from cudamig.facts.versions import key, minor
from cudamig.model import Severity
from cudamig.nodes import ImageRef, Setting
from cudamig.project.place import Place

_REQUIRE = re.compile(r"cuda>=(\d+\.\d+)")


def judge(path: str, settings: Sequence[Setting], images: Sequence[ImageRef], target: Target) -> Iterator[Place]:
    """``CUDA_VERSION`` moves with the image whose version it repeats; ``NVIDIA_REQUIRE_CUDA`` is told."""
    for setting in settings:
        if setting.name == "CUDA_VERSION":
            yield from _version(path, setting, images, target)
        elif setting.name == "NVIDIA_REQUIRE_CUDA":
            yield from _gate(path, setting, target)


def _version(path: str, setting: Setting, images: Sequence[ImageRef], target: Target) -> Iterator[Place]:
    value, span = setting.value.value, setting.value.span()
    if not span or not re.fullmatch(r"\d+\.\d+(?:\.\d+)?", value) or key(minor(value)) > key(target.cuda_minor):
        return
    wanted = target.cuda if value.count(".") > 1 else target.cuda_minor
    if any(span.start in ref.text.at for ref in images):
        return  # the image is made of it: it is judged there
    repeated = any(re.search(rf"nvidia/cuda:{re.escape(value)}(?![\d])", ref.text.value) for ref in images)
    if value != wanted and repeated:
        message = f"{setting.name} says again that the image holds CUDA {value}"
        yield Place("cuda-variable", path, span, message, changes=((span, wanted),))


def _gate(path: str, setting: Setting, target: Target) -> Iterator[Place]:
    found, span = _REQUIRE.search(setting.value.value), setting.value.stretch()
    if found and span and key(found.group(1)) < key(target.cuda_minor):
        message = f"{setting.name} lets the container start on any driver for CUDA {found.group(1)}"
        why = f"it replaces the image's own gate, which asks for CUDA {target.cuda_minor} or a driver that can run it"
        todo = "drop the variable, or say which drivers the new image may meet"
        yield Place("cuda-variable", path, span, message, Severity.INFO, todo=todo, reason=why)
