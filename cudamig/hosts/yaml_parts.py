"""The parts of a YAML file that are installations of their own: jobs of a CI workflow, services, documents.

Every mapping of a file belongs to one part. Part 0 is what all parts share: the head of a workflow, anchors, or the
whole of a file that has no parts. Aliases are not followed: what they stand for belongs to where it is written.
"""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from cudamig.hosts.yaml_nodes import Mapping, Node, Scalar, Sequence
from cudamig.hosts.yaml_scope import NOTHING, Scope, constant, within
from cudamig.source import Source

_CI = re.compile(
    r"(?:^|/)\.(?:github|gitlab|circleci|azure-pipelines|azuredevops|buildkite|woodpecker)\b|azure-pipelines|gitlab-ci"
    r"|(?:^|/)(?:\.travis|\.drone|\.woodpecker|bitbucket-pipelines|\.?appveyor|cloudbuild|action)\.ya?ml$"
)
_PARTED = ("jobs", "services")  # what stands under these is a part each
_STEPS = ("steps", "pipeline")  # and these, where every step is a container of its own
_JOB = ("script", "extends", "trigger", "parallel", "image")


class Block(NamedTuple):
    """A mapping, in which part of the file it stands, and what names stand for in it."""

    mapping: Mapping
    key: str  # that it stands under; for an item of a list, the list's
    stage: int  # number of its part
    scope: Scope


def is_workflow(path: str) -> bool:
    """Whether a YAML file is a CI workflow, by its path."""
    return bool(_CI.search(path))


def blocks(source: Source, roots: list[Node]) -> Iterator[Block]:
    """All mappings of a file."""
    known, count = constant(source, roots), itertools.count(1)
    gitlab = "gitlab-ci" in posixpath.basename(source.path)
    todo = [(root, "", 0 if not number else next(count), NOTHING) for number, root in enumerate(roots)][::-1]
    while todo:
        node, key, stage, scope = todo.pop()
        below: list[tuple[Node, str, int, Scope]] = []
        if isinstance(node, Mapping):
            scope = within(scope, source, node, known)
            yield Block(node, key, stage, scope)
            parted = stage == 0 and (key in (*_PARTED, *_STEPS) or (gitlab and not key))
            for name, value in node.items:
                label = name.value if isinstance(name, Scalar) else ""
                alone = (parted and _is_part(value, key)) or (label == "step" and isinstance(value, Mapping))
                below.append((value, label, next(count) if alone else stage, scope))
        elif isinstance(node, Sequence):
            for item in node.items:
                alone = stage == 0 and key in (*_PARTED, *_STEPS) and _is_part(item, key)
                below.append((item, key, next(count) if alone else stage, scope))
        todo += reversed(below)


def _is_part(node: Node, key: str) -> bool:
    """Whether an entry under ``key`` is a job, a service, or a step in a container of its own."""
    if not isinstance(node, Mapping) or key in _PARTED:
        return isinstance(node, Mapping)
    words = ("image", "command", "commands") if key in _STEPS else _JOB
    return any(node.get(word) for word in words)
