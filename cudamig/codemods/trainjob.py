"""PyTorchJob (kubeflow.org/v1) -> TrainJob (trainer.kubeflow.org/v1alpha1, Trainer 2.2 and newer).

Only jobs that the runtime torch-distributed serves are converted; for all others each field that stands in the way is
named. The spec is rebuilt from slices of the file, so quoting and comments survive. The new text is parsed again and
must hold the same data at the new places, and everything around it the same as before; else nothing is offered.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cudamig.codemods import trainjob_layout
from cudamig.codemods.trainjob_comments import Comment, Sorted, column, comments, region, sort
from cudamig.codemods.trainjob_job import Reading, read
from cudamig.codemods.trainjob_launch import Shape, Variable, host_obstacles, hosts, processes, variables
from cudamig.codemods.trainjob_read import Dropped, Field, Obstacle
from cudamig.codemods.trainjob_write import Entry, Style, reads_as, render
from cudamig.facts import kubeflow
from cudamig.facts.targets import Target
from cudamig.hosts import NotUnderstood, manifest
from cudamig.hosts.manifest import ManifestDocument
from cudamig.hosts.yaml_nodes import Canon, Mapping, Node, Place, Scalar, Sequence, children, walk
from cudamig.model import Edit, Span
from cudamig.source import Source

_EDITED = ("apiVersion", "kind", "spec")


class Conversion(NamedTuple):
    """What becomes of a job: ``edits``, or the ``obstacles`` to them. ``notes`` tell what a reader must know."""

    edits: tuple[Edit, ...]
    notes: tuple[str, ...]
    obstacles: tuple[Obstacle, ...]


def convert(document: ManifestDocument, place: Place, target: Target) -> Conversion:
    """Convert the PyTorchJob at ``place``."""
    reading = read(document, place.node, target)
    fields = reading.fields()
    node = reading.spec.get("nprocPerNode") if reading.spec else None
    counted = list(processes(node, fields, place.node.span))
    per_node = next((item for item in counted if isinstance(item, int)), None)
    shape = reading.shape._replace(processes=per_node)
    wanted = list(variables(shape, fields))
    found = [item for item in (*reading.items, *counted, *wanted) if isinstance(item, Obstacle)]
    found += host_obstacles(shape, fields, _others(document, fields))
    if found or reading.spec is None:
        return Conversion((), (), _merged(found))
    added = [item for item in wanted if isinstance(item, Variable)]
    return _rewrite(document, place, reading._replace(shape=shape), reading.spec, added)


def _rewrite(
    document: ManifestDocument, place: Place, reading: Reading, spec: Mapping, added: list[Variable]
) -> Conversion:
    span, shape = region(document, spec), reading.shape
    moving = [item for item in reading.items if isinstance(item, Field)]
    outside = [f for f in moving if not span.start <= f.value.span.start < span.end or f.key.span.start < span.start]
    if outside:
        return Conversion((), (), (Obstacle(outside[0].key.span, "an alias of something outside the job's spec"),))
    done = sort(document, comments(document, spec, span), moving, _second(spec))
    numbers, lost = _numbers(document, reading, done)
    entries = trainjob_layout.spec(document, done.kept, numbers, added, hosts(shape))
    edits = _edits(document, place.node, spec, span, entries)
    if edits is None or not _same(document, place, edits, entries, shape):
        words = "the text cannot be taken apart here: anchors, odd quoting or layout; write it anew by hand"
        return Conversion((), (), (Obstacle(spec.span, words),))
    return Conversion(edits, (*_notes(reading), *_lost(document, lost)), ())


def _others(document: ManifestDocument, fields: dict[str, Field]) -> Iterable[Scalar]:
    """The scalars of the file that are not in a command, args or env of the job."""
    mine = [fields[place].value.span for place in ("trainer.command", "trainer.args", "trainer.env") if place in fields]
    for root in document.documents:
        for node in walk(root):
            if isinstance(node, Scalar) and not any(s.start <= node.span.start < s.end for s in mine):
                yield node


def _second(spec: Mapping) -> Span | None:
    """Where the second role stands, comments above it included; None when there is one role."""
    roles = spec.get("pytorchReplicaSpecs")
    if not isinstance(roles, Mapping) or len(roles.items) < 2:
        return None
    return Span(roles.items[0][1].span.end, roles.items[1][1].span.end)


def _numbers(
    document: ManifestDocument, reading: Reading, done: Sorted
) -> tuple[tuple[Entry, ...], tuple[Comment, ...]]:
    """numNodes and numProcPerNode; a comment behind the only number of replicas stays behind numNodes."""
    shape, lost = reading.shape, done.lost
    text = reading.roles[0].replicas.text if shape.nodes is None else str(shape.nodes)
    if len(reading.roles) == 1:
        line = document.source.line(reading.roles[0].replicas.span.start)
        behind = [comment for comment in lost if document.source.line(comment.span.start) == line]
        text = "  ".join([text, *(comment.text for comment in behind)])
        lost = tuple(comment for comment in lost if comment not in behind)
    entries = (Entry("numNodes", text),)
    return (*entries, *((Entry("numProcPerNode", str(shape.processes)),) if shape.processes else ())), lost


def _edits(
    document: ManifestDocument, job: Mapping, spec: Mapping, span: Span, entries: tuple[Entry, ...]
) -> tuple[Edit, ...] | None:
    """The edits, or None where a scalar or the spec does not stand in one plain piece."""
    source, api = document.source, kubeflow.trainer()
    edits = []
    for name, new in (("apiVersion", api.api_version), ("kind", api.kind)):
        node = job.get(name)
        where = manifest.place(source, node) if isinstance(node, Scalar) else None
        at = where.span() if where else None
        if at is None:
            return None
        edits.append(Edit(source.path, at, new))
    key = next(k for k, v in job.items if v is spec)
    style = Style(_step(document, job), _dash(document, spec))
    if spec.flow:
        start = source.text.index(":", key.span.end) + 1
        lines = render(entries, column(document, key.span.start) + style.step, style)
        if "#" in source.text[start : span.start]:
            return None
        return (*edits, Edit(source.path, Span(start, span.end), source.newline + source.newline.join(lines)))
    if spec.items[0][0].span.start != span.start:
        return None
    at_column = column(document, span.start)
    text = source.newline.join(render(entries, at_column, style))
    return (*edits, Edit(source.path, span, text[at_column:]))


def _step(document: ManifestDocument, job: Mapping) -> int:
    """Columns that the file indents a mapping by."""
    for key, value in job.items:
        if isinstance(value, Mapping) and not value.flow:
            return max(column(document, value.items[0][0].span.start) - column(document, key.span.start), 1)
    return 2


def _dash(document: ManifestDocument, spec: Mapping) -> int:
    """Columns that the file indents the dashes of a list by."""
    for node in walk(spec):
        for key, value in node.items if isinstance(node, Mapping) else ():
            if isinstance(value, Sequence) and not value.flow and not value.anchor:
                return max(column(document, value.span.start) - column(document, key.span.start), 0)
    return 2


def _same(
    document: ManifestDocument, place: Place, edits: tuple[Edit, ...], entries: tuple[Entry, ...], shape: Shape
) -> bool:
    """Whether the edited text holds ``entries`` as the job's spec, and otherwise what the file held before."""
    source, canon = document.source, Canon(hosts(shape))
    try:
        raw = source.apply(list(edits))
        after = manifest.parse(Source(source.path, raw, source.kind))
    except NotUnderstood:
        return False
    old, new = list(document.documents), list(after.documents)
    node: Node | None = None
    for step in place.path:
        if len(old) != len(new):
            return False
        if not all(_twins(a, b, canon) for i, (a, b) in enumerate(zip(old, new, strict=True)) if i != step):
            return False
        node = new[step]
        old, new = list(children(old[step])), list(children(node))
    if not isinstance(node, Mapping) or not reads_as(node.get("spec"), entries, canon):
        return False
    before, now = ([(k.value, v) for k, v in job.pairs() if k.value not in _EDITED] for job in (place.node, node))
    if [key for key, _ in before] != [key for key, _ in now]:
        return False
    return all(_twins(a, b, canon) for (_, a), (_, b) in zip(before, now, strict=True))


def _twins(a: Node, b: Node, canon: Canon) -> bool:
    return canon.number(a) == canon.number(b)


def _notes(reading: Reading) -> list[str]:
    needs = "2.2"
    for field in reading.fields().values():
        if field.place.startswith("pod.spec."):
            needs = max(needs, kubeflow.trainer().pod_fields[field.name])
    notes = [f"the cluster needs Kubeflow Trainer {needs} or newer with the runtime {kubeflow.trainer().runtime}"]
    if not reading.shape.master and reading.shape.nodes != 1:
        notes.append("v1 sets no MASTER_ADDR, WORLD_SIZE and RANK in a job without a Master, so none are added")
    words = [item.words for item in reading.items if isinstance(item, Dropped) and item.words]
    return [*notes, *dict.fromkeys(words)]


def _lost(document: ManifestDocument, lost: Iterable[Comment]) -> list[str]:
    words = [f"{c.text!r} (line {document.source.line(c.span.start) + 1})" for c in lost]
    return [f"comments that go with what they speak of: {', '.join(words)}"] if words else []


def _merged(obstacles: Iterable[Obstacle]) -> tuple[Obstacle, ...]:
    """Each once, in the order of the file."""
    return tuple(sorted(set(obstacles)))
