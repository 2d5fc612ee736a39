"""cog.yaml: the CUDA, the Python, the packages and the commands of a Cog build."""

from __future__ import annotations

import itertools
import posixpath
from collections.abc import Iterator

from cudamig.hosts import installs
from cudamig.hosts.requirement import index_option, requirement
from cudamig.hosts.shell import commands
from cudamig.hosts.yaml_nodes import Mapping, Node, Scalar, Sequence, followed
from cudamig.hosts.yaml_text import scalars, script, written
from cudamig.nodes import Include, Install
from cudamig.nodes import Node as StackNode
from cudamig.source import Source


def is_cog(path: str) -> bool:
    """Whether a YAML file is the configuration of a Cog build, by its name."""
    return posixpath.basename(path) in ("cog.yaml", "cog.yml")


def cog_nodes(source: Source, root: Node) -> Iterator[StackNode]:
    """What a Cog build installs: all of it is one installation."""
    build = root.get("build") if isinstance(root, Mapping) else None
    if not isinstance(build, Mapping):
        return
    for key, value in build.pairs():
        if key.value in ("cuda", "python_version") and isinstance(value, Scalar):
            tool = "cog-cuda" if key.value == "cuda" else "python"
            yield Install(tool, (written(source, value),), value.span)
        elif key.value == "gpu" and isinstance(value, Scalar) and value.value.lower() in ("true", "yes", "on"):
            yield Install("cog-gpu", (written(source, value),), value.span)
        elif key.value == "python_packages":
            for scalar in scalars(value):
                text = script(source, scalar)
                words = [word for command in commands(text) for word in command.words]
                for option, url in itertools.pairwise(words):
                    yield from index_option(option.text, url.text)
                yield requirement(text)
        elif key.value == "python_requirements" and isinstance(value, Scalar):
            yield Include("-r", value.value, value.span)
        elif key.value == "run" and isinstance(value, Sequence):
            for item in value.items:
                line = followed(item)
                line = line.get("command") or line if isinstance(line, Mapping) else line
                if isinstance(line, Scalar):
                    yield from installs.nodes(commands(script(source, line)), line.span, 0)
