"""What a run is asked, and what it answers."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from cudamig.config import Config
from cudamig.discover import Candidate, Skipped
from cudamig.engine import Fault
from cudamig.facts.targets import Target
from cudamig.model import Finding, Kept
from cudamig.rules.load import RuleSet


class Request(NamedTuple):
    """What the user asked for."""

    paths: tuple[str, ...]
    config: Config
    target: Target
    rules: RuleSet
    exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    inline_ignores: bool = True
    jobs: int = 1


class Result(NamedTuple):
    """What a run found. Lists are sorted, whatever order the files were given in."""

    request: Request
    files: tuple[Candidate, ...]
    findings: tuple[Finding, ...]
    suppressed: int  # findings that a comment or per-file-ignores took out
    skipped: tuple[Skipped, ...]
    unread: tuple[Skipped, ...]  # files whose text or syntax could not be read
    faults: tuple[Fault, ...]
    kept: tuple[Kept, ...] = ()  # places that name an old stack and are left alone on purpose

    def counts(self) -> dict[str, int]:
        """Files scanned, by host kind."""
        return dict(sorted(Counter(file.kind for file in self.files).items()))
