"""Scan many files, in processes when there is enough to parse. Results are the same either way."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from cudamig import engine
from cudamig.engine import FileResult
from cudamig.rules.model import Context, Rule

POOL_BYTES = 4_000_000  # of source to parse; below it, starting processes costs more than it saves
BATCH = 256  # files in flight, so that a large tree is never held in memory


class Job(NamedTuple):
    """One file that passed the prefilter."""

    path: str
    kind: str
    raw: bytes
    rules: tuple[str, ...]  # ids of the rules to try


def run(
    jobs: Iterable[Job], rules: dict[str, Rule], context: Context, processes: int, tick: Callable[[], None]
) -> Iterator[FileResult]:
    """Scan ``jobs`` and yield their results; ``tick`` is called after each.

    Files are parsed here until they add up to POOL_BYTES; the rest goes to ``processes`` processes (here too when
    that is 1, or when the platform cannot fork).
    """
    todo = iter(jobs)
    size = 0
    for job in todo:
        yield _scan(job, rules, context)
        tick()
        size += len(job.raw)
        if size > POOL_BYTES and processes > 1 and hasattr(os, "fork"):
            break
    else:
        return
    import multiprocessing

    with multiprocessing.get_context("fork").Pool(processes, _start, (rules, context)) as pool:
        while batch := list(itertools.islice(todo, BATCH)):
            for result in pool.imap_unordered(_work, batch, chunksize=4):
                yield result
                tick()


_state: tuple[dict[str, Rule], Context]


def _start(rules: dict[str, Rule], context: Context) -> None:
    global _state
    _state = rules, context


def _work(job: Job) -> FileResult:
    return _scan(job, *_state)


def _scan(job: Job, rules: dict[str, Rule], context: Context) -> FileResult:
    return engine.scan(job.path, job.kind, job.raw, [rules[name] for name in job.rules], context)
