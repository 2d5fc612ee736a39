"""What Kubeflow Trainer v2 has for the jobs of the Training Operator (rules/facts/kubeflow.yaml)."""

from __future__ import annotations

import functools
from typing import NamedTuple

from cudamig.facts import store


class Trainer(NamedTuple):
    """The TrainJob API from Trainer 2.2 on."""

    api_version: str
    kind: str
    runtime: str  # the ClusterTrainingRuntime for torch that every release ships
    reserved_env: frozenset[str]
    pod_fields: dict[str, str]  # field of a pod spec that a patch may hold -> Trainer release, "2.3"
    image_length: int  # characters of an image name
    items: int  # of a command, of args
    env: int  # variables
    pod_name: int  # characters


@functools.cache
def trainer() -> Trainer:
    """The API as the table has it."""
    table = store.load("facts-kubeflow")
    job, limits = table["trainjob"], table["limits"]
    return Trainer(
        job["api_version"],
        job["kind"],
        job["runtime"],
        frozenset(table["reserved_env"]),
        table["pod_fields"],
        limits["image"],
        limits["items"],
        limits["env"],
        limits["pod_name"],
    )


def route(kind: str) -> str:
    """Where a job of another kind than PyTorchJob can go, in a sentence. Raises KeyError for an unknown kind."""
    return str(store.load("facts-kubeflow")["routes"][kind])
