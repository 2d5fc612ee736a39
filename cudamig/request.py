"""What a run is asked, and what it answers."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from cudamig.config import Config
from cudamig.discover import Candidate, Skipped
from cudamig.engine import Fault
from cudamig.facts.fleet import Fleet
from cudamig.facts.targets import Target
from cudamig.model import Finding, Kept
from cudamig.rules.load import RuleSet
from cudamig.rules.model import Context


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
    rows: tuple[Target, ...] = ()  # all targets there are
    fleet: Fleet | None = None  # hosts that have to run the target

    def context(self) -> Context:
        """What matchers are told."""
        refused = ""
        if self.fleet:
            from cudamig.facts import fits

            refused = fits.refusal(self.target, self.fleet, self.rows, images=False)
        return Context(self.target, self.rows, self.fleet, refused)


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
