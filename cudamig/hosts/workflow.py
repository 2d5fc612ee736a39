"""CI workflows: the shell in their steps, the Pythons that their jobs run on, and what builds are given."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cudamig.hosts import installs
from cudamig.hosts.requirement import index_variable
from cudamig.hosts.shell import commands
from cudamig.hosts.shell_words import unquoted
from cudamig.hosts.yaml_nodes import Mapping, Node, Scalar, Sequence, followed, mappings
from cudamig.nodes import Install, Setting
from cudamig.nodes import Node as StackNode
from cudamig.source import Source
from cudamig.text import Text

_PATH = re.compile(r"(?:^|/)\.(?:github|gitlab|circleci|azure-pipelines|buildkite)\b|azure-pipelines|gitlab-ci")
_SHELL = ("run", "script", "before_script", "after_script")
_PYTHON = ("python-version", "python_version", "python-versions")


def is_workflow(path: str) -> bool:
    """Whether a YAML file is a CI workflow, by its path."""
    return bool(_PATH.search(path))


def workflow_nodes(source: Source, root: Node) -> Iterator[StackNode]:
    """Install commands of all steps, and an Install of tool python for every list of Python versions."""
    for mapping, _ in mappings([root]):
        yield from _of(source, mapping)


def _of(source: Source, mapping: Mapping) -> Iterator[StackNode]:
    for key, value in mapping.pairs():
        scalars = [item for item in _items(value) if isinstance(item, Scalar)]
        if isinstance(value, Scalar):
            yield from index_variable(key.value, _script(source, value))
        if key.value in _SHELL:
            for scalar in scalars:
                script = _script(source, scalar)
                yield from installs.nodes(commands(script), scalar.span, 0)
        elif key.value in _PYTHON:
            words = tuple(Text(item.value, [-1] * len(item.value)) for item in scalars)
            yield Install("python", words, value.span)


def build_arguments(source: Source, roots: list[Node]) -> Iterator[Setting]:
    """Arguments that compose files (``build: {args: ...}``) and the Docker action (``build-args``) give to a build."""
    for mapping, _ in mappings(roots):
        build, listed = mapping.get("build"), mapping.get("build-args")
        args = build.get("args") if isinstance(build, Mapping) else None
        if isinstance(args, Mapping):
            for key, value in args.pairs():
                if isinstance(value, Scalar):
                    yield Setting(key.value, _script(source, value))
        lines = [_script(source, item) for item in _items(args or listed or mapping) if isinstance(item, Scalar)]
        for text in lines:
            for pair in re.finditer(r"^[ \t]*(\w+)=(.*)$", text.value, re.M):
                yield Setting(pair.group(1), text[pair.start(2) : pair.end(2)])


def _items(node: Node) -> tuple[Node, ...]:
    return tuple(followed(item) for item in node.items) if isinstance(node, Sequence) else (node,)


def _script(source: Source, scalar: Scalar) -> Text:
    """The shell text of a scalar, each character where it stands; folded lines are joined by a blank."""
    start, end = scalar.span
    if scalar.style in ("|", ">"):
        start = source.text.find("\n", start, end) + 1 or end
    elif scalar.style:
        start, end = start + 1, end - 1
    text = Text.of(source.text, start, end)
    text = unquoted(text) if scalar.style == '"' else text
    return text if scalar.style == "|" else Text(text.value.replace("\n", " "), text.at)
