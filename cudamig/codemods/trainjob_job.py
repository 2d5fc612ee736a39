"""A PyTorchJob as a whole: its name, its roles, and what of the file around it keeps it from being converted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cudamig.codemods import trainjob_pod
from cudamig.codemods.trainjob_comments import below, column
from cudamig.codemods.trainjob_launch import Shape
from cudamig.codemods.trainjob_metadata import metadata, name_length
from cudamig.codemods.trainjob_read import (
    Field,
    Item,
    Obstacle,
    Role,
    empty,
    entries,
    role,
    spec_items,
)
from cudamig.facts.targets import Target
from cudamig.hosts.manifest import ManifestDocument
from cudamig.hosts.yaml_nodes import Alias, Canon, Mapping, Node, Scalar, followed, walk
from cudamig.model import Span

_PATCH_FILE = re.compile(r"(?:^|/)overlays?/|(?:^|[/._-])patch[^/]*$", re.I)
_END = re.compile(r"^\{[{%]-?\s*end\w*\s*-?[%}]\}$")
_V1_LABELS = "training.kubeflow.org/"
_ODD_BREAKS = re.compile("[\x85\u2028\u2029]")


class Reading(NamedTuple):
    """All that was read of a job."""

    spec: Mapping | None
    roles: tuple[Role, ...]
    shape: Shape
    items: tuple[Item, ...]

    def fields(self) -> dict[str, Field]:
        """What moves, by place; of equal fields in two roles, the first's."""
        return {item.place: item for item in reversed(self.items) if isinstance(item, Field)}


def read(document: ManifestDocument, job: Mapping, target: Target, around: Around) -> Reading:
    """Read a job, and find everything in it that stands in the way."""
    items: list[Item] = list(_outside(document, job, around))
    name, found = metadata(job)
    items += found
    written = next((value for key, value in job.items if isinstance(key, Scalar) and key.value == "spec"), job)
    spec = followed(written)
    if spec is job or spec is not written or not isinstance(spec, Mapping) or spec.anchor:
        return Reading(None, (), Shape(name, False, 1, None), (*items, Obstacle(job.span, "spec is no plain mapping")))
    items += spec_items(spec)
    roles = tuple(_roles(spec, target, items))
    items += [item for each in roles for item in each.items]
    if len(roles) == 2:
        items += _differences(*roles)
    shape = Shape(name, any(_kind(each) == "master" for each in roles), _nodes(roles), None)
    items += _counts(roles, shape)
    items += name_length(job, shape.nodes)
    return Reading(spec, roles, shape, tuple(items))


def _roles(spec: Mapping, target: Target, items: list[Item]) -> Iterator[Role]:
    """Master and Worker; whatever else is there goes to ``items``."""
    seen, specs = set[str](), spec.get("pytorchReplicaSpecs")
    if specs is None or empty(specs):
        items.append(Obstacle(spec.span, "spec has no pytorchReplicaSpecs"))
        return
    for entry in entries(specs, "pytorchReplicaSpecs"):
        if isinstance(entry, Obstacle):
            items.append(entry)
            continue
        key, value = entry
        kind = key.value.lower()
        if kind not in ("master", "worker") or kind in seen:
            items.append(Obstacle(key.span, f"{key.value} is a role that v1 does not have, or has already"))
            continue
        seen.add(kind)
        pod = value.get("template") if isinstance(value, Mapping) else None
        template = tuple(trainjob_pod.template(pod, target)) if pod else (Obstacle(key.span, "it has no pod template"),)
        yield role(key, value, template)


def _kind(each: Role) -> str:
    return each.name.lower()


def _nodes(roles: tuple[Role, ...]) -> int | None:
    counts = [each.replicas.value for each in roles]
    return None if None in counts else sum(count or 0 for count in counts)


def _counts(roles: tuple[Role, ...], shape: Shape) -> Iterator[Obstacle]:
    for each in roles:
        for field in (item for item in each.items if isinstance(item, Field)):
            if each.fields()[field.place] is not field:
                yield Obstacle(field.key.span, f"{field.name} is said twice, by {field.key.value} too")
        if _kind(each) == "master" and each.replicas.value != 1:
            yield Obstacle(each.replicas.span, "v1 takes exactly one Master")
        elif each.replicas.value is None and shape.master:
            yield Obstacle(each.replicas.span, f"numNodes is one more than {each.replicas.text}")
    if roles and shape.nodes == 0:
        yield Obstacle(roles[0].span, "it has no replicas")


def _differences(first: Role, second: Role) -> Iterator[Obstacle]:
    """A TrainJob has one template for all nodes."""
    canon, mine, theirs = Canon(), first.fields(), second.fields()
    for place in [*mine, *(place for place in theirs if place not in mine)]:
        numbers = {canon.number(fields[place].value) if place in fields else None for fields in (mine, theirs)}
        if len(numbers) > 1:
            field = theirs.get(place) or mine[place]
            words = f"{first.name} and {second.name} differ in {field.key.value}; all nodes of a TrainJob are equal"
            yield Obstacle(field.key.span, words)


class Around(NamedTuple):
    """What a file holds besides a job that may depend on it."""

    labels: tuple[Scalar, ...]  # that name labels of v1's pods
    hosts: tuple[Scalar, ...]  # that look like names of v1's pods
    references: tuple[Mapping, ...]  # to a PyTorchJob
    aliases: tuple[Alias, ...]


def around(document: ManifestDocument) -> Around:
    """Look at a file once, for all jobs in it."""
    nodes, roots = [node for root in document.documents for node in walk(root)], set(document.documents)
    scalars = [node for node in nodes if isinstance(node, Scalar)]
    mappings = [node for node in nodes if isinstance(node, Mapping) and node not in roots]
    return Around(
        tuple(node for node in scalars if _V1_LABELS in node.value),
        tuple(node for node in scalars if "-master-" in node.value or "-worker-" in node.value),
        tuple(node for node in mappings if _is_reference(node)),
        tuple(node for node in nodes if isinstance(node, Alias)),
    )


def _is_reference(node: Mapping) -> bool:
    """Whether a mapping names a PyTorchJob without being one: the target of a scaler, an owner."""
    return node.text("kind") == "PyTorchJob" and node.get("spec") is None


def _outside(document: ManifestDocument, job: Mapping, around: Around) -> Iterator[Obstacle]:
    """What of the file, and beside ``spec`` and ``metadata``, stands in the way."""
    if document.generated:
        yield Obstacle(document.generated.span, f"the file is generated ({document.generated.reason}): mend its source")
    if _PATCH_FILE.search(document.source.path):
        yield Obstacle(job.span, "by its path this is a patch of a job elsewhere; it moves when that job does")
    if job.flow:
        yield Obstacle(job.span, "it is written in braces, like JSON")
    for entry in entries(job, "the job"):
        if isinstance(entry, Obstacle):
            yield entry
        elif entry[0].value not in ("apiVersion", "kind", "metadata", "spec"):
            yield Obstacle(entry[0].span, f"{entry[0].value} is nothing that a manifest says of a job")
    yield from _control(document, job)
    odd = _ODD_BREAKS.search(document.source.text, job.span.start, job.span.end)
    if odd:
        yield Obstacle(Span(*odd.span()), "a line ends here in YAML 1.1 only")
    for scalar in around.labels:
        yield Obstacle(scalar.span, f"{_V1_LABELS} labels are on the pods of v1 only")
    for reference in around.references:
        yield Obstacle(reference.span, "this refers to a PyTorchJob, and has to move with it")
    for alias in around.aliases:
        if _within(job, alias.target) and not _within(job, alias):
            yield Obstacle(alias.span, "an alias of something in the job")


def _within(job: Mapping, node: Node) -> bool:
    return job.span.start <= node.span.start < job.span.end


def _control(document: ManifestDocument, job: Mapping) -> Iterator[Obstacle]:
    """Template expressions that decide about lines of the job; one that ends what began before it does not."""
    end, edge = below(document, job.span.end), column(document, job.span.start)
    for action in document.actions:
        if not action.control or not job.span.start <= action.span.start < end:
            continue
        ends = _END.search(document.source.slice(action.span)) and action.span.start >= job.span.end
        if not ends or column(document, action.span.start) > edge:
            yield Obstacle(action.span, "a template decides here which lines there are")
            return
