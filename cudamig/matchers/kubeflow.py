"""Jobs of the Kubeflow Training Operator in YAML: as documents, in lists, wrapped in other objects, in block text.

A rule names ``jobs`` (kinds) and ``versions`` of the group kubeflow.org. Objects of one of these kinds in another
group belong to other projects. A reference to a job (an owner, the target of a scaler) has no spec and is no job.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cudamig.codemods import trainjob
from cudamig.codemods.trainjob_read import Obstacle
from cudamig.facts import kubeflow
from cudamig.hosts.manifest import ManifestDocument
from cudamig.hosts.yaml_nodes import Mapping, Node, Place, Scalar, mappings, walk
from cudamig.model import Finding, Fix, Related, Span, manual
from cudamig.rules.model import Context, Rule

_GROUP = "kubeflow.org/"
_KIND = re.compile(r"^([ \t]*(?:- )?)kind:[ \t]*[\"']?(\w+)[\"']?[ \t]*(?:#.*)?\r?$", re.M)
_VERSION = re.compile(r"apiVersion:[ \t]*[\"']?kubeflow\.org/(\w+)[\"']?[ \t]*(?:#.*)?\r?$")


class Job(NamedTuple):
    """A job of the Training Operator: ``span`` is where its kind stands; ``place`` is None inside block text."""

    kind: str
    version: str
    span: Span
    place: Place | None
    wrapper: str  # what it stands in, when that is not the file or a List


def match(document: ManifestDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Findings on the jobs that ``rules`` name."""
    by_job = {
        (kind, version): rule for rule in rules for kind in rule.args["jobs"] for version in rule.args["versions"]
    }
    for job in jobs(document):
        rule = by_job.get((job.kind, job.version))
        if rule:
            yield _finding(document, job, rule, context)


def jobs(document: ManifestDocument) -> Iterator[Job]:
    """Everything of the group that looks like a job, whatever its kind, in the order of the file."""
    for place, above in mappings(document.documents):
        version, kind = place.node.get("apiVersion"), place.node.get("kind")
        if not isinstance(version, Scalar) or not isinstance(kind, Scalar) or not version.value.startswith(_GROUP):
            continue
        if above and not isinstance(place.node.get("spec"), Mapping):
            continue
        yield Job(kind.value, version.value[len(_GROUP) :], kind.span, place, _wrapper(above))
    for root in document.documents:
        for node in walk(root):
            if isinstance(node, Scalar) and node.style in ("|", ">") and _GROUP in node.value:
                yield from _in_text(document, node)


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
    """Jobs in a manifest that is written as the text of another one."""
    text = document.source.text
    for kind in _KIND.finditer(text, block.span.start, block.span.end):
        siblings = list(_siblings(text, block.span, kind))
        versions = [found.group(1) for found in map(_VERSION.match, siblings) if found]
        if versions and any(line.startswith("spec:") for line in siblings):
            yield Job(kind.group(2), versions[0], Span(*kind.span(2)), None, "a block of text")


def _siblings(text: str, block: Span, kind: re.Match[str]) -> Iterator[str]:
    """The lines of the mapping that a ``kind:`` line belongs to, at its indentation, without it."""
    indent = len(kind.group(1))
    before = [] if "-" in kind.group(1) else text[block.start : kind.start()].split("\n")[1:-1]
    after = text[kind.end() : block.end].split("\n")[1:]
    for lines in (reversed(before), after):
        for line in lines:
            body = line.lstrip(" ")
            if body.strip() and (len(line) - len(body) < indent or body.startswith("---")):
                first = body.startswith("- ") and len(line) - len(body) + 2 == indent
                if first:
                    yield body[2:]
                break
            if len(line) - len(body) == indent:
                yield body


def _finding(document: ManifestDocument, job: Job, rule: Rule, context: Context) -> Finding:
    path = document.source.path
    message = f"{job.kind} of kubeflow.org/{job.version} is an API of the Training Operator: {rule.summary}"
    if job.kind != "PyTorchJob":
        fix = manual(rule.title, kubeflow.route(job.kind))
        return context.finding(rule, path, job.span, message, fix)
    if rule.fix.get("codemod") != "trainjob":
        return context.finding(rule, path, job.span, message, manual(rule.title, rule.reason))
    done = _converted(document, job, context)
    if done.obstacles:
        words = "; ".join(_with_lines(document, done.obstacles))
        related = tuple(Related(path, obstacle.span, obstacle.words) for obstacle in done.obstacles)
        fix = manual("write the TrainJob by hand", f"in the way of a conversion: {words}")
        return context.finding(rule, path, job.span, message, fix, related)
    fix = Fix(rule.title, rule.safety, "; ".join((rule.reason, *done.notes)), done.edits)
    return context.finding(rule, path, job.span, message, fix)


def _converted(document: ManifestDocument, job: Job, context: Context) -> trainjob.Conversion:
    """The conversion of a job that stands by itself; for one inside something else, that as one more obstacle."""
    words = f"it stands inside {job.wrapper}, which is not known to accept a TrainJob"
    inside = (Obstacle(job.span, words),) if job.wrapper else ()
    if job.place is None:
        return trainjob.Conversion((), (), inside)
    done = trainjob.convert(document, job.place, context.target)
    return done if not inside else trainjob.Conversion((), (), (*inside, *done.obstacles))


def _with_lines(document: ManifestDocument, obstacles: Sequence[Obstacle]) -> list[str]:
    """What stands in the way, each reason once with its lines."""
    lines: dict[str, list[str]] = {}
    for obstacle in obstacles:
        lines.setdefault(obstacle.words, []).append(str(document.source.line(obstacle.span.start) + 1))
    return [f"{words} (line {', '.join(dict.fromkeys(where))})" for words, where in lines.items()]
