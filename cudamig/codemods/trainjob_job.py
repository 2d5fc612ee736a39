"""A PyTorchJob as a whole: its name, its roles, and what of the file around it keeps it from being converted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cudamig.codemods import trainjob_pod
from cudamig.codemods.trainjob_launch import Shape
from cudamig.codemods.trainjob_read import (
    Dropped,
    Field,
    Item,
    Obstacle,
    Role,
    empty,
    entries,
    role,
    scalar,
    spec_items,
)
from cudamig.facts import kubeflow
from cudamig.facts.targets import Target
from cudamig.hosts.manifest import ManifestDocument
from cudamig.hosts.yaml_nodes import Canon, Mapping, Node, Scalar, followed, walk
from cudamig.model import Span

_LABEL = re.compile(r"[a-z](?:[-a-z0-9]*[a-z0-9])?")  # RFC 1035
_PREFIX = re.compile(r"[a-z][-a-z0-9]*")
_SUFFIX = "xxxxx"  # what the API server appends to generateName, and JobSet to the name of a pod
_MANY = 9999  # nodes to leave room for in pod names when their number is a placeholder
_SERVER = ("uid", "resourceVersion", "generation", "selfLink", "managedFields", "creationTimestamp")
_PATCH_FILE = re.compile(r"(?:^|/)overlays?/|(?:^|[/._-])patch[^/]*$", re.I)
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


def read(document: ManifestDocument, job: Mapping, target: Target) -> Reading:
    """Read a job, and find everything in it that stands in the way."""
    items: list[Item] = list(_outside(document, job))
    name, found = _name(job)
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
    items += _name_length(job, shape)
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
        fields = [item.place for item in each.items if isinstance(item, Field)]
        if len(fields) != len(set(fields)):
            yield Obstacle(each.span, f"{each.name} says one thing twice (serviceAccount and serviceAccountName)")
        if _kind(each) == "master" and each.replicas.value != 1:
            yield Obstacle(each.replicas.span, "v1 takes exactly one Master")
        elif each.replicas.value is None and shape.master:
            yield Obstacle(each.replicas.span, f"numNodes is one more than {each.replicas.text}")
    if shape.nodes == 0:
        yield Obstacle(roles[0].span if roles else Span(0, 0), "it has no replicas")


def _differences(first: Role, second: Role) -> Iterator[Obstacle]:
    """A TrainJob has one template for all nodes."""
    canon, mine, theirs = Canon(), first.fields(), second.fields()
    for place in [*mine, *(place for place in theirs if place not in mine)]:
        numbers = {canon.number(fields[place].value) if place in fields else None for fields in (mine, theirs)}
        if len(numbers) > 1:
            field = theirs.get(place) or mine[place]
            words = f"{first.name} and {second.name} differ in {field.key.value}; all nodes of a TrainJob are equal"
            yield Obstacle(field.key.span, words)


def _name(job: Mapping) -> tuple[str, list[Item]]:
    """The literal name, or ``""``; and what metadata says against a conversion."""
    metadata = job.get("metadata")
    if not isinstance(metadata, Mapping):
        return "", [Obstacle(job.span, "it has no metadata, so something else completes this manifest")]
    items: list[Item] = []
    for entry in entries(metadata, "metadata"):
        if isinstance(entry, Obstacle):
            items.append(entry)
        elif entry[0].value in _SERVER:
            items.append(Obstacle(entry[0].span, f"metadata.{entry[0].value} is set by the API server: an export"))
        elif entry[0].value in ("labels", "annotations"):
            items += _labels(entry[1])
    named = next((metadata.get(key) for key in ("name", "generateName") if metadata.text(key)), None)
    text = scalar(named) if named else ""
    if not isinstance(named, Scalar):
        items.append(Obstacle(metadata.span, "it has no name, so something else completes this manifest"))
    elif metadata.text("name") and _LABEL.fullmatch(text):
        return text, items
    elif not _placeholder(named) and (metadata.text("name") or not _PREFIX.fullmatch(text)):
        items.append(Obstacle(named.span, f"{text!r} is no RFC 1035 label: a TrainJob's name starts with a letter"))
    return "", items


def _placeholder(name: Scalar) -> bool:
    return name.template or any(mark in name.value for mark in "$<%{")


def _labels(node: Node) -> Iterator[Item]:
    for entry in entries(node, "labels or annotations"):
        if isinstance(entry, Obstacle):
            yield entry
        elif entry[0].value.startswith("kueue.x-k8s.io/"):
            yield Dropped(entry[0].span, "Kueue has to have its trainer.kubeflow.org/trainjob integration on")
        elif entry[0].value == "kubectl.kubernetes.io/last-applied-configuration":
            yield Obstacle(entry[0].span, "an annotation holds the v1 job: an export from a cluster")


def _name_length(job: Mapping, shape: Shape) -> Iterator[Item]:
    """JobSet names a pod ``<job>-node-0-<index>-<suffix>`` and refuses longer names than a label may have."""
    metadata = job.get("metadata")
    if not isinstance(metadata, Mapping):
        return
    node = metadata.get("name") or metadata.get("generateName")
    last = max((_MANY if shape.nodes is None else shape.nodes) - 1, 0)
    room = kubeflow.trainer().pod_name - len(f"-node-0-{last}-{_SUFFIX}")
    length = len(scalar(node)) + (0 if metadata.get("name") else len(_SUFFIX)) if node else 0
    if isinstance(node, Scalar) and _placeholder(node):
        yield Dropped(node.span, f"the name is a placeholder: a TrainJob's may have {room} characters here")
    elif node and length > room:
        yield Obstacle(node.span, f"the name is {length - room} characters too long for the pods of a TrainJob")


def _outside(document: ManifestDocument, job: Mapping) -> Iterator[Obstacle]:
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
    control = [a for a in document.actions if a.control and job.span.start <= a.span.start < job.span.end]
    if control:
        yield Obstacle(control[0].span, "a template decides here which lines there are")
    odd = _ODD_BREAKS.search(document.source.text, job.span.start, job.span.end)
    if odd:
        yield Obstacle(Span(*odd.span()), "a line ends here in YAML 1.1 only")
    for root in document.documents:
        for node in walk(root):
            if isinstance(node, Scalar) and _V1_LABELS in node.value:
                yield Obstacle(node.span, f"{_V1_LABELS} labels are on the pods of v1 only")
            elif isinstance(node, Mapping) and node.text("kind") == "PyTorchJob" and not node.get("spec"):
                yield Obstacle(node.span, "this refers to a PyTorchJob, and has to move with it")
