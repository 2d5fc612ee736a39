"""Shell scripts: what they install, which variables they set, and what they print or write."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from cudamig.hosts import containers, installs
from cudamig.hosts.shell import Command, commands
from cudamig.hosts.shell_words import Lookup
from cudamig.model import Span
from cudamig.nodes import Generated, ImageRef, IndexOption, Node, Requirement
from cudamig.source import Source
from cudamig.text import NOWHERE, UNKNOWN, Text

_HEAD_LINES = 10
_GENERATED = re.compile(r"^[ \t]*(?:#|::|rem\b).*?(auto-?generated|generated (?:by|from)|do not edit)", re.I | re.M)
_SUBSTITUTION = re.compile(r"\$\((?!\()")
_SOMETHING = Text(UNKNOWN, [NOWHERE])


class ScriptDocument:
    """A script in any language of commands: ``nodes`` is all that is of interest in it."""

    errors = 0

    def __init__(self, source: Source, nodes: Iterable[Node]) -> None:
        """Keep the nodes, each once, and what the head says of the file."""
        self.source = source
        self.nodes: list[Node] = [*generated(source), *once(nodes)]


def parse(source: Source) -> ScriptDocument:
    """Read a shell script. There is none that cannot be read."""
    script = unix(source.text)
    return ScriptDocument(source, _nodes(script, source))


def _nodes(script: Text, source: Source) -> Iterator[Node]:
    whole = Span(0, len(source.text))
    found = followed(script)
    yield from installs.settings(found)
    yield from installs.nodes(found, whole, 0)
    yield from containers.images(found, whole)
    for inner in _substitutions(script):
        yield from installs.nodes(commands(inner, outside), whole, 0)


def outside(name: str) -> Text | None:
    """The value of a variable that the environment may give: not known, so that no default counts as its value."""
    return _SOMETHING


def followed(script: Text, lookup: Lookup = outside) -> list[Command]:
    """The commands of a script; a variable that is set more than once has no value that is known."""
    found = commands(script, lookup)
    count = Counter(name for command in found for name, _ in command.assigned)
    vague = frozenset(name for name, times in count.items() if times > 1)
    return commands(script, lookup, vague=vague) if vague else found


def unix(text: str) -> Text:
    """A file's text without the carriage returns before line ends."""
    if "\r" not in text:
        return Text.of(text, 0, len(text))
    at = [i for i, char in enumerate(text) if char != "\r" or text[i + 1 : i + 2] != "\n"]
    return Text("".join(text[i] for i in at), at)


def once(nodes: Iterable[Node]) -> Iterator[Node]:
    """The nodes without those that stand where another of them stands: a variable's value where it is used."""
    seen = set()
    for node in nodes:
        if isinstance(node, Requirement | IndexOption | ImageRef):
            text = node.url if isinstance(node, IndexOption) else node.text
            key = (type(node), text.at)
            if text.start != NOWHERE and key in seen:
                continue
            seen.add(key)
        yield node


def generated(source: Source) -> Iterator[Generated]:
    """Whether one of the first comments says that the file is generated."""
    starts = source.starts
    end = starts[_HEAD_LINES] if len(starts) > _HEAD_LINES else len(source.text)
    found = _GENERATED.search(source.text, 0, end)
    if found:
        yield Generated("says that it is generated", Span(*found.span(1)))


def _substitutions(script: Text) -> Iterator[Text]:
    """What stands in ``$(...)``, outside comments."""
    for found in _SUBSTITUTION.finditer(script.value):
        line = script.value[script.value.rfind("\n", 0, found.start()) + 1 : found.start()]
        if not re.search(r"(?:^|\s)#", line):
            depth, position = 1, found.end()
            while position < len(script) and depth:
                depth += {"(": 1, ")": -1}.get(script.value[position], 0)
                position += 1
            yield script[found.end() : position - 1]
