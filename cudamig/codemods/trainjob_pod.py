"""The pod template of a PyTorchJob's role: what of it a TrainJob can carry, and where."""

from __future__ import annotations

from collections.abc import Iterator

from cudamig.codemods.trainjob_read import Dropped, Field, Item, Obstacle, entries, scalar
from cudamig.facts import kubeflow
from cudamig.facts.targets import Target
from cudamig.hosts.yaml_nodes import Mapping, Node, Scalar, Sequence, followed

CONTAINER = "pytorch"  # v1 knows its container by this name
_PORT = "pytorchjob-port"
_TRAINER = {"image": "image", "command": "command", "args": "args", "env": "env", "resources": "resourcesPerNode"}
_NODE = ("volumeMounts", "securityContext")
_OWN_RUNTIME = "needs a TrainingRuntime of your own"


def template(node: Node, target: Target) -> Iterator[Item]:
    """Items of a pod template."""
    for entry in entries(node, "template"):
        if isinstance(entry, Obstacle):
            yield entry
        elif entry[0].value == "metadata":
            yield from _metadata(entry[1])
        elif entry[0].value == "spec":
            yield from _pod(entry[1], target)
        else:
            yield Obstacle(entry[0].span, f"template.{entry[0].value} is no field of a pod template")


def _metadata(node: Node) -> Iterator[Item]:
    for entry in entries(node, "the template's metadata"):
        if isinstance(entry, Obstacle):
            yield entry
        elif entry[0].value in ("labels", "annotations"):
            key, value = entry
            yield Field(f"pod.metadata.{key.value}", key.value, key, value, _flow(node))
        else:
            yield Obstacle(entry[0].span, f"template.metadata.{entry[0].value}: a patch holds labels and annotations")


def _pod(node: Node, target: Target) -> Iterator[Item]:
    allowed = kubeflow.trainer().pod_fields
    for entry in entries(node, "the pod"):
        if isinstance(entry, Obstacle):
            yield entry
            continue
        key, value = entry
        name = "serviceAccountName" if key.value == "serviceAccount" else key.value
        if name == "containers":
            yield from _containers(key, value)
        elif name == "restartPolicy":
            yield Dropped(key.span, "restartPolicy in the pod template: v1 overrides it with the replica's")
        elif name in allowed and target.reaches({"trainer": allowed[name]}):
            yield Field(f"pod.spec.{name}", name, key, value, _flow(node))
        elif name in allowed:
            yield Obstacle(key.span, f"{name} can be patched from Trainer {allowed[name]} on")
        else:
            yield Obstacle(key.span, f"{name} {_OWN_RUNTIME}")


def _containers(key: Scalar, node: Node) -> Iterator[Item]:
    found = False
    for item in node.items if isinstance(node, Sequence) else ():
        container = followed(item)
        name = container.text("name") if isinstance(container, Mapping) else ""
        if name != CONTAINER:
            yield Obstacle(item.span, f"container {name or 'without a name'} beside {CONTAINER} {_OWN_RUNTIME}")
        elif found:
            yield Obstacle(item.span, f"two containers are named {CONTAINER}")
        else:
            found = True
            yield from _container(key, container)
    if not found:
        yield Obstacle(key.span, f"no container is named {CONTAINER}")


def _container(parent: Scalar, node: Node) -> Iterator[Item]:
    image = ""
    for entry in entries(node, f"container {CONTAINER}"):
        if isinstance(entry, Obstacle):
            yield entry
            continue
        key, value = entry
        image = scalar(value) if key.value == "image" else image
        if key.value in _TRAINER:
            yield from _trainer(Field(f"trainer.{key.value}", _TRAINER[key.value], key, value, _flow(node)))
        elif key.value in _NODE:
            yield Field(f"node.{key.value}", key.value, key, value, _flow(node))
        elif key.value == "imagePullPolicy":
            yield _pull_policy(key, scalar(value), node)
        elif key.value == "ports":
            yield from _ports(value)
        elif key.value != "name":
            yield Obstacle(key.span, f"{key.value} of the container {_OWN_RUNTIME}")
    if not image:
        yield Obstacle(parent.span, f"container {CONTAINER} names no image, so the manifest is not complete by itself")


def _trainer(field: Field) -> Iterator[Item]:
    """Limits of the TrainJob's own fields."""
    limits, value, name = kubeflow.trainer(), field.value, field.key.value
    if name == "image":
        if not isinstance(value, Scalar) or len(value.value) > limits.image_length:
            yield Obstacle(field.key.span, f"image is longer than {limits.image_length} characters, or no text")
    elif name == "resources":
        for entry in entries(value, "resources"):
            if isinstance(entry, Obstacle):
                yield entry
            elif entry[0].value not in ("limits", "requests"):
                yield Obstacle(entry[0].span, f"resources.{entry[0].value} {_OWN_RUNTIME}")
    elif not isinstance(value, Sequence):
        yield Obstacle(field.key.span, f"{name} is no list")
    elif name != "env" and len(value.items) > limits.items:
        yield Obstacle(field.key.span, f"{name} has more than {limits.items} items")
    yield field


def _pull_policy(key: Scalar, policy: str, container: Node) -> Item:
    """The TrainJob leaves the policy to the default of the tag; which nodes run the job does not depend on it."""
    if policy not in ("Always", "IfNotPresent"):
        return Obstacle(key.span, f"imagePullPolicy {policy} {_OWN_RUNTIME}")
    image = container.text("image") if isinstance(container, Mapping) else ""
    if policy == pull_default(image):
        return Dropped(key.span)
    default = pull_default(image) or "what its tag says"
    return Dropped(key.span, f"imagePullPolicy {policy} goes; the default of this image is {default}")


def pull_default(image: str) -> str:
    """Kubernetes' default for an image reference; ``""`` where a placeholder hides the tag."""
    if "$" in image or "{{" in image:
        return ""
    name = image.rpartition("/")[2]
    if "@" in name:
        return "IfNotPresent"
    return "Always" if ":" not in name or name.endswith(":latest") else "IfNotPresent"


def _ports(node: Node) -> Iterator[Item]:
    for item in node.items if isinstance(node, Sequence) else ():
        port = followed(item)
        name = port.text("name") if isinstance(port, Mapping) else ""
        if name == _PORT:
            yield Dropped(item.span)  # v2 opens 29500 itself
        else:
            yield Obstacle(item.span, f"port {name or 'without a name'} {_OWN_RUNTIME}")


def _flow(node: Node) -> bool:
    return isinstance(node, Mapping) and node.flow
