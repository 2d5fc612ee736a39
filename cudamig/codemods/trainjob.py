"""PyTorchJob (kubeflow.org/v1) -> TrainJob (trainer.kubeflow.org/v1alpha1, Trainer 2.2 and newer).

Only jobs that the runtime torch-distributed serves are converted; for all others each field that stands in the way is
named. The spec is rebuilt from slices of the file, so quoting and comments survive. The new text is parsed again and
must hold the same data at the new places; else nothing is offered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cudamig.codemods import trainjob_layout
from cudamig.codemods.trainjob_comments import Comment, below, column, comments, region
from cudamig.codemods.trainjob_job import Around, Reading, read
from cudamig.codemods.trainjob_launch import WITH_HOSTS, Shape, Variable, host_obstacles, hosts, processes, variables
from cudamig.codemods.trainjob_read import Dropped, Field, Obstacle
from cudamig.codemods.trainjob_sort import Sorted, frame, sort
from cudamig.codemods.trainjob_write import Entry, Style, reads_as, render
from cudamig.facts import kubeflow
from cudamig.facts.targets import Target
from cudamig.facts.versions import key as version_key
from cudamig.hosts import NotUnderstood, yaml_text
from cudamig.hosts.manifest import ManifestDocument
from cudamig.hosts.yaml_mask import mask
from cudamig.hosts.yaml_nodes import Canon, Mapping, Scalar, Sequence, walk
from cudamig.hosts.yaml_parse import documents
from cudamig.model import Edit, Span

_EDITED = ("apiVersion", "kind", "spec")


class Conversion(NamedTuple):
    """What becomes of a job: ``edits``, or the ``obstacles`` to them."""

    edits: tuple[Edit, ...]
    demand: str  # what the TrainJob needs that the job did not
    notes: tuple[str, ...]  # what else a reader must know
    obstacles: tuple[Obstacle, ...] = ()


def refused(obstacles: Iterable[Obstacle]) -> Conversion:
    """No conversion, for each of these reasons once, in the order of the file."""
    return Conversion((), "", (), tuple(sorted(set(obstacles))))


def convert(document: ManifestDocument, job: Mapping, target: Target, around: Around) -> Conversion:
    """Convert a PyTorchJob; ``around`` is what ``trainjob_job.around`` found in its file."""
    reading = read(document, job, target, around)
    fields = reading.fields()
    node = reading.spec.get("nprocPerNode") if reading.spec else None
    counted = list(processes(node, fields, job.span))
    per_node = next((item for item in counted if isinstance(item, int)), None)
    shape = reading.shape._replace(processes=per_node)
    wanted = list(variables(shape, fields))
    found = [item for item in (*reading.items, *counted, *wanted) if isinstance(item, Obstacle)]
    found += host_obstacles(shape, fields, _elsewhere(around.hosts, reading))
    if found or reading.spec is None:
        return refused(found)
    added = [item for item in wanted if isinstance(item, Variable)]
    return _rewrite(document, job, reading._replace(shape=shape), reading.spec, added)


def _rewrite(
    document: ManifestDocument, job: Mapping, reading: Reading, spec: Mapping, added: list[Variable]
) -> Conversion:
    span, shape = region(document, spec), reading.shape
    moving = [item for item in reading.items if isinstance(item, Field)]
    outside = [f for f in moving if not span.start <= f.value.span.start < span.end or f.key.span.start < span.start]
    if outside:
        return refused([Obstacle(outside[0].key.span, "an alias of something outside the job's spec")])
    done = sort(document, comments(document, spec, span), moving, frame(document, spec, span))
    numbers, lost = _numbers(document, reading, done)
    entries = trainjob_layout.spec(document, done, numbers, added, hosts(shape))
    edits = _edits(document, job, spec, span, entries)
    if edits is None or not _same(document, job, edits, entries, shape):
        words = "the text cannot be taken apart here: anchors, odd quoting or layout; write it anew by hand"
        return refused([Obstacle(spec.span, words)])
    return Conversion(edits, _demand(reading), (*_notes(reading), *_lost(document, lost)))


def _elsewhere(scalars: Iterable[Scalar], reading: Reading) -> Iterable[Scalar]:
    """Those of ``scalars`` that are not in a command, args or env of the job."""
    mine = [item.value.span for item in reading.items if isinstance(item, Field) and item.place in WITH_HOSTS]
    return [node for node in scalars if not any(s.start <= node.span.start < s.end for s in mine)]


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
        where = yaml_text.place(source, node) if isinstance(node, Scalar) else None
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
    for key, value in sorted(job.items, key=lambda item: isinstance(item[0], Scalar) and item[0].value != "spec"):
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
    document: ManifestDocument, job: Mapping, edits: tuple[Edit, ...], entries: tuple[Entry, ...], shape: Shape
) -> bool:
    """Whether the edited text of the job holds ``entries`` as its spec, and otherwise what it held before.

    Only the job is parsed, in its column and with the comments below it, so that a file of many stays cheap.
    """
    start, end = job.span.start, below(document, job.span.end)
    text = document.source.text[start:end]
    for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):
        text = text[: edit.span.start - start] + edit.replacement + text[edit.span.end - start :]
    text = " " * column(document, start) + text
    try:
        (node,) = documents(mask(text)[0] if document.actions else text, text)
    except (NotUnderstood, ValueError):
        return False
    canon = Canon(hosts(shape))
    if not isinstance(node, Mapping) or not reads_as(node.get("spec"), entries, canon):
        return False
    before, after = ([(k.value, v) for k, v in each.pairs() if k.value not in _EDITED] for each in (job, node))
    if [key for key, _ in before] != [key for key, _ in after]:
        return False
    return all(canon.number(a) == canon.number(b) for (_, a), (_, b) in zip(before, after, strict=True))


def _demand(reading: Reading) -> str:
    fields, api = reading.fields().values(), kubeflow.trainer()
    patched = [api.pod_fields[field.name] for field in fields if field.place.startswith("pod.spec.")]
    release = max(["2.2", *patched], key=version_key)
    return f"the TrainJob needs Kubeflow Trainer {release} or newer with its runtime {api.runtime}"


def _notes(reading: Reading) -> Iterator[str]:
    if not reading.shape.master and reading.shape.nodes != 1:
        yield "v1 sets no MASTER_ADDR, WORLD_SIZE and RANK in a job without a Master, so none are added"
    yield from dict.fromkeys(item.words for item in reading.items if isinstance(item, Dropped) and item.words)


def _lost(document: ManifestDocument, lost: Iterable[Comment]) -> list[str]:
    words = [f"{c.text!r} (line {document.source.line(c.span.start) + 1})" for c in lost]
    return [f"comments that go with what they speak of: {', '.join(words)}"] if words else []
