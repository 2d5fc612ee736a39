"""One file: prefilter -> host -> matchers -> findings. Pure: bytes in, findings and nodes out."""

from __future__ import annotations

import codecs
import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from cudamig import hosts, matchers
from cudamig.hosts import Document, NotUnderstood
from cudamig.model import Finding, Severity, manual
from cudamig.once import merged
from cudamig.rules.model import Context, Rule
from cudamig.rules.prefilter import Prefilter
from cudamig.source import Source, Unreadable

if TYPE_CHECKING:
    from cudamig.nodes import Node
    from cudamig.suppress import Ignore

SUPPRESSION = b"cudamig:"  # in a comment, what takes findings out
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # no anchor can be found in it, so the user has to be told
ALWAYS = ("dockerfile", "requirements")  # few and small, and one without an old version may include another with one


class Fault(NamedTuple):
    """Something of ours went wrong, or a file could not be processed. ``rule`` is empty when no rule is to blame."""

    path: str
    message: str
    rule: str = ""


class FileResult(NamedTuple):
    """What one file gave."""

    path: str
    kind: str
    findings: tuple[Finding, ...] = ()
    nodes: tuple[Node, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    faults: tuple[Fault, ...] = ()
    newline: str = "\n"  # line end that an inserted line should use
    unread: str = ""  # why the file's text or syntax could not be read
    parsed: bool = False


def wanted(kind: str, raw: bytes, prefilter: Prefilter) -> list[Rule] | None:
    """The rules to try on a file, or None when it need not be parsed at all."""
    hits = prefilter.hits(kind, raw)
    asked = hits or kind in ALWAYS or SUPPRESSION in raw or raw.startswith(_UTF16)
    told = b"torch" in raw if kind in matchers.DECLARED else kind in matchers.SIGNS and names_stack(kind, raw)
    return hits if asked or told else None


def names_stack(kind: str, raw: bytes) -> bool:
    """Whether a file may name a stack, so that its nodes are worth looking for."""
    signs = matchers.SIGNS.get(kind)
    if signs is None:
        return True
    return any(word in raw and (not beside or any(other in raw for other in beside)) for word, beside in signs)


def scan(path: str, kind: str, raw: bytes, rules: Sequence[Rule], context: Context) -> FileResult:
    """Parse one file and run ``rules`` on it. Never raises: what fails is told in the result."""
    try:
        source = Source(path, raw, kind)
        document: Document = context.cpp.parse(source) if context.cpp and kind == "cpp" else hosts.parse(source)
    except (Unreadable, NotUnderstood) as error:
        return FileResult(path, kind, unread=str(error))
    except Exception as error:
        return FileResult(path, kind, faults=(Fault(path, f"{kind} host failed: {_words(error)}"),))
    findings: list[Finding] = []
    faults: list[Fault] = []
    alone = [rule for rule in rules if not matchers.MATCHERS[rule.matcher].stack]  # the others want all files
    by_matcher = sorted(alone, key=lambda rule: (rule.matcher, rule.id))
    for matcher, group in itertools.groupby(by_matcher, key=lambda rule: rule.matcher):
        _run(matcher, list(group), document, context, findings, faults)
    findings = _held(findings, {rule.id for rule in alone if rule.fix.get("holds") == "file"})
    placed = getattr(document, "placed", None)  # of a host whose matchers see another text than the file's
    if placed:
        findings = [placed(finding) for finding in findings]
    ignores = _ignores(source) if SUPPRESSION in raw else ()
    if kind == "cpp" and not ignores:  # a place that is to be ignored must stay apart
        findings = merged(findings, {rule.id for rule in alone if rule.fix.get("once") == "file"})
    nodes = tuple(document.nodes) if names_stack(kind, raw) else ()
    return FileResult(path, kind, tuple(findings), nodes, ignores, tuple(faults), source.newline, parsed=True)


def _held(findings: list[Finding], holding: set[str]) -> list[Finding]:
    """Findings whose fixes wait for a person where a rule says that its error holds the file: no half-moved file."""
    first = next((f for f in findings if f.rule in holding and f.severity is Severity.ERROR and not f.fix.edits), None)
    if not first:
        return findings
    why = f"{first.message}, and {first.fix.reason}; until that is done the file is left whole"
    return [f._replace(fix=manual(f.fix.title, why)) if f.fix.edits else f for f in findings]


def _ignores(source: Source) -> tuple[Ignore, ...]:
    from cudamig import suppress  # few files have a suppression, and its patterns are not free

    return suppress.find(source)


def _run(
    matcher: str, rules: list[Rule], document: Document, context: Context, findings: list[Finding], faults: list[Fault]
) -> None:
    """Run one matcher; when it fails, run its rules one by one so that only the failing one is lost."""
    try:
        match = matchers.load(matcher)
        findings += list(match(document, rules, context))
    except Exception as error:
        if len(rules) == 1:
            faults.append(Fault(document.source.path, f"rule {rules[0].id} failed: {_words(error)}", rules[0].id))
            return
        for rule in rules:
            _run(matcher, [rule], document, context, findings, faults)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
