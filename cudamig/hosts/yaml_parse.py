"""YAML text -> trees of places, one for each document.

Built from parser events with a stack of its own, because a composer recurses: brackets by the thousand end a process.
The C scanner is used where pyyaml has it; its marks count code points, as everything here does.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from cudamig.hosts import NotUnderstood
from cudamig.hosts.yaml_nodes import Alias, Mapping, Node, Scalar, Sequence
from cudamig.model import Span

DEPTH = 200  # manifests nest some twenty levels deep; the scanner's time grows with the square of the depth
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVERS: dict[str, list[tuple[str, re.Pattern[str]]]] = yaml.SafeLoader.yaml_implicit_resolvers  # by first letter
_STRING = "tag:yaml.org,2002:str"
_KEEP = re.compile(r"[|>][0-9]*\+")
_LINE_END = re.compile(r"[\r\n]")


def documents(text: str, real: str) -> list[Node]:
    """The root of each document of ``text``.

    ``real`` is the file as it stands; where it differs from ``text`` (see ``yaml_mask``) a template expression was
    masked, and scalars over it carry the real text. Raises NotUnderstood with the line of the first error.
    """
    builder = _Builder(text, real)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        problem = error.problem or "not YAML"
        mark = error.context_mark if "end of stream" in problem else error.problem_mark  # where it was opened
        raise NotUnderstood((f"line {mark.line + 1}: " if mark else "") + problem) from None
    except yaml.YAMLError as error:
        raise NotUnderstood(" ".join(str(error).split())) from None
    return builder.roots


class _Builder:
    """Takes events in order; ``roots`` are the documents so far."""

    def __init__(self, text: str, real: str) -> None:
        self.text, self.real = text, real
        self.roots: list[Node] = []
        self._open: list[tuple[Any, list[Node]]] = []  # start event of each open collection, and what it holds
        self._anchors: dict[str, Node] = {}

    def take(self, event: yaml.Event) -> None:
        """Take one event. Raises NotUnderstood."""
        if isinstance(event, yaml.ScalarEvent):
            self._put(self._scalar(event))
        elif isinstance(event, yaml.CollectionStartEvent):
            if len(self._open) == DEPTH:
                raise NotUnderstood(f"{_line(event)}nested too deeply")
            self._open.append((event, []))
        elif isinstance(event, yaml.CollectionEndEvent):
            start, below = self._open.pop()
            self._put(self._collection(start, event, below))
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise NotUnderstood(f"{_line(event)}alias *{event.anchor} stands for nothing")
            self._put(Alias(self._anchors[event.anchor], _span(event)))
        elif isinstance(event, yaml.DocumentStartEvent):
            self._anchors = {}

    def _put(self, node: Node) -> None:
        if node.anchor:
            self._anchors[node.anchor] = node
        if self._open:
            self._open[-1][1].append(node)
        else:
            self.roots.append(node)

    def _scalar(self, event: Any) -> Scalar:
        start, end = event.start_mark.index, event.end_mark.index
        style = event.style or ""
        if style in ("|", ">"):
            end = _block_end(self.text, start, end)
        template = self.text[start:end] != self.real[start:end]
        value = self._template(start, end, style, event.value) if template else event.value
        tag = event.tag or (_resolved(event.value) if event.implicit[0] and not style else _STRING)
        return Scalar(value, Span(start, end), style, tag, template, event.anchor or "")

    def _template(self, start: int, end: int, style: str, masked: str) -> str:
        """The value of a scalar over template expressions: as it stands, or, over lines, free of its indentation."""
        raw = self.real[start:end]
        if "\n" in raw or "\r" in raw:
            hidden = (b for a, b in zip(self.text[start:end], raw, strict=True) if a != b)
            return f"{masked} {''.join(hidden)}"
        return raw[1:-1] if style and raw[0] == raw[-1] == style and len(raw) > 1 else raw

    def _collection(self, start: Any, end: Any, below: list[Node]) -> Node:
        last = end.end_mark.index if start.flow_style or not below else below[-1].span.end
        span, flow, anchor = Span(start.start_mark.index, last), bool(start.flow_style), start.anchor or ""
        if isinstance(start, yaml.SequenceStartEvent):
            return Sequence(tuple(below), span, flow, anchor)
        return Mapping(tuple(zip(below[::2], below[1::2], strict=True)), span, flow, anchor)


def _line(event: Any) -> str:
    return f"line {event.start_mark.line + 1}: "


def _span(event: Any) -> Span:
    return Span(event.start_mark.index, event.end_mark.index)


def _resolved(value: str) -> str:
    """The tag of a plain scalar by its look."""
    for tag, pattern in _RESOLVERS.get(value[:1], ()):
        if pattern.match(value):
            return str(tag)
    return _STRING


def _block_end(text: str, start: int, end: int) -> int:
    """Where a block scalar's last line ends; the parser counts line ends and blank lines after it too."""
    body = text[start:end]
    if _KEEP.match(body):
        return end - (2 if body.endswith("\r\n") else 1 if body.endswith(("\n", "\r")) else 0)
    last = _LINE_END.search(body, len(body.rstrip(" \t\r\n")))
    return start + last.start() if last else end
