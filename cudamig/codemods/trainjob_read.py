"""A PyTorchJob of kubeflow.org/v1, read for conversion: what moves, what may go, what stands in the way.

The field map is that of rules/facts/kubeflow.yaml. A field that is not in it stands in the way: what is not understood
is reported, never dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cudamig.hosts.yaml_nodes import Mapping, Node, Scalar, followed
from cudamig.model import Span


class Field(NamedTuple):
    """An entry of the job whose value moves, as it stands, to a place in the TrainJob."""

    place: str  # "trainer.image", "pod.spec.volumes", "node.volumeMounts", "spec.suspend"
    name: str  # its key there
    key: Scalar
    value: Node
    flow: bool  # stands in braces


class Obstacle(NamedTuple):
    """A place that keeps the job from being converted, and why."""

    span: Span
    words: str


class Dropped(NamedTuple):
    """A place that goes, and why nothing is lost with it. Without ``words`` it is the default of both APIs."""

    span: Span
    words: str = ""


Item = Field | Obstacle | Dropped


class Number(NamedTuple):
    """A number of replicas. ``value`` is None where a placeholder stands for it."""

    text: str
    value: int | None
    span: Span


class Role(NamedTuple):
    """Master or Worker."""

    name: str
    span: Span
    replicas: Number
    items: tuple[Item, ...]

    def fields(self) -> dict[str, Field]:
        """What moves, by place."""
        return {item.place: item for item in self.items if isinstance(item, Field)}


_IGNORED = "the v1 API has no such field here and ignores it"
_ELSEWHERE = ("cleanPodPolicy", "ttlSecondsAfterFinished", "activeDeadlineSeconds", "backoffLimit")  # v1beta1's place
_SAME = (  # what v2 does anyway
    ("cleanPodPolicy", "None"),
    ("cleanPodPolicy", "Running"),
    ("managedBy", "kubeflow.org/training-operator"),
)
_RUN_POLICY = {
    "ttlSecondsAfterFinished": "Trainer has no time to live for finished jobs",
    "backoffLimit": "needs a TrainingRuntime of your own with a backoffLimit",
    "schedulingPolicy": "needs a TrainingRuntime of your own with a podGroupPolicy",
}


def entries(node: Node, what: str) -> Iterator[tuple[Scalar, Node] | Obstacle]:
    """The entries of a mapping, aliases followed, empty ones left out; obstacles for whatever is no plain entry."""
    if not isinstance(node, Mapping):
        yield Obstacle(node.span, f"{what} is no mapping")
        return
    seen = set()
    for key, written in node.items:
        value = followed(written)
        if not isinstance(key, Scalar) or key.template or key.tag == "tag:yaml.org,2002:merge":
            yield Obstacle(key.span, f"a key of {what} is no plain word")
        elif key.value in seen:
            yield Obstacle(key.span, f"{what} has {key.value} twice")
        else:
            seen.add(key.value)
            if not empty(value):
                yield key, value


def empty(node: Node) -> bool:
    """Whether a value says nothing: null, ``[]`` or ``{}``."""
    return node.null if isinstance(node, Scalar) else not getattr(node, "items", True)


def scalar(node: Node) -> str:
    """The text of a scalar, ``""`` for anything else."""
    return node.value if isinstance(node, Scalar) else ""


def run_policy(policy: Node) -> Iterator[Item]:
    """``spec.runPolicy``."""
    for entry in entries(policy, "runPolicy"):
        if isinstance(entry, Obstacle):
            yield entry
            continue
        key, value = entry
        name, said = key.value, scalar(value)
        if name in ("suspend", "activeDeadlineSeconds"):
            yield Field(f"spec.{name}", name, key, value, _flow(policy))
        elif (name, said) in _SAME:
            yield Dropped(key.span)
        elif name == "managedBy" and said == "kueue.x-k8s.io/multikueue":
            yield Field("spec.managedBy", name, key, value, _flow(policy))
        elif name in _RUN_POLICY:
            yield Obstacle(key.span, f"runPolicy.{name}: {_RUN_POLICY[name]}")
        else:
            yield Obstacle(key.span, f"runPolicy.{name}{': ' + said if said else ''} has no equivalent")


def spec_items(spec: Node) -> Iterator[Item]:
    """Entries of ``spec`` beside the replicas and nprocPerNode."""
    for entry in entries(spec, "spec"):
        if isinstance(entry, Obstacle):
            yield entry
            continue
        key, value = entry
        if key.value == "runPolicy":
            yield from run_policy(value)
        elif key.value == "elasticPolicy":
            yield Obstacle(
                key.span, "elasticPolicy: Trainer v2 does not scale a job, and sets no PET_RDZV_* for torchrun"
            )
        elif key.value in _ELSEWHERE:
            yield Dropped(key.span, f"spec.{key.value}: {_IGNORED}")
        elif key.value not in ("pytorchReplicaSpecs", "nprocPerNode"):
            yield Obstacle(key.span, f"spec.{key.value} is no field of a v1 PyTorchJob")


def role(key: Scalar, node: Node, template: Iterable[Item]) -> Role:
    """One of ``pytorchReplicaSpecs``; ``template`` is what its pod template gave."""
    items: list[Item] = []
    replicas = Number("1", 1, key.span)
    for entry in entries(node, key.value):
        if isinstance(entry, Obstacle):
            items.append(entry)
            continue
        name, value = entry[0].value, entry[1]
        if name == "replicas":
            replicas = Number(scalar(value), count(scalar(value)), value.span)
            if not _countable(value):
                items.append(Obstacle(value.span, "replicas is no number"))
        elif name == "restartPolicy" and scalar(value) == "OnFailure":
            items.append(Dropped(entry[0].span))
        elif name == "restartPolicy":
            words = f"restartPolicy {scalar(value)}: a TrainJob restarts OnFailure, others need a TrainingRuntime"
            items.append(Obstacle(entry[0].span, words))
        elif name == "imagePullPolicy":
            items.append(Dropped(entry[0].span, f"{name} beside the pod template: {_IGNORED}"))
        elif name != "template":
            items.append(Obstacle(entry[0].span, f"{name} is no field of a v1 replica"))
    return Role(key.value, key.span, replicas, (*items, *template))


def count(text: str) -> int | None:
    """The number that a text is, or None. A leading 0 makes it octal in YAML 1.1, so it is none."""
    return int(text) if re.fullmatch(r"0|[1-9][0-9]{0,8}", text) else None


def _countable(node: Node) -> bool:
    """Whether a value is a number, or a placeholder that will be one."""
    if not isinstance(node, Scalar) or node.style:
        return False
    return node.template or "$" in node.value or count(node.value) is not None


def _flow(node: Node) -> bool:
    return isinstance(node, Mapping) and node.flow
