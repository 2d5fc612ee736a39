"""CUDA toolkits that something else than an image brings: an action of a CI job, a feature of a container, Cog."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cudamig.facts.targets import Target
from cudamig.facts.versions import key, minor
from cudamig.model import Safety, Severity
from cudamig.nodes import Install
from cudamig.project.place import Place
from cudamig.text import Text

_VERSION = re.compile(r"\d{1,2}\.\d{1,2}(?:\.\d{1,2})?")
_ACTION = re.compile(r"[\w.-]+/cuda-toolkit@\S+")  # Jimver's, and copies of it
_OPTIONS = ("cuda", "cuda-version", "cuda_version", "cudaVersion")
_FEATURE = re.compile(r"ghcr\.io/devcontainers/features/nvidia-cuda(?::\S+)?")


class Toolkit(NamedTuple):
    """The CUDA version that something is asked for."""

    version: Text
    giver: str
    holds: str = ""  # why it cannot change alone


def read(install: Install) -> Toolkit | None:
    """The toolkit that an action, a feature or Cog is asked for, or None."""
    if install.tool == "cog-cuda":
        return Toolkit(install.words[0], "cog")
    if install.tool != "action":
        return None
    name, options = install.words[0].value, {}
    for word in install.words[1:]:
        label, _, _ = word.value.partition("=")
        options[label] = word[len(label) + 1 :]
    version = next((options[option] for option in _OPTIONS if option in options), None)
    if version is None:
        return None
    if _FEATURE.fullmatch(name):
        cudnn = options.get("cudnnVersion")
        fixed = cudnn is not None and cudnn.value not in ("", "automatic")
        return Toolkit(version, name, "its cudnnVersion was made for that CUDA: choose both" if fixed else "")
    return Toolkit(version, name, "" if _ACTION.fullmatch(name) else f"what {name} does with it is not seen here")


def named(install: Install) -> str:
    """The CUDA, ``"12.1"``, that a node asks for, or ``""``."""
    toolkit = read(install)
    return minor(toolkit.version.value) if toolkit and _VERSION.fullmatch(toolkit.version.value) else ""


def judge(path: str, install: Install, used: bool, target: Target) -> Iterator[Place]:
    """The place of a toolkit. ``used``: something that is installed beside it is for the same CUDA, and moves."""
    toolkit = read(install)
    if not toolkit or not _VERSION.fullmatch(toolkit.version.value):
        return
    value, span = toolkit.version.value, toolkit.version.stretch() or install.span
    wanted = target.cuda if value.count(".") > 1 else target.cuda_minor
    if key(value) == key(wanted):
        return
    if key(value) > key(wanted):
        message = f"CUDA {value} is newer than the target {target.name}; left alone"
        yield Place("cuda-toolkit", path, span, message, Severity.INFO, newer=True)
        return
    message = f"{toolkit.giver} brings CUDA {value}, behind the target's {wanted}"
    change = toolkit.version.replace(0, len(value), wanted)
    blocks = "" if change else "its version comes from a place that cannot be changed"
    if toolkit.holds:
        blocks = toolkit.holds
    elif not used:
        blocks = f"nothing beside it says what is built with CUDA {value}: change it with what uses it"
    reason = f"whether {toolkit.giver} knows CUDA {wanted} depends on its release"
    changes = (change,) if change else ()
    yield Place(
        "cuda-toolkit", path, span, message, changes=changes, blocks=blocks, safety=Safety.UNSAFE, reason=reason
    )
