"""Whatever a TrainJob on the shipped runtime cannot carry stands in the way, and is named with its place."""

from __future__ import annotations

import pytest

from cudamig.codemods.trainjob import convert
from cudamig.codemods.trainjob_job import around
from cudamig.examples import run
from cudamig.facts import targets
from cudamig.hosts.manifest import parse
from cudamig.hosts.yaml_nodes import Mapping
from cudamig.model import Finding, Safety
from cudamig.rules.load import known
from cudamig.source import Source

RULES = [rule for rule in known() if rule.family == "KFT"]
CONTAINER = """\
            - name: pytorch
              image: example.com/train:1
              command: [torchrun, --nproc-per-node=1, train.py]
"""
JOB = f"""\
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata:
  name: train
spec:
  pytorchReplicaSpecs:
    Worker:
      replicas: 2
      restartPolicy: OnFailure
      template:
        spec:
          containers:
{CONTAINER}"""
MASTER = f"""\
    Master:
      replicas: 1
      template:
        spec:
          containers:
{CONTAINER}"""


def one(text: str, path: str = "job.yaml", target: str = "cu126") -> Finding:
    done = run({path: text}, RULES, target=target, unsafe=True)
    assert not done.faults
    (finding,) = [finding for finding in done.findings if finding.rule == "KFT101"]
    if not finding.fix.edits:
        assert done.after[path].decode() == text
    return finding


def test_the_job_itself_is_converted() -> None:
    assert one(JOB).fix.edits
    assert one(JOB + MASTER).fix.edits


SPEC, POD, BOX = "spec:\n", "        spec:\n", "            - name: pytorch\n"
REFUSED = {
    "elastic": (SPEC, "  elasticPolicy: {minReplicas: 1, maxReplicas: 4}\n", "elasticPolicy"),
    "unknown field": (SPEC, "  pytorchReplicas: {}\n  surprise: 1\n", "surprise"),
    "time to live": (SPEC, "  runPolicy: {ttlSecondsAfterFinished: 60}\n", "ttlSecondsAfterFinished"),
    "back-off": (SPEC, "  runPolicy: {backoffLimit: 3}\n", "backoffLimit"),
    "gang": (SPEC, "  runPolicy: {schedulingPolicy: {minAvailable: 2}}\n", "schedulingPolicy"),
    "clean all": (SPEC, "  runPolicy: {cleanPodPolicy: All}\n", "cleanPodPolicy: All"),
    "manager": (SPEC, "  runPolicy: {managedBy: example.com/other}\n", "managedBy"),
    "nproc gpu": (SPEC, "  nprocPerNode: gpu\n", "--nproc-per-node=gpu"),
    "nproc placeholder": (SPEC, '  nprocPerNode: "$GPUS"\n', "nprocPerNode $GPUS"),
    "double": (SPEC, "  runPolicy: {suspend: true}\n  runPolicy: {suspend: false}\n", "twice"),
    "merge key": (SPEC, "  <<: {nprocPerNode: '2'}\n", "no plain word"),
    "init container": (POD, "          initContainers: [{name: a, image: b}]\n", "initContainers"),
    "host network": (POD, "          hostNetwork: true\n", "hostNetwork"),
    "scheduler": (POD, "          schedulerName: volcano\n", "schedulerName"),
    "priority": (POD, "          priorityClassName: high\n", "priorityClassName"),
    "pod name": ("      template:\n", "        metadata: {name: mine}\n", "template.metadata.name"),
    "v1 label": (POD, "          nodeSelector: {training.kubeflow.org/job-name: train}\n", "of v1 only"),
    "two accounts": (POD, "          serviceAccount: a\n          serviceAccountName: b\n", "said twice"),
    "side car": ("          containers:\n", "            - {name: proxy, image: b}\n", "container proxy"),
    "envFrom": (BOX, "              envFrom: [{secretRef: {name: s}}]\n", "envFrom"),
    "working folder": (BOX, "              workingDir: /src\n", "workingDir"),
    "other port": (BOX, "              ports: [{name: metrics, containerPort: 80}]\n", "port metrics"),
    "never pull": (BOX, "              imagePullPolicy: Never\n", "imagePullPolicy Never"),
    "reserved": (BOX, "              env: [{name: PET_NNODES, value: '2'}]\n", "PET_NNODES"),
    "env twice": (BOX, "              env: [{name: A, value: '2'}, {name: A, value: '3'}]\n", "A twice"),
    "env placeholder": (BOX, "              env: [{name: $A, value: '2'}]\n", "variable's name"),
    "claims": (BOX, "              resources: {claims: [{name: a}]}\n", "resources.claims"),
    "v1 host": (BOX, "              args: ['$(JOB)-master-0']\n", "not known until it runs"),
    "server-set": ("metadata:\n", "  uid: 3f\n", "metadata.uid"),
    "status": ("metadata:\n  name: train\n", "status: {phase: Done}\n", "status"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_field(name: str) -> None:
    after, addition, words = REFUSED[name]
    assert after in JOB
    text = JOB.replace(after, after + addition, 1)
    finding = one(text)
    assert finding.fix.safety is Safety.MANUAL
    assert words in finding.message
    places = [related for related in finding.related if words in related.message]
    assert places
    lines = addition.count("\n")
    first = JOB[: JOB.index(after) + len(after)].count("\n")
    assert all(first <= text[: place.span.start].count("\n") < first + lines for place in places)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("OnFailure", "Never", "restartPolicy Never"),
        ("OnFailure", "ExitCode", "restartPolicy ExitCode"),
        ("replicas: 2", "replicas: 0", "no replicas"),
        ("replicas: 2", "replicas: two", "no number"),
        ("replicas: 2", "replicas: 010", "no number"),
        ("replicas: 2", "replicas: '$N'", "no number"),
        ("name: pytorch", "name: torch", "named pytorch"),
        ("              image: example.com/train:1\n", "", "names no image"),
        ("Worker:", "Chief:", "Chief"),
        ("name: train", "name: " + "a" * 49, "1 characters too long"),
        ("name: train", "name: 1train", "RFC 1035"),
        ("name: train", "labels: {a: b}", "no name"),
        ("metadata:\n  name: train\n", "", "no metadata"),
        (" --nproc-per-node=1,", "", "a process per core"),
        ("command: [torchrun, --nproc-per-node=1, train.py]", "command: torchrun", "no list"),
    ],
)
def test_value(old: str, new: str, words: str) -> None:
    finding = one(JOB.replace(old, new))
    assert finding.fix.safety is Safety.MANUAL
    assert words in finding.message


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("train:1", "train:2", "differ in image"),
        ("- name: pytorch", "- name: pytorch\n              env: [{name: A, value: b}]", "differ in env"),
        ("replicas: 1", "replicas: 2", "exactly one Master"),
        ("replicas: 1", "replicas: $N", "exactly one Master"),
    ],
)
def test_roles(old: str, new: str, words: str) -> None:
    finding = one(JOB + MASTER.replace(old, new))
    assert words in finding.message


def test_placeholder_beside_a_master() -> None:
    assert "one more than $N" in one(JOB.replace("replicas: 2", "replicas: $N") + MASTER).message


@pytest.mark.parametrize(
    ("name", "value", "offered"),
    [
        ("MASTER_PORT", "'23456'", True),
        ("MASTER_ADDR", "train-master-0", True),
        ("WORLD_SIZE", "'3'", True),
        ("WORLD_SIZE", "'4'", False),
        ("MASTER_ADDR", "elsewhere", False),
        ("RANK", "'0'", False),
        ("PYTHONUNBUFFERED", "'0'", True),
    ],
)
def test_variables_of_v1_set_by_hand(name: str, value: str, offered: bool) -> None:
    env = f"              env: [{{name: {name}, value: {value}}}]\n"
    text = (JOB + MASTER).replace("torchrun, --nproc-per-node=1", "python").replace(BOX, BOX + env)
    assert bool(one(text).fix.edits) is offered


def test_all_obstacles_at_once() -> None:
    text = JOB.replace(SPEC, SPEC + "  elasticPolicy: {maxRestarts: 3}\n", 1).replace("OnFailure", "Never")
    finding = one(text)
    assert "elasticPolicy" in finding.message
    assert "restartPolicy Never" in finding.message
    assert len(finding.related) == 2


@pytest.mark.parametrize(
    "head", ["# Code generated by gen.py. DO NOT EDIT.\n", "#\n# This file is AUTOGENERATED from job.jsonnet\n"]
)
def test_generated_file(head: str) -> None:
    assert "generated" in one(head + JOB).message


@pytest.mark.parametrize("path", ["overlays/prod/job.yaml", "train-patch.yaml", "patches.yaml"])
def test_patch_of_another_file(path: str) -> None:
    assert "patch" in one(JOB, path).message


def test_dispatch_is_no_patch() -> None:
    assert one(JOB, "dispatch.yaml").fix.edits


def test_braces() -> None:
    text = '{"apiVersion": "kubeflow.org/v1", "kind": "PyTorchJob", "metadata": {"name": "a"}, "spec": {"a": 1}}\n'
    assert "braces" in one(text).message


@pytest.mark.parametrize(
    "other",
    [
        "---\nkind: HorizontalPodAutoscaler\nspec: {target: {kind: PyTorchJob, name: train}}\n",
        "---\nkind: Service\nspec: {selector: {training.kubeflow.org/job-name: train}}\n",
        "---\nkind: ConfigMap\ndata: {host: train-worker-0}\n",
    ],
)
def test_what_refers_to_the_job_in_its_file(other: str) -> None:
    finding = one(JOB + other)
    assert not finding.fix.edits
    assert finding.related[0].span.start > len(JOB)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (BOX, BOX + "              {{- with .Values.env }}\n"),
        ("name: train\n", 'name: train\n  {{- include "labels" . | nindent 2 }}\n'),
        ("replicas: 2", "replicas: {{ if .Values.many }}8{{ else }}2{{ end }}"),
        ("train.py]\n", "train.py]\n              resources: {{ toYaml .Values.resources | nindent 14 }}\n"),
        ("train.py]\n", 'train.py]\n              {{- include "resources" . | nindent 14 }}\n'),
        ("train.py]\n", 'train.py]\n{{- include "resources" . | nindent 14 }}\n'),
        ("train.py]\n", "train.py]\n              {{- end }}\n"),
        (BOX, BOX + "              {% if gpu %}\n"),
    ],
)
def test_lines_under_template_control(old: str, new: str) -> None:
    assert old in JOB
    assert "a template decides" in one(JOB.replace(old, new)).message


@pytest.mark.parametrize(
    ("head", "foot"), [("{{- if .Values.on }}\n", "{{- end }}\n"), ("{% if on %}\n", "{% endif %}\n")]
)
def test_a_template_may_decide_about_the_whole_job(head: str, foot: str) -> None:
    done = run({"job.yaml": head + JOB + foot}, RULES, unsafe=True)
    after = done.after["job.yaml"].decode()
    assert after.startswith(head + "apiVersion: trainer")
    assert after.endswith("train.py]\n" + foot)


def test_a_templated_choice_is_not_guessed() -> None:
    assert "imagePullPolicy {{" in one(JOB.replace(BOX, BOX + "              imagePullPolicy: {{ .p }}\n")).message
    assert "restartPolicy {{" in one(JOB.replace("OnFailure", "{{ .p }}")).message
    assert "nprocPerNode {{" in one(JOB.replace(SPEC, SPEC + "  nprocPerNode: '{{ .n }}'\n", 1)).message


def test_anchor_torn_from_its_alias() -> None:
    text = JOB.replace("replicas: 2", "replicas: &n 2").replace("train.py]", "train.py, *n]")
    assert "anchors" in one(text).message


def test_anchor_that_something_else_needs() -> None:
    item = "- " + "".join("  " + line for line in JOB.splitlines(keepends=True)).lstrip()
    text = f"kind: List\nitems:\n{item}- other: *t\n".replace("template:\n", "template: &t\n")
    finding = one(text)
    assert "alias of something in the job" in finding.message


def test_anchored_spec() -> None:
    text = JOB.replace("spec:\n  pytorch", "spec: &spec\n  pytorch")
    assert "no plain mapping" in one(text).message


def test_field_that_a_later_release_brought() -> None:
    document = parse(Source("job.yaml", (JOB + "          terminationGracePeriodSeconds: 9\n").encode(), "yaml"))
    (job,) = [node for node in document.documents if isinstance(node, Mapping)]
    target = targets.get("cu126")
    for trainer, words in (("2.3", ""), ("2.2", "from Trainer 2.3 on")):
        done = convert(document, job, target._replace(trainer=trainer), around(document))
        assert bool(done.edits) is not bool(words)
        assert "".join(obstacle.words for obstacle in done.obstacles).endswith(words)
