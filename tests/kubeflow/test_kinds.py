"""Which objects are jobs of the Training Operator, wherever they stand, and which only look like one."""

from __future__ import annotations

import pytest

from cudamig.examples import run
from cudamig.rules.load import known

RULES = [rule for rule in known() if rule.family == "KFT"]


def found(text: str) -> list[tuple[str, str, int]]:
    """Rule, text and line (from 1) of each finding."""
    done = run({"a.yaml": text}, RULES)
    assert not done.faults
    assert not done.unread
    return [(f.rule, text[f.span.start : f.span.end], text[: f.span.start].count("\n") + 1) for f in done.findings]


def manifest(version: str, kind: str) -> str:
    return f"apiVersion: {version}\nkind: {kind}\nspec: {{a: b}}\n"


@pytest.mark.parametrize(
    ("version", "kind", "rule"),
    [
        ("kubeflow.org/v1", "PyTorchJob", "KFT101"),
        ('"kubeflow.org/v1"', '"PyTorchJob"', "KFT101"),
        ("kubeflow.org/v1beta1", "PyTorchJob", "KFT102"),
        ("kubeflow.org/v1beta2", "PyTorchJob", "KFT102"),
        ("kubeflow.org/v1alpha1", "PyTorchJob", "KFT102"),
        *(("kubeflow.org/v1", f"{name}Job", "KFT103") for name in ("TF", "MPI", "XGBoost", "Paddle", "JAX", "MX")),
        ("kubeflow.org/v1alpha2", "MPIJob", "KFT103"),
    ],
)
def test_jobs(version: str, kind: str, rule: str) -> None:
    assert found(manifest(version, kind)) == [(rule, kind, 2)]


@pytest.mark.parametrize(
    ("version", "kind"),
    [
        ("kubeflow.org/v2beta1", "MPIJob"),
        ("kubeflow.org/v1beta1", "Experiment"),
        ("kubeflow.org/v1alpha1", "PodDefault"),
        ("kubeflow.org/v1", "Notebook"),
        ("training.kubedl.io/v1alpha1", "PyTorchJob"),
        ("xgboostjob.kubeflow.org/v1alpha1", "XGBoostJob"),
        ("trainer.kubeflow.org/v1alpha1", "TrainJob"),
        ("v1", "PyTorchJob"),
    ],
)
def test_other_objects(version: str, kind: str) -> None:
    assert found(manifest(version, kind) + "# PyTorchJob TFJob MPIJob XGBoostJob\n") == []


@pytest.mark.parametrize(
    "text",
    [
        "kind: CustomResourceDefinition\nspec: {group: kubeflow.org, names: {kind: PyTorchJob}}\n",
        "kind: Role\nrules:\n- apiGroups: [kubeflow.org]\n  resources: [pytorchjobs]\n# PyTorchJob\n",
        "kind: Pod\nmetadata:\n  ownerReferences:\n  - {apiVersion: kubeflow.org/v1, kind: PyTorchJob, name: a}\n",
        "# apiVersion: kubeflow.org/v1\n# kind: PyTorchJob\n# spec: {}\na: b\n",
        "note: |\n  kind: PyTorchJob is of kubeflow.org/v1\n",
        "note: |\n  - apiVersion: kubeflow.org/v1\n    kind: PyTorchJob\n  - kind: Other\n    spec: a\n",
        "note: |\n  apiVersion: kubeflow.org/v1\n  a:\n    kind: PyTorchJob\n  spec: a\n",
        "note: |\n  apiVersion: kubeflow.org/v1\n  spec: a\n  ---\n  kind: PyTorchJob\n",
        "- apiVersion: kubeflow.org/v1\n- kind: PyTorchJob\n",
    ],
)
def test_what_only_names_a_job(text: str) -> None:
    assert found(text) == []


JOB = "apiVersion: kubeflow.org/v1\nkind: PyTorchJob\nspec:\n  a: b\n"


def indented(text: str, by: int) -> str:
    return "".join(" " * by + line for line in text.splitlines(keepends=True))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("kind: AppWrapper\nspec:\n  components:\n  - template:\n" + indented(JOB, 6), 6),
        ("kind: Experiment\nspec:\n  trialTemplate:\n    trialSpec:\n" + indented(JOB, 6), 6),
        ("kind: PyTorchJobList\nitems:\n- " + indented(JOB, 2).lstrip(), 4),
        ("- hosts: all\n  tasks:\n  - definition:\n" + indented(JOB, 6), 5),
        ("kind: Workflow\nspec:\n  manifest: |\n" + indented(JOB, 4), 5),
        ("kind: Workflow\nspec:\n  manifest: >-\n" + indented(JOB, 4), 5),
        ("data:\n  a.yaml: |\n    # first\n    ---\n" + indented(JOB, 4) + "    ---\n    a: b\n", 6),
        ("data:\n  a.sh: |\n    kubectl apply -f - <<EOF\n" + indented(JOB, 4) + "    EOF\n", 5),
        ("data:\n  a: |\n    items:\n    - " + indented(JOB, 6).lstrip(), 5),
    ],
)
def test_jobs_inside_something(text: str, line: int) -> None:
    assert found(text) == [("KFT101", "PyTorchJob", line)]
    (finding,) = run({"a.yaml": text}, RULES, unsafe=True).findings
    assert not finding.fix.edits
    assert "stands inside" in finding.message


def test_route_of_another_kind() -> None:
    (finding,) = run({"a.yaml": manifest("kubeflow.org/v1", "MPIJob")}, RULES).findings
    assert "kubeflow.org/v2beta1" in finding.fix.reason


def test_many_jobs_in_one_block_of_text() -> None:
    text = "data: |\n" + indented((JOB + "---\n") * 3000, 2)
    assert len(found(text)) == 3000
