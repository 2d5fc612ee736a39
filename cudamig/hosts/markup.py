"""Documents (Markdown, reStructuredText): the commands that they tell their readers to run, and words around them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from cudamig.hosts import dockerfile, installs
from cudamig.hosts.containers import image
from cudamig.hosts.markup_blocks import blocks
from cudamig.hosts.markup_lines import Block
from cudamig.hosts.shell import commands
from cudamig.model import Span
from cudamig.nodes import ImageRef, Include, Install, Node, Remark, Unread
from cudamig.source import Source
from cudamig.text import Text

# languages whose blocks hold commands; those of Python count for their !pip lines
_SHELL = frozenset(
    "bash sh shell console text none zsh ksh fish terminal powershell ps ps1 pwsh bat batch batchfile cmd doscon "
    "dosbatch shell-session shellsession sh-session bash-session commandline plaintext txt plain default literal "
    "prompt code".split()
)
_PYTHON = frozenset("python python3 py ipython ipython3 jupyter".split())
_DOCKER = frozenset("dockerfile docker containerfile".split())
_TOOLS = re.compile(r"\b(?:pip3?|uv|conda|mamba|micromamba)\b[^\n]*\b(?:install|create|update|env|download)\b"
                    r"|\b(?:docker|podman|nerdctl)\b[^\n]*\b(?:run|pull|create|build)\b|docker://|^\s*FROM\s"
                    , re.M)  # fmt: skip
_INLINE = re.compile(
    r"[$!%>]?\s*(?:sudo\s+)?(?:[\w.~/\\-]*[/\\])?(?:python\S*\s+-m\s+pip|pip\d?|uv|conda|mamba|docker|nvidia-docker)\s"
)
_PROMPT = re.compile(
    r"(?:\([\w. -]+\)[ \t]*)?(?:[\w.-]+@[\w.-]+(?::[^\s$#]*)?[ \t]*)?"  # (env) me@host:~
    r"(?:\$(?=[ \t])|(?:PS(?:[ \t][^>\r\n]*)?|[A-Za-z]:\\[^>\r\n]*)?>(?=[ \t])|[!%](?=\w))[ \t]*"
)
_VERSION = re.compile(r"\d\.\d|cu\d{2,3}|\bcuda[ -]?\d", re.I)
_PYTHON_WORD = re.compile(r"(?:python)?3\.\d{1,2}")


class MarkupDocument:
    """A document. ``blocks`` are its pieces of code."""

    errors = 0

    def __init__(self, source: Source) -> None:
        """Read it; where no line looks like a command, nothing of it is looked at."""
        self.source = source
        self.nodes: list[Node] = []
        if _TOOLS.search(source.text):
            found = list(blocks(source))
            self.nodes = [node for block in found for node in _nodes(source, block)]
        if self.nodes:
            self.nodes += _remarks(source, self.nodes)


def parse(source: Source) -> MarkupDocument:
    """Read a document."""
    return MarkupDocument(source)


def _nodes(source: Source, block: Block) -> Iterator[Node]:
    if block.language in _DOCKER:
        found = list(_dockerfile(source, block))
    elif block.inline and not _INLINE.match(source.slice(block.lines[0])):
        return
    else:
        found = [node for node in _commands(source, block) if _tells(node)]
    if found:
        yield from found
        yield from _said(source, block)


def _said(source: Source, block: Block) -> Iterator[Remark]:
    """The heading of a block, and the line before it, or around a command that is set in a line."""
    for line in (block.heading, block.lead):
        if line.end:
            inside = block.inline and line.start <= block.span.start < line.end
            parts = (Span(line.start, block.span.start), Span(block.span.end, line.end)) if inside else (line,)
            yield Remark(" ".join(map(source.slice, parts)), line, block.span)


def _tells(node: Node) -> bool:
    """Whether a node says what is installed; files that a command names belong to no document."""
    if isinstance(node, Install) and node.tool == "other":
        return any(_PYTHON_WORD.fullmatch(word.value) or word.value.startswith("--build-arg") for word in node.words)
    return not isinstance(node, Include) and not (isinstance(node, Install) and node.tool in ("apt", "locked"))


def _commands(source: Source, block: Block) -> Iterator[Node]:
    """The nodes of the commands of one block."""
    if block.language and block.language not in _SHELL | _PYTHON:
        return
    if not _TOOLS.search(source.text, *block.span):
        return
    script = _script(source, block)
    found = commands(script)
    yield from installs.nodes(found, block.span, 0)
    for command in found:
        text = image(command)
        span = text.span() if text else None
        if text and span:
            yield ImageRef(text, span, key="image")


def _script(source: Source, block: Block) -> Text:
    """The commands of a block as one script: prompts taken off, and what was printed left out where there are any."""
    prompts = [_PROMPT.match(source.text, *line) for line in block.lines]
    prompted = block.language in _PYTHON or any(prompts)
    script, goes_on = list[Text](), False
    for line, prompt in zip(block.lines, prompts, strict=True):
        if prompt or goes_on or not prompted:
            text = Text.of(source.text, prompt.end() if prompt else line.start, line.end)
            goes_on = text.value.endswith(("\\", "^", "`"))
            if goes_on:
                text = text[:-1] + Text("\\", text.at[-1:])
            script += [text, Text("\n", [line.end])]
    return Text("".join(part.value for part in script), itertools.chain.from_iterable(part.at for part in script))


def _dockerfile(source: Source, block: Block) -> Iterator[Node]:
    """The images of a Dockerfile in a document. What else it does is not judged as a build, so that it stays."""
    hidden = re.sub(r"[^\r\n]", " ", source.text)
    text = hidden[: block.lines[0].start] if block.lines else hidden
    for line in block.lines:
        text += hidden[len(text) : line.start] + source.slice(line)
    inner = Source(source.path, text.encode(), "dockerfile")
    for node in dockerfile.parse(inner).nodes:
        if isinstance(node, ImageRef):
            yield node
            yield Unread("a Dockerfile in a document is not judged as a build: change it as a whole", node.span)


def _remarks(source: Source, nodes: list[Node]) -> Iterator[Remark]:
    """Lines that name a version and hold no node: text, comments, commands that install nothing of ours."""
    taken = {source.line(at) for node in nodes for at in _places(node)}
    for number in range(len(source.starts)):
        text = source.line_text(number)
        if number not in taken and _VERSION.search(text):
            start = source.starts[number]
            yield Remark(text, Span(start, start + len(text)), Span(0, 0))


def _places(node: Node) -> tuple[int, ...]:
    """Where a node stands, by its first character."""
    if isinstance(node, Remark | Unread):
        return ()
    span = getattr(node, "span", None)
    text = getattr(node, "text", None) or getattr(node, "url", None)
    starts = [word.start for word in getattr(node, "words", ())]
    starts += [span.start if isinstance(span, Span) else -1, text.start if text else -1]
    return tuple(at for at in starts if at >= 0)
