"""The changed lines of a fix, without context: what a finding shows of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cudamig.model import Edit
from cudamig.report.view import Sources
from cudamig.source import Source

_LINE_END = re.compile(r"\r\n|\r|\n")


class Hunk(NamedTuple):
    """Lines that go and lines that come in their place, without line ends."""

    path: str
    line: int  # 1-based, of the first old line, or of the line that the new ones come before
    old: tuple[str, ...]
    new: tuple[str, ...]


def hunks(edits: Iterable[Edit], source: Sources) -> list[Hunk]:
    """The edits as changes of whole lines, by path and place."""
    by_path: dict[str, list[Edit]] = {}
    for edit in sorted(set(edits)):
        by_path.setdefault(edit.path, []).append(edit)
    return [hunk for path, some in by_path.items() for hunk in _of_file(source(path), some)]


def _of_file(source: Source, edits: list[Edit]) -> Iterator[Hunk]:
    for cluster in _clusters(source, edits):
        first, last = source.line(cluster[0].span.start), source.line(max(edit.span.end for edit in cluster))
        start = source.starts[first]
        end = source.starts[last + 1] if last + 1 < len(source.starts) else len(source.text)
        old = new = source.text[start:end]
        for edit in reversed(cluster):
            new = new[: edit.span.start - start] + edit.replacement + new[edit.span.end - start :]
        hunk = _trimmed(source.path, first, _lines(old), _lines(new))
        if hunk.old or hunk.new:
            yield hunk


def _clusters(source: Source, edits: list[Edit]) -> Iterator[list[Edit]]:
    """Edits that touch a common line belong to one change."""
    cluster: list[Edit] = []
    last = -1
    for edit in edits:
        if cluster and source.line(edit.span.start) > last:
            yield cluster
            cluster = []
        cluster.append(edit)
        last = max(last, source.line(edit.span.end))
    if cluster:
        yield cluster


def _lines(text: str) -> list[str]:
    lines = _LINE_END.split(text)
    return lines if lines[-1] else lines[:-1]


def _trimmed(path: str, first: int, old: list[str], new: list[str]) -> Hunk:
    """The change without the lines that both sides have at its begin and its end."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    old, new = old[head:], new[head:]
    while old and new and old[-1] == new[-1]:
        old.pop()
        new.pop()
    return Hunk(path, first + head + 1, tuple(old), tuple(new))
