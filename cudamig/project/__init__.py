"""All files together: the only place where one file knows of another."""

from __future__ import annotations

from collections.abc import Sequence

from cudamig.engine import FileResult
from cudamig.model import Finding
from cudamig.rules.load import RuleSet
from cudamig.rules.model import Context


def check(results: Sequence[FileResult], rules: RuleSet, context: Context) -> list[Finding]:
    """Findings on the places that name a stack, and their moves as groups."""
    return []
