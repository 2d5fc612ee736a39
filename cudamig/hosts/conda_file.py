"""conda environment files: packages, channels, and the pip section, which pip reads as a requirements file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cudamig.hosts.requirement import index_option, requirement
from cudamig.hosts.shell import commands
from cudamig.hosts.yaml_nodes import Mapping, Node, Scalar, Sequence, followed
from cudamig.hosts.yaml_text import place, scalars, written
from cudamig.nodes import ANY_SCOPE, Generated, Include, Install
from cudamig.nodes import Node as StackNode
from cudamig.source import Source
from cudamig.text import Text

_BUILD = re.compile(r"[^=\s]+=[^=\s]+=[^=\s]+")  # name=version=build, as ``conda env export`` writes it
_EXPORTED = 3  # so many of them are no accident


def is_environment(root: Node) -> bool:
    """Whether a document is a conda environment file."""
    return (
        isinstance(root, Mapping)
        and isinstance(root.get("dependencies"), Sequence)
        and bool(root.get("channels") or root.get("name"))
    )


def environment_nodes(source: Source, root: Mapping) -> Iterator[StackNode]:
    """Each package and each channel as an install of its own; the pip section as requirements and options."""
    for scalar in scalars(root.get("channels")):
        yield Install("channel", (written(source, scalar),), scalar.span)
    listed = root.get("dependencies")
    items = [followed(item) for item in listed.items] if isinstance(listed, Sequence) else []
    specs = [text for item in items if isinstance(item, Scalar) and (text := place(source, item))]
    built = [text for text in specs if _BUILD.fullmatch(text.value)]
    if len(built) >= _EXPORTED:
        span = built[0].span()
        assert span
        yield Generated("was exported, with the builds of one machine", span)
    for text in specs:
        span = text.span()
        if span:
            yield Install("environment", (text,), span)
    for item in items:
        if isinstance(item, Mapping):
            for scalar in scalars(item.get("pip")):
                yield from _line(place(source, scalar), scalar)


def _line(text: Text | None, scalar: Scalar) -> Iterator[StackNode]:
    """A line of the pip section."""
    if text is None or not text.value:
        return
    if not text.value.startswith("-"):
        yield requirement(text, scope=ANY_SCOPE)._replace(end=-1)
        return
    words = [word for command in commands(text) for word in command.words]
    for number, word in enumerate(words):
        option, equals, _ = word.value.partition("=")
        following = words[number + 1].text if number + 1 < len(words) else None
        value = word.text[len(option) + 1 :] if equals else following
        if value is None:
            continue
        if option in ("-r", "--requirement", "-c", "--constraint"):
            yield Include("-" + option.lstrip("-")[0], value.value, scalar.span)
        yield from index_option(word.text[: len(option)], value, scope=ANY_SCOPE)
