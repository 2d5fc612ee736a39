"""The characters of YAML scalars, each where it stands in the file."""

from __future__ import annotations

from cudamig.hosts.shell_words import unquoted
from cudamig.hosts.yaml_nodes import Node, Scalar, Sequence, followed
from cudamig.source import Source
from cudamig.text import NOWHERE, Text


def place(source: Source, node: Scalar) -> Text | None:
    """The scalar's characters where they stand; None when they are escaped, or folded over lines."""
    end = node.span.end - (1 if node.style in ("'", '"') else 0)
    start = end - len(node.value)
    if start < node.span.start or source.text[start:end] != node.value or node.style in ("|", ">"):
        return None
    return Text.of(source.text, start, end)


def written(source: Source, node: Scalar) -> Text:
    """The scalar's value, where its characters stand as far as they stand in one piece."""
    return place(source, node) or Text(node.value, [NOWHERE] * len(node.value))


def script(source: Source, scalar: Scalar) -> Text:
    """The shell text of a scalar, each character where it stands; folded lines are joined by a blank."""
    start, end = scalar.span
    if scalar.style in ("|", ">"):
        start = source.text.find("\n", start, end) + 1 or end
    elif scalar.style:
        start, end = start + 1, end - 1
    text = Text.of(source.text, start, end)
    text = unquoted(text) if scalar.style == '"' else text
    return text if scalar.style == "|" else Text(text.value.replace("\n", " "), text.at)


def scalars(node: Node | None) -> list[Scalar]:
    """The scalars of a list, or the one that stands there by itself; aliases are followed."""
    node = followed(node) if node else None
    items = map(followed, node.items) if isinstance(node, Sequence) else (node,)
    return [item for item in items if isinstance(item, Scalar)]
