"""Jobs of the Kubeflow Training Operator in YAML: as documents, in lists, wrapped in other objects, in block text.

A rule names ``jobs`` (kinds) and ``versions`` of the group kubeflow.org, and says in ``message`` what that means.
Objects of one of these kinds in another group belong to other projects. A reference to a job (an owner, the target of
a scaler) has no spec and is no job.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from cudamig.codemods import trainjob, trainjob_job
from cudamig.codemods.trainjob_job import Around
from cudamig.codemods.trainjob_read import Obstacle
from cudamig.facts import kubeflow
from cudamig.hosts.manifest import ManifestDocument
from cudamig.hosts.yaml_nodes import Mapping, Node, Scalar, mappings, walk
from cudamig.model import Finding, Fix, Related, Span, manual
from cudamig.rules.model import Context, Rule

_GROUP = "kubeflow.org/"
_BY_HAND = "what stands in the way has no equivalent on the runtime torch-distributed, or is not understood"
_LINE = re.compile(r"^( *)((?:- +)*)([^ #\r\n][^\r\n]*)", re.M)
_ENTRY = re.compile(r"(apiVersion|kind|spec):(?:[ \t]+[\"']?([\w./-]*).*)?$")


class Job(NamedTuple):
    """A job of the Training Operator: ``span`` is where its kind stands; ``node`` is None inside block text."""

    kind: str
    version: str
    span: Span
    node: Mapping | None
    wrapper: str  # what it stands in, when that is not the file or a List


def match(document: ManifestDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Findings on the jobs that ``rules`` name."""
    by_job = {
        (kind, version): rule for rule in rules for kind in rule.args["jobs"] for version in rule.args["versions"]
    }
    around = functools.cache(lambda: trainjob_job.around(document))
    for job in jobs(document):
        rule = by_job.get((job.kind, job.version))
        if rule:
            yield _finding(document, job, rule, context, around)


def jobs(document: ManifestDocument) -> Iterator[Job]:
    """Everything of the group that looks like a job, whatever its kind, in the order of the file."""
    for node, above in mappings(document.documents):
        version, kind = node.get("apiVersion"), node.get("kind")
        if not isinstance(version, Scalar) or not isinstance(kind, Scalar) or not version.value.startswith(_GROUP):
            continue
        if above and not isinstance(node.get("spec"), Mapping):
            continue
        yield Job(kind.value, version.value[len(_GROUP) :], kind.span, node, _wrapper(above))
    for block in (node for root in document.documents for node in walk(root) if isinstance(node, Scalar)):
        if block.style in ("|", ">") and _GROUP in block.value:
            yield from _in_text(document, block)


def _wrapper(above: tuple[Node, ...]) -> str:
    """The kind of the object around a job; ``""`` for none, and for a List, which is a file in another form."""
    if not above:
        return ""
    outer = above[0]
    if (
        len(above) == 2
        and isinstance(outer, Mapping)
        and outer.text("kind") == "List"
        and outer.get("items") is above[1]
    ):
        return ""
    kinds = [node.text("kind") for node in above if isinstance(node, Mapping) and node.text("kind")]
    return kinds[-1] if kinds else "another object"


def _in_text(document: ManifestDocument, block: Scalar) -> Iterator[Job]:
    """Jobs in a manifest that is written as the text of another one: lines of one indentation make a mapping."""
    seen: dict[int, dict[str, re.Match[str]]] = {}  # by column: the entries so far of the mappings that are open
    for line in _LINE.finditer(document.source.text, block.span.start, block.span.end):
        column = len(line.group(1))
        if line.group(2):
            yield from _closed(seen, column + 1)
            column += len(line.group(2))
        else:
            yield from _closed(seen, column if line.group(3).startswith("---") else column + 1)
        entry = _ENTRY.match(line.group(3))
        if entry:
            seen.setdefault(column, {})[entry.group(1)] = line
    yield from _closed(seen, 0)


def _closed(seen: dict[int, dict[str, re.Match[str]]], least: int) -> Iterator[Job]:
    """End the mappings at or right of a column, and give the jobs among them."""
    for column in [column for column in seen if column >= least]:
        lines = seen.pop(column)
        if len(lines) < 3:
            continue
        kind, version = (_ENTRY.match(lines[key].group(3)) for key in ("kind", "apiVersion"))
        if kind and version and version.group(2).startswith(_GROUP):
            start = lines["kind"].start(3)
            span = Span(start + kind.start(2), start + kind.end(2))
            yield Job(kind.group(2), version.group(2)[len(_GROUP) :], span, None, "a block of text")


def _finding(
    document: ManifestDocument, job: Job, rule: Rule, context: Context, around: Callable[[], Around]
) -> Finding:
    path = document.source.path
    message = f"{job.kind} of kubeflow.org/{job.version} is an API of the Training Operator: {rule.args['message']}"
    if job.kind != "PyTorchJob":
        fix = manual(rule.title, kubeflow.route(job.kind))
        return context.finding(rule, path, job.span, message, fix)
    if rule.fix.get("codemod") != "trainjob":
        return context.finding(rule, path, job.span, message, manual(rule.title, rule.reason))
    done = _converted(document, job, context, around)
    if done.obstacles:
        words = "; ".join(_with_lines(document, done.obstacles))
        related = tuple(Related(path, obstacle.span, obstacle.words) for obstacle in done.obstacles)
        fix = manual("write the TrainJob by hand", _BY_HAND)
        return context.finding(rule, path, job.span, f"{message}; in the way of a conversion: {words}", fix, related)
    fix = Fix(rule.title, rule.safety, "; ".join((rule.reason, *done.notes)), done.edits)
    return context.finding(rule, path, job.span, f"{message}; {done.demand}", fix)


def _converted(
    document: ManifestDocument, job: Job, context: Context, around: Callable[[], Around]
) -> trainjob.Conversion:
    """The conversion of a job that stands by itself; for one inside something else, that as one more obstacle."""
    words = f"it stands inside {job.wrapper}, which is not known to accept a TrainJob"
    inside = (Obstacle(job.span, words),) if job.wrapper else ()
    if job.node is None:
        return trainjob.refused(inside)
    done = trainjob.convert(document, job.node, context.target, around())
    return done if not inside else trainjob.refused((*inside, *done.obstacles))


def _with_lines(document: ManifestDocument, obstacles: Sequence[Obstacle]) -> list[str]:
    """What stands in the way, each reason once with its lines."""
    lines: dict[str, list[str]] = {}
    for obstacle in obstacles:
        lines.setdefault(obstacle.words, []).append(str(document.source.line(obstacle.span.start) + 1))
    return [f"{words} (line {', '.join(dict.fromkeys(where))})" for words, where in lines.items()]
