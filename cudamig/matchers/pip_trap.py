"""Requirements that pip reads otherwise than they look.

Each rule names its ``trap``: ``index-twice``, ``option-after-requirement`` or ``two-requirements`` (lines of a
requirements file), or ``wrong-project``: the ``project`` is not what its name suggests, in files and in commands;
with ``to`` in the rule's fix, a requirement without a version is renamed.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cudamig.hosts import Document
from cudamig.hosts.requirements import RequirementsDocument
from cudamig.model import Edit, Finding, Fix, Related, manual
from cudamig.nodes import IndexOption, Requirement
from cudamig.rules.model import Context, Rule

_ANOTHER = re.compile(r"(\s+)([A-Za-z0-9][\w.-]*(?:\[[^\]]*\])?\s*(?:===|==|~=|!=|<=|>=|<|>)\s*[\w.*+!-]+)")


def match(document: Document, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Findings of the trap rules in one file."""
    for rule in rules:
        yield from _TRAPS[str(rule.args["trap"])](document, rule, context)


def _index_twice(document: RequirementsDocument, rule: Rule, context: Context) -> Iterator[Finding]:
    """pip keeps the last ``--index-url`` of all files it reads, for every requirement."""
    lines = [line for line in document.lines if not line.misplaced]
    options = [option for line in lines for option in line.options if option.option == "--index-url"]
    for earlier, option in itertools.pairwise(options):
        span, before = option.url.span(), earlier.url.span()
        if span and before:
            message = f"this --index-url replaces {earlier.url.value}, for the whole file: pip keeps the last one"
            related = (Related(document.source.path, before, "has no effect"),)
            yield context.finding(rule, document.source.path, span, message, manual(rule.title, rule.reason), related)


def _option_after(document: RequirementsDocument, rule: Rule, context: Context) -> Iterator[Finding]:
    """pip ignores index options behind a requirement without a word."""
    for line in document.lines:
        for option in line.options if line.misplaced else ():
            span = option.url.span()
            if span:
                message = f"pip ignores {option.option} behind a requirement: it wants a line of its own"
                yield context.finding(rule, document.source.path, span, message, manual(rule.title, rule.reason))


def _two_requirements(document: RequirementsDocument, rule: Rule, context: Context) -> Iterator[Finding]:
    """pip refuses a line with two requirements, and the file with it."""
    for line in document.lines:
        found = _ANOTHER.match(line.rest.value)
        span = line.rest[found.start(2) : found.end(2)].span() if found else None
        if found and span:
            message = f"pip refuses a second requirement on a line: {found.group(2)}"
            yield context.finding(rule, document.source.path, span, message, manual(rule.title, rule.reason))


def _wrong_project(document: Document, rule: Rule, context: Context) -> Iterator[Finding]:
    """A project that is not what its name suggests; on another index than PyPI it may be."""
    options = [node for node in document.nodes if isinstance(node, IndexOption)]
    own = any(o.option in ("--index-url", "--find-links") and not _public(o.url.value) for o in options)
    for item in document.nodes:
        span = item.label.span() if isinstance(item, Requirement) and item.name == rule.args["project"] else None
        if span is None or not isinstance(item, Requirement) or item.url or own:
            continue
        fix = manual(rule.title, rule.reason)
        if "to" in rule.fix and not item.clauses and not item.hashed and not item.extras:
            edit = Edit(document.source.path, span, str(rule.fix["to"]))
            fix = Fix(rule.title, rule.safety, rule.reason, (edit,))
        elif "to" in rule.fix:
            fix = manual(rule.title, f"its releases are numbered otherwise than those of {rule.fix['to']}")
        yield context.finding(rule, document.source.path, span, str(rule.args["message"]), fix)


def _public(url: str) -> bool:
    return "pypi.org/" in url or "download.pytorch.org/" in url


_TRAPS: dict[str, Callable[[Any, Rule, Context], Iterator[Finding]]] = {
    "index-twice": _index_twice,
    "option-after-requirement": _option_after,
    "two-requirements": _two_requirements,
    "wrong-project": _wrong_project,
}
