"""How the processes of a job are started and find each other: under v1, and so that nothing changes under v2.

v1 sets MASTER_ADDR, MASTER_PORT, WORLD_SIZE, RANK and PYTHONUNBUFFERED in every container of a job with a Master
(kubeflow/trainer v1.9.4, pkg/controller.v1/pytorch/envvar.go and master.go). Trainer sets PET_* only, which torchrun
reads and nothing else does (v2.3.0, pkg/runtime/framework/plugins/torch/torch.go), so a ``python train.py`` would fail
or train unconnected copies. Restating v1's variables in ``trainer.env`` keeps any command as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from cudamig.codemods.trainjob_read import Field, Obstacle, count, scalar
from cudamig.facts import kubeflow
from cudamig.hosts.yaml_nodes import Mapping, Node, Scalar, Sequence, followed, walk
from cudamig.model import Span

WITH_HOSTS = ("trainer.command", "trainer.args", "trainer.env")  # places that may name a host of the job
_NAMES = re.compile(r"\b(?:MASTER_ADDR|MASTER_PORT|WORLD_SIZE|RANK)\b")
_LAUNCHER_MODULES = ("torch.distributed.run", "torch.distributed.launch")
_PYTHON = re.compile(r"(?:.*/)?python[\d.]*")
_TORCHRUN = re.compile(r"torchrun|torch\.distributed\.(?:run|launch)")
_V1_HOST = re.compile(r"-(?:master|worker)-(?:\d|[$\"'{])")


class Variable(NamedTuple):
    """An environment variable to add: ``value`` as YAML text, or ``field``, the path of a pod's field."""

    name: str
    value: str = ""
    field: str = ""


class Shape(NamedTuple):
    """What of a job decides its processes."""

    name: str  # "" where metadata.name is no literal
    master: bool
    nodes: int | None  # None for a placeholder
    processes: int | None  # per node; None where torchrun decides


def processes(node: Node | None, fields: dict[str, Field], where: Span) -> Iterator[int | Obstacle]:
    """``spec.nprocPerNode``: a number, nothing for ``auto``, or what keeps it from being either (at ``where``)."""
    said = scalar(node) if node else "auto"
    if node is None or said == "auto":
        if _torchrun_counts_cores(fields):
            words = "nprocPerNode is not set: torchrun starts a process per core of the host under v1, of the request"
            yield Obstacle(node.span if node else where, words + " under v2; say how many")
    elif said in ("gpu", "cpu"):
        yield Obstacle(node.span, f"nprocPerNode {said} has no equivalent; give torchrun --nproc-per-node={said}")
    elif not count(said):
        yield Obstacle(node.span, f"nprocPerNode {said} is no number")
    else:
        yield int(said)


def _torchrun_counts_cores(fields: dict[str, Field]) -> bool:
    """Whether torchrun takes the number of processes from the machine, and that is a number of cores."""
    text = " ".join(_texts(fields, "trainer.command", "trainer.args"))
    if not _TORCHRUN.search(text) or "nproc" in text:
        return False
    resources = fields.get("trainer.resources")
    return not resources or not any("gpu" in scalar(node).lower() for node in walk(followed(resources.value)))


def variables(shape: Shape, fields: dict[str, Field]) -> Iterator[Variable | Obstacle]:
    """What to add to ``trainer.env``, in the order it is to stand in, and what of ``env`` keeps it from working."""
    mine = dict(_by_hand(fields))
    yield from _env_obstacles(fields)
    text = " ".join(_texts(fields, *WITH_HOSTS))
    if _is_launcher(_argv(fields)) and not _NAMES.search(text):
        return
    rewrite = hosts(shape)
    for variable in _contract(shape):
        if variable.name not in mine:
            yield variable
            continue
        value = mine[variable.name]
        said = rewrite(scalar(value))
        right = variable.name == "PYTHONUNBUFFERED" or (variable.name == "MASTER_PORT" and said.isdigit())
        if not right and (not said or said != variable.value.strip('"')):
            yield Obstacle(value.span, f"env sets {variable.name}, which v1 sets itself, and to another value")


def _contract(shape: Shape) -> Iterator[Variable]:
    """v1's variables. A job without a Master got no address, size or rank from v1, and gets none here."""
    if shape.master:
        job = shape.name or "$(JOBSET_NAME)"
        if not shape.name:
            yield Variable("JOBSET_NAME", field="metadata.labels['jobset.sigs.k8s.io/jobset-name']")
        yield Variable("MASTER_ADDR", f"{job}-node-0-0.{job}")
        yield Variable("MASTER_PORT", '"29500"')
        yield Variable("WORLD_SIZE", f'"{(shape.nodes or 1) * (shape.processes or 1)}"')
        yield Variable("RANK", field="metadata.annotations['batch.kubernetes.io/job-completion-index']")
    yield Variable("PYTHONUNBUFFERED", '"1"')


def _by_hand(fields: dict[str, Field]) -> Iterator[tuple[str, Node]]:
    """Names in ``env`` and the scalar or mapping that each gets."""
    for item in _env(fields):
        if isinstance(item, Mapping):
            yield item.text("name"), item.get("value") or item


def _env_obstacles(fields: dict[str, Field]) -> Iterator[Obstacle]:
    limits, seen = kubeflow.trainer(), set()
    for item in _env(fields):
        name = item.text("name") if isinstance(item, Mapping) else ""
        if not re.fullmatch(r"[A-Za-z_.-][\w.-]*", name):
            yield Obstacle(item.span, "a variable's name is a placeholder or missing")
        elif name in limits.reserved_env:
            yield Obstacle(item.span, f"env sets {name}, which Trainer sets itself and refuses here")
        elif name in seen:
            yield Obstacle(item.span, f"env sets {name} twice")
        seen.add(name)
    if len(seen) > limits.env - 6:
        yield Obstacle(fields["trainer.env"].key.span, f"env has more than {limits.env - 6} variables")


def hosts(shape: Shape) -> Callable[[str], str]:
    """A function that turns v1's host names of this job into v2's: worker N is node N, or N+1 beside a Master."""
    if not shape.name:
        return lambda text: text
    pattern = re.compile(rf"(?:(?<![\w./-])|(?<=//)){re.escape(shape.name)}-(?:(master)-0|worker-(\d+))(?![\w-])")

    def new(match: re.Match[str]) -> str:
        node = 0 if match.group(1) else int(match.group(2)) + shape.master
        known = shape.master if match.group(1) else shape.nodes is not None and node < shape.nodes
        return f"{shape.name}-node-0-{node}.{shape.name}" if known else match.group()

    return lambda text: pattern.sub(new, text)


def host_obstacles(shape: Shape, fields: dict[str, Field], others: Iterable[Scalar]) -> Iterator[Obstacle]:
    """Host names of v1 that cannot be rewritten: built at run time, or outside the job's command and env.

    ``others``: the scalars of the file that do not stand in command, args or env.
    """
    rewrite = hosts(shape)
    for place in WITH_HOSTS:
        for node in _scalars(fields, place):
            if _V1_HOST.search(rewrite(node.value)):
                yield Obstacle(node.span, "a host name of v1 (-master-0, -worker-N) that is not known until it runs")
    for node in others:
        if shape.name and re.search(rf"(?<![\w-]){re.escape(shape.name)}-(?:master|worker)-\d", node.value):
            yield Obstacle(node.span, f"{node.value[:80]!r} names a host or pod of the v1 job")


def _argv(fields: dict[str, Field]) -> list[str]:
    return _texts(fields, "trainer.command", "trainer.args") if "trainer.command" in fields else []


def _is_launcher(argv: list[str]) -> bool:
    """Whether a command is torchrun itself: it reads PET_* and sets the rest for its children.

    A shell that calls it somewhere is none: what else the shell does with the variables is not known.
    """
    if not argv:
        return False
    if argv[0].rpartition("/")[2] == "torchrun":
        return True
    if not _PYTHON.fullmatch(argv[0]) or "-m" not in argv:
        return False
    at = argv.index("-m")
    return all(word.startswith("-") for word in argv[1:at]) and argv[at + 1 : at + 2] in [
        [m] for m in _LAUNCHER_MODULES
    ]


def _env(fields: dict[str, Field]) -> list[Node]:
    field = fields.get("trainer.env")
    value = followed(field.value) if field else None
    return [followed(item) for item in value.items] if isinstance(value, Sequence) else []


def _texts(fields: dict[str, Field], *places: str) -> list[str]:
    return [node.value for place in places for node in _scalars(fields, place)]


def _scalars(fields: dict[str, Field], place: str) -> Iterator[Scalar]:
    if place in fields:
        for node in walk(followed(fields[place].value)):
            if isinstance(node, Scalar):
                yield node
