"""A rule as the engine sees it. What only its page shows (why, examples, references) stays in the ``pages`` table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cudamig.facts.fleet import Fleet
from cudamig.facts.targets import Target
from cudamig.model import Finding, Fix, Related, Safety, Severity, Span, manual

if TYPE_CHECKING:
    from cudamig.hosts.cpp_files import Files
    from cudamig.hosts.python_own import Packages
    from cudamig.hosts.python_takers import Takers


class Rule(NamedTuple):
    """What is deprecated and what to do. See docs/rules.md for the file that it is written in."""

    id: str
    name: str
    summary: str
    kinds: tuple[str, ...]  # host kinds of the files it looks at
    anchors: tuple[tuple[str, ...], ...]  # all words of one of these must occur in the file
    matcher: str
    args: dict[str, Any]  # of the matcher
    since: dict[str, str]  # component -> version from which the old thing is deprecated
    removed: dict[str, str]  # component -> version from which it is gone
    replacement_since: dict[str, str]  # component -> version from which a fix may be offered
    severity: Severity | None  # overrides what since and removed say
    safety: Safety
    reason: str  # why the fix is safe, unsafe or a person's
    fix: dict[str, Any]  # title, and whatever the matcher's codemod needs

    @property
    def family(self) -> str:
        """``"PYT"`` of ``"PYT110"``."""
        return self.id.rstrip("0123456789")

    @property
    def stack(self) -> bool:
        """Whether its places are those of the stack itself, which move as units."""
        return self.matcher == "stack"

    def newer_stack(self) -> dict[str, str]:
        """Components that hosts run, and the releases from which the old thing is deprecated or the new one exists."""
        gates = {**self.since, **self.replacement_since}
        return {name: version for name, version in gates.items() if name != "trainer"}

    @property
    def title(self) -> str:
        """One line: what to do about it."""
        return str(self.fix.get("title", self.summary))


class Context(NamedTuple):
    """What a matcher may know besides the file: the target, and the hosts that have to run it."""

    target: Target
    rows: tuple[Target, ...] = ()  # all targets there are
    fleet: Fleet | None = None  # the hosts, where the configuration lists them
    refused: str = ""  # why they cannot run the target at all
    cpp: Files | None = None  # the C++ files of the tree
    packages: Packages | None = None  # the Python packages of the tree
    takers: Takers | None = None  # what its Python files take from each other

    def severity(self, rule: Rule) -> Severity:
        """Error where the old thing is gone at the target, else what the rule says, else warning."""
        if rule.severity:
            return rule.severity
        gone = bool(rule.removed) and self.target.reaches(rule.removed)
        return Severity.ERROR if gone else Severity.WARNING

    def finding(
        self,
        rule: Rule,
        path: str,
        span: Span,
        message: str,
        fix: Fix,
        related: tuple[Related, ...] = (),
        severity: Severity | None = None,
    ) -> Finding:
        """A finding of ``rule``.

        A fix whose replacement the target does not have yet becomes a person's job, and so does one that moves code to
        a newer stack which the fleet cannot run: the code stays on the old one then.
        """
        if fix.edits and not self.target.reaches(rule.replacement_since):
            needs = ", ".join(f"{k} {v}" for k, v in rule.replacement_since.items())
            fix = manual(fix.title, f"the replacement needs {needs}, newer than the target {self.target.name}")
        if fix.edits and self.refused and not rule.stack and rule.newer_stack():
            needs = " and ".join(f"{k} {v}" for k, v in rule.newer_stack().items())
            fix = manual(fix.title, f"{self.refused}; so the code stays on an older stack, and this belongs to {needs}")
        return Finding(rule.id, path, span, message, severity or self.severity(rule), fix, related)
