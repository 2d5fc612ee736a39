"""Wherever comments, blank lines and indentation stand, a converted job holds the same data and all its comments."""

from __future__ import annotations

import json
from typing import Any

import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from cudamig.examples import run
from cudamig.rules.load import known

RULES = [rule for rule in known() if rule.family == "KFT"]

CONTAINER = {
    "name": "pytorch",
    "image": "example.com/train:1",
    "command": ["python", "-u", "train.py", "# no comment"],
    "args": ["--text", "a: b", 'it\'s "quoted"', "set -e\n\n  # no comment\npython x\n", "- a", "\n b\n\n", "end\n\n"],
    "env": [{"name": "A", "value": "1"}, {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
    "resources": {"limits": {"nvidia.com/gpu": 2, "memory": "1Gi"}},
    "volumeMounts": [{"name": "data", "mountPath": "/data"}],
}
POD = {
    "nodeSelector": {"pool": "gpu"},
    "containers": [CONTAINER],
    "tolerations": [{"key": "gpu", "operator": "Exists"}],
    "volumes": [{"name": "data", "emptyDir": {}}],
}
TEMPLATE = {"metadata": {"labels": {"app": "train"}, "annotations": {"sidecar.istio.io/inject": "false"}}, "spec": POD}


def role(replicas: int) -> dict[str, Any]:
    return {"replicas": replicas, "restartPolicy": "OnFailure", "template": TEMPLATE}


def job(roles: dict[str, int]) -> dict[str, Any]:
    spec = {"runPolicy": {"suspend": True}, "pytorchReplicaSpecs": {name: role(n) for name, n in roles.items()}}
    return {"apiVersion": "kubeflow.org/v1", "kind": "PyTorchJob", "metadata": {"name": "train"}, "spec": spec}


def expected(roles: dict[str, int], args: list[str]) -> dict[str, Any]:
    """The TrainJob, as data, for ``job(roles)`` with ``args`` as they came out (a blank line may belong to a block)."""
    nodes = sum(roles.values())
    variables = [{"name": "PYTHONUNBUFFERED", "value": "1"}]
    if "Master" in roles:
        index = "metadata.annotations['batch.kubernetes.io/job-completion-index']"
        variables = [
            {"name": "MASTER_ADDR", "value": "train-node-0-0.train"},
            {"name": "MASTER_PORT", "value": "29500"},
            {"name": "WORLD_SIZE", "value": str(nodes)},
            {"name": "RANK", "valueFrom": {"fieldRef": {"fieldPath": index}}},
            *variables,
        ]
    trainer = {"image": CONTAINER["image"], "command": CONTAINER["command"], "args": args}
    trainer |= {"numNodes": nodes, "env": [*CONTAINER["env"], *variables], "resourcesPerNode": CONTAINER["resources"]}
    spec = {key: POD[key] for key in ("nodeSelector", "tolerations", "volumes")}
    spec["containers"] = [{"name": "node", "volumeMounts": CONTAINER["volumeMounts"]}]
    pod = {"metadata": TEMPLATE["metadata"], "spec": spec}
    replicated = [{"name": "node", "template": {"spec": {"template": pod}}}]
    patch = {
        "manager": "cudamig.local/pytorchjob",
        "trainingRuntimeSpec": {"template": {"spec": {"replicatedJobs": replicated}}},
    }
    return {
        "apiVersion": "trainer.kubeflow.org/v1alpha1",
        "kind": "TrainJob",
        "metadata": {"name": "train"},
        "spec": {
            "runtimeRef": {"name": "torch-distributed"},
            "suspend": True,
            "trainer": trainer,
            "runtimePatches": [patch],
        },
    }


class Layout:
    """Writes data as YAML in a style that is drawn."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.step = draw(st.integers(2, 5))
        self.dash = draw(st.integers(0, self.step))
        self.comments = 0

    def lines(self, data: Any, at: int) -> list[str]:
        out: list[str] = []
        for key, value in data.items():
            out += self.between(at)
            if isinstance(value, dict) and value and not self.flat():
                out += [f"{' ' * at}{key}:{self.behind()}", *self.lines(value, at + self.step)]
            elif isinstance(value, list) and value and not self.flat():
                out += [f"{' ' * at}{key}:{self.behind()}", *self.items(value, at + self.dash)]
            else:
                out.append(f"{' ' * at}{key}: {self.scalar(value)}{self.behind()}")
        return out

    def items(self, values: list[Any], at: int) -> list[str]:
        out: list[str] = []
        for value in values:
            out += self.between(at)
            if isinstance(value, dict):
                first, *rest = self.strip(self.lines(value, at + 2))
                out += [f"{' ' * at}- {first.lstrip()}", *rest]
            else:
                out += self.item(value, at)
        return out

    def item(self, value: Any, at: int) -> list[str]:
        """An item of a list; text of several lines as a block."""
        if "\n" not in value or self.flat():
            return [f"{' ' * at}- {self.scalar(value)}{self.behind()}"]
        indent = self.draw(st.integers(1, 4))
        hint = str(indent) if value.lstrip("\n").startswith(" ") else self.draw(st.sampled_from(["", str(indent)]))
        chomp = "+" if value.endswith("\n\n") else "" if value.endswith("\n") else "-"
        head = f"{' ' * at}- |{hint}{chomp}{self.behind()}"
        return [head, *(" " * (at + indent) + line if line else "" for line in value.removesuffix("\n").split("\n"))]

    def strip(self, lines: list[str]) -> list[str]:
        """Nothing may stand between a dash and its first key."""
        while not lines[0].strip() or lines[0].lstrip().startswith("#"):
            lines = lines[1:]
        return lines

    def scalar(self, value: Any) -> str:
        if not isinstance(value, str) or "\n" in value:
            return json.dumps(value)
        return self.draw(st.sampled_from([json.dumps(value), "'" + value.replace("'", "''") + "'"]))

    def flat(self) -> bool:
        return self.draw(st.integers(0, 9)) == 0

    def between(self, at: int) -> list[str]:
        kind = self.draw(st.integers(0, 11))
        if kind == 0:
            return [""]
        if kind > 2:
            return []
        indent = self.draw(st.sampled_from([0, at, at, at + 2]))
        return [" " * indent + self.comment()]

    def behind(self) -> str:
        return "  " + self.comment() if self.draw(st.integers(0, 9)) == 0 else ""

    def comment(self) -> str:
        self.comments += 1
        return f"# note {self.comments}."


@st.composite
def manifests(draw: st.DrawFn) -> tuple[dict[str, int], str]:
    roles = draw(
        st.sampled_from([{"Master": 1, "Worker": 3}, {"Worker": 2}, {"Master": 1}, {"Worker": 1, "Master": 1}])
    )
    layout = Layout(draw)
    lines = layout.lines(job(roles), 0)
    return roles, draw(st.sampled_from(["\n", "\r\n"])).join(lines) + draw(st.sampled_from(["", "\n"]))


@settings(max_examples=80, deadline=None, phases=[Phase.reuse, Phase.generate])
@given(manifests())
def test_layout_does_not_matter(drawn: tuple[dict[str, int], str]) -> None:
    roles, text = drawn
    done = run({"job.yaml": text}, RULES, unsafe=True)
    assert not done.faults
    assert not done.unread
    (finding,) = done.findings
    after = done.after["job.yaml"].decode()
    specs = yaml.safe_load(text)["spec"]["pytorchReplicaSpecs"].values()
    args, *others = [each["template"]["spec"]["containers"][0]["args"] for each in specs]
    if args not in others and others:
        assert "differ in args" in finding.message
        assert after == text
        return
    assert yaml.safe_load(after) == expected(roles, args), finding.message
    for number in range(1, 1000):
        mark = f"# note {number}."
        if mark in text:
            assert mark in after or mark in finding.fix.reason, mark
    assert not done.left
