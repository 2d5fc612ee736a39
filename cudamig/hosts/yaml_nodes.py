"""What a YAML file holds, as a tree of places. Values stay text: nothing is constructed from a scanned file.

Nodes are compared by identity. An alias is a leaf that knows its target, so a walk over the tree never visits a node
twice, whatever the aliases say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cudamig.model import Span


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """A string, number, date or nothing."""

    value: str  # decoded; over a template expression, the text as it stands
    span: Span  # with its anchor, tag and quotes; without the line end of a block scalar
    style: str  # "" plain, "'", '"', "|" or ">"
    tag: str  # resolved, "tag:yaml.org,2002:int"
    template: bool = False  # holds a template expression
    anchor: str = ""

    @property
    def null(self) -> bool:
        """Whether it says nothing."""
        return self.tag == "tag:yaml.org,2002:null"


@dataclass(frozen=True, slots=True, eq=False)
class Alias:
    """``*name``, with the node that the name stands for."""

    target: Node
    span: Span
    anchor: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    """A list. ``span`` ends with its last item, or its bracket."""

    items: tuple[Node, ...]
    span: Span
    flow: bool
    anchor: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Mapping:
    """Keys and values in order, doubles included. ``span`` ends with its last value, or its brace."""

    items: tuple[tuple[Node, Node], ...]
    span: Span
    flow: bool
    anchor: str = ""

    def pairs(self) -> Iterator[tuple[Scalar, Node]]:
        """Entries whose key is a scalar, aliases followed in values."""
        for key, value in self.items:
            if isinstance(key, Scalar):
                yield key, followed(value)

    def get(self, name: str) -> Node | None:
        """The value under a key (the last one, as Kubernetes reads doubles), or None."""
        found = None
        for key, value in self.pairs():
            if key.value == name:
                found = value
        return found

    def merged(self, name: str) -> Node | None:
        """The value under a key, or else that of the mappings that ``<<`` merges into this one."""
        todo: list[Node] = [self]
        seen: set[int] = set()
        while todo:
            node = followed(todo.pop(0))
            if isinstance(node, Sequence):
                todo = [*node.items, *todo]
            elif isinstance(node, Mapping) and id(node) not in seen:
                seen.add(id(node))
                value = node.get(name)
                if value is not None:
                    return value
                below = node.get("<<")
                todo = [below, *todo] if below is not None else todo
        return None

    def text(self, name: str) -> str:
        """The scalar under a key, or ``""``."""
        value = self.get(name)
        return value.value if isinstance(value, Scalar) and not value.null else ""


Node = Scalar | Alias | Sequence | Mapping


def followed(node: Node) -> Node:
    """What an alias stands for; any other node itself."""
    while isinstance(node, Alias):
        node = node.target
    return node


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below, keys included, in the order of the file."""
    if isinstance(node, Sequence):
        yield from node.items
    elif isinstance(node, Mapping):
        for key, value in node.items:
            yield key
            yield value


def walk(root: Node) -> Iterator[Node]:
    """The node and all below it, in the order of the file; aliases are not followed."""
    todo = [root]
    while todo:
        node = todo.pop()
        yield node
        todo += reversed(tuple(children(node)))


class Canon:
    """Numbers that are equal for nodes that mean the same data, whatever their style and place.

    Nodes are numbered bottom up and each once, so aliases cannot make it slow. ``change`` maps the text of scalars
    before it is looked at.
    """

    def __init__(self, change: Callable[[str], str] = str) -> None:
        self._change = change
        self._numbers: dict[object, int] = {}
        self._known: dict[int, tuple[Node, int]] = {}  # by identity; holds the node, so that identities stay taken

    def number(self, root: Node) -> int:
        """The number of a node's data. Order of keys does not count; text of templates does."""
        todo: list[tuple[Node, bool]] = [(root, False)]
        while todo:
            node, ready = todo.pop()
            if id(node) in self._known:
                continue
            below = (node.target,) if isinstance(node, Alias) else tuple(children(node))
            if ready or not below:
                self._known[id(node)] = node, self._intern(node)
            else:
                todo.append((node, True))
                todo += [(child, False) for child in below]
        return self._of(root)

    def _of(self, node: Node) -> int:
        return self._known[id(node)][1]

    def _intern(self, node: Node) -> int:
        if isinstance(node, Alias):
            return self._of(node.target)
        data: object
        if isinstance(node, Scalar):
            data = (node.tag, "" if node.null else self._change(node.value))
        elif isinstance(node, Sequence):
            data = ("list", *(self._of(item) for item in node.items))
        else:
            data = ("map", *sorted((self._of(key), self._of(value)) for key, value in node.items))
        return self._numbers.setdefault(data, len(self._numbers))


def mappings(roots: Iterable[Node]) -> Iterator[tuple[Mapping, tuple[Node, ...]]]:
    """All mappings of a file in order, each with the nodes above it, the outermost first."""
    todo: list[tuple[Node, tuple[Node, ...]]] = [(root, ()) for root in reversed(list(roots))]
    while todo:
        node, above = todo.pop()
        if isinstance(node, Mapping):
            yield node, above
        below = (*above, node)
        todo += [(child, below) for child in reversed(tuple(children(node)))]
