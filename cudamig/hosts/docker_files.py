"""Files that a Dockerfile writes itself, the heredocs of ``COPY`` and ``RUN cat > FILE``: read where pip reads them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cudamig.hosts import requirements
from cudamig.hosts.docker_lexer import Instruction
from cudamig.model import Span
from cudamig.nodes import Include, IndexOption, Install, Node, Requirement
from cudamig.source import Source
from cudamig.text import Text

_REQUIREMENTS = re.compile(r"[\w.-]*(?:requirements?|constraints?)[\w.-]*\.(?:txt|in)", re.I)
_REDIRECTION = re.compile(r"(?:>|\btee)\s*([\w./-]+)")


class Written(NamedTuple):
    """A file whose text stands in the Dockerfile."""

    name: str  # without folder, "" when not known
    body: Text
    span: Span  # of the instruction
    stage: int


def written(item: Instruction, words: Sequence[str]) -> Iterator[Written]:
    """The files that an instruction writes; ``words`` are its own. One heredoc: its name is known."""
    name = ""
    if len(item.heredocs) == 1:
        if item.keyword == "RUN":
            target = _REDIRECTION.search(item.body.value)
            name = posixpath.basename(target.group(1)) if target else ""
        elif words:
            name = posixpath.basename(words[-1])
    for body in item.heredocs:
        yield Written(name, body, item.span, item.stage)


def nodes(source: Source, files: Sequence[Written], found: Sequence[Node]) -> Iterator[Node]:
    """The nodes of written files: requirements that a ``-r`` of ``found`` names belong to that command.

    Any other file is told as text whose use is not known; so is one that holds variables.
    """
    for file in files:
        include = next((n for n in found if isinstance(n, Include) and posixpath.basename(n.target) == file.name), None)
        span = file.body.span()
        if include is None or span is None or "$" in file.body.value or not _REQUIREMENTS.fullmatch(file.name):
            yield Install("other", (file.body,), file.span, file.stage)
            continue
        for node in requirements.between(source, span):
            if isinstance(node, Requirement | IndexOption):
                yield node._replace(stage=include.stage, scope=include.span.start)
            else:
                yield node
