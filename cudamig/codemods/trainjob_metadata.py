"""The metadata of a PyTorchJob: the name that a TrainJob may bear, and what gives a manifest away as incomplete."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cudamig.codemods.trainjob_read import Dropped, Item, Obstacle, entries, scalar
from cudamig.facts import kubeflow
from cudamig.hosts.yaml_nodes import Mapping, Node, Scalar

_LABEL = re.compile(r"[a-z](?:[-a-z0-9]*[a-z0-9])?")  # RFC 1035
_PREFIX = re.compile(r"[a-z][-a-z0-9]*")
_SUFFIX = "xxxxx"  # what the API server appends to generateName, and JobSet to the name of a pod
_MANY = 9999  # nodes to leave room for in pod names when their number is a placeholder
_SERVER = ("uid", "resourceVersion", "generation", "selfLink", "managedFields", "creationTimestamp")


def metadata(job: Mapping) -> tuple[str, list[Item]]:
    """The literal name, or ``""``; and what metadata says against a conversion."""
    data = job.get("metadata")
    if not isinstance(data, Mapping):
        return "", [Obstacle(job.span, "it has no metadata, so something else completes this manifest")]
    items: list[Item] = []
    for entry in entries(data, "metadata"):
        if isinstance(entry, Obstacle):
            items.append(entry)
        elif entry[0].value in _SERVER:
            items.append(Obstacle(entry[0].span, f"metadata.{entry[0].value} is set by the API server: an export"))
        elif entry[0].value in ("labels", "annotations"):
            items += _labels(entry[1])
    named = next((data.get(key) for key in ("name", "generateName") if data.text(key)), None)
    text = scalar(named) if named else ""
    if not isinstance(named, Scalar):
        items.append(Obstacle(data.span, "it has no name, so something else completes this manifest"))
    elif data.text("name") and _LABEL.fullmatch(text):
        return text, items
    elif not _placeholder(named) and (data.text("name") or not _PREFIX.fullmatch(text)):
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


def name_length(job: Mapping, nodes: int | None) -> Iterator[Item]:
    """JobSet names a pod ``<job>-node-0-<index>-<suffix>`` and refuses longer names than a label may have."""
    data = job.get("metadata")
    if not isinstance(data, Mapping):
        return
    node = data.get("name") or data.get("generateName")
    last = max((_MANY if nodes is None else nodes) - 1, 0)
    room = kubeflow.trainer().pod_name - len(f"-node-0-{last}-{_SUFFIX}")
    length = len(scalar(node)) + (0 if data.get("name") else len(_SUFFIX)) if node else 0
    if isinstance(node, Scalar) and _placeholder(node):
        yield Dropped(node.span, f"the name is a placeholder: a TrainJob's may have {room} characters here")
    elif node and length > room:
        yield Obstacle(node.span, f"the name is {length - room} characters too long for the pods of a TrainJob")
