"""Jobs, services and pods: each is judged with what it installs itself, and its file moves as one."""

from __future__ import annotations

import pytest

from cudamig.model import Safety

WHL = "https://download.pytorch.org/whl"
PATH = ".github/workflows/ci.yml"
PINS = f"pip install torch==2.2.0+cu121 --index-url {WHL}/cu121"
MOVED = f"pip install torch==2.13.0+cu126 --index-url {WHL}/cu126"


def after(check, path: str, text: str) -> str:
    outcome = check({path: text}, unsafe=True)
    assert not outcome.faults
    assert not outcome.unread
    return outcome.after[path].decode()


@pytest.mark.parametrize(
    "text",
    [
        # a CPU job of another release, on an old Python, is no part of the GPU job's stack
        "jobs:\n  cpu:\n    steps:\n      - {uses: actions/setup-python@v5, with: {python-version: '3.8'}}\n"
        "      - run: pip install torch==1.13.0+cpu -f https://download.pytorch.org/whl/cpu\n"
        "  gpu:\n    container: nvidia/cuda:12.1.1-devel-ubuntu22.04\n    steps:\n      - run: PINS\n",
        "jobs:\n  a:\n    strategy: {matrix: {torch: [2.2.0+cu121]}}\n    steps:\n"
        "      - run: pip install torch==${{ matrix.torch }} --index-url https://download.pytorch.org/whl/cu121\n",
        "env:\n  TORCH: 2.2.0+cu121\njobs:\n  a:\n    steps:\n"
        "      - run: pip install torch==$TORCH --index-url https://download.pytorch.org/whl/cu121\n"
        "      - run: pip install torch==${{ env.TORCH }} --index-url https://download.pytorch.org/whl/cu121\n",
        "jobs:\n  a:\n    strategy: {matrix: {image: ['nvidia/cuda:12.1.1-base-ubuntu22.04']}}\n"
        "    container: ${{ matrix.image }}\n    steps: []\n",
        "runs:\n  using: composite\n  steps:\n    - run: PINS\n      shell: bash\n",
    ],
)
def test_workflows_move_with_review(check, text: str) -> None:
    text = text.replace("PINS", PINS)
    path = "action.yml" if "composite" in text else PATH
    wanted = text.replace("2.2.0+cu121", "2.13.0+cu126").replace("whl/cu121", "whl/cu126").replace("12.1.1", "12.6.3")
    assert after(check, path, text) == wanted
    safe = check({path: text})
    assert safe.after[path].decode() == text
    assert {finding.fix.safety for finding in safe.findings} == {Safety.UNSAFE}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".gitlab-ci.yml", "variables: {CUDA: 12.1.1}\ntest:\n  image: nvidia/cuda:$CUDA-devel-ubuntu22.04\n  script:\n    - PINS\n"),
        (".gitlab-ci.yml", "default:\n  image:\n    name: nvidia/cuda:12.1.1-devel-ubuntu22.04\n  before_script: [PINS]\n"),
        (".circleci/config.yml", "jobs:\n  a:\n    docker: [{image: nvidia/cuda:12.1.1-devel-ubuntu22.04}]\n    steps:\n      - run: {name: x, command: PINS}\n"),
        ("azure-pipelines.yml", "jobs:\n- job: a\n  container: nvidia/cuda:12.1.1-devel-ubuntu22.04\n  steps:\n  - bash: PINS\n"),
        (".buildkite/pipeline.yml", "steps:\n  - label: x\n    command: PINS\n"),
        (".travis.yml", "install:\n  - PINS\nscript: make\n"),
        ("bitbucket-pipelines.yml", "pipelines:\n  default:\n    - step:\n        image: nvidia/cuda:12.1.1-devel-ubuntu22.04\n        script: [PINS]\n"),
        (".drone.yml", "steps:\n- name: a\n  image: nvidia/cuda:12.1.1-devel-ubuntu22.04\n  commands:\n  - PINS\n"),
    ],
)  # fmt: skip
def test_other_services_are_read_too(check, path: str, text: str) -> None:
    text = text.replace("PINS", PINS)
    assert after(check, path, text) == text.replace(PINS, MOVED).replace("12.1.1", "12.6.3")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: {container: 'nvidia/cuda:11.8.0-base-ubuntu22.04'}, b: {steps: [{run: 'PINS'}]}", "CUDA 11.8, CUDA 12.1"),
        (
            "a: {container: 'nvidia/cuda:11.8.0-base-ubuntu22.04'}, b: {container: 'nvidia/cuda:12.1.1-base-ubuntu22.04'}",
            "names nvidia/cuda with 2 stacks",
        ),
        (
            "a: {steps: [{run: 'pip install torch==2.1.0+cu121'}]}, b: {steps: [{run: 'PINS'}]}",
            "CUDA 12.1, torch 2.1.0, torch 2.2.0",
        ),
        (
            "a: {strategy: {matrix: {t: [2.1.0, 2.2.0]}}, steps: [{run: 'pip install torch==${{ matrix.t }}+cu121'}]}",
            "a matrix or a variable",
        ),
        (
            "a: {strategy: {matrix: {t: [2.2.0], include: [{t: 2.1.0}]}}, steps: [{run: 'pip install torch==${{ matrix.t }}+cu121'}]}",
            "a matrix or a variable",
        ),
        (
            "a: {steps: [{run: 'conda install pytorch pytorch-cuda=${{ matrix.cuda }} -c pytorch'}]}",
            "comes from a matrix",
        ),
    ],
)
def test_matrices_are_left_alone(check, text: str, reason: str) -> None:
    text = "jobs: {" + text.replace("PINS", PINS) + "}\n"
    outcome = check({PATH: text}, unsafe=True)
    assert outcome.after[PATH].decode() == text
    assert not outcome.findings
    assert [reason in item.reason for item in outcome.kept] == [True]


@pytest.mark.parametrize(
    ("job", "reason"),
    [
        ("strategy: {matrix: {python: ['3.8']}}, steps: [{with: {python-version: '${{ matrix.python }}'}, uses: x@v1}, {run: 'PINS'}]", "Python 3.8"),
        ("container: 'python:3.8-slim', steps: [{run: 'PINS'}]", "Python 3.8"),
        ("container: 'example.org/gpu-base:1', steps: [{run: 'PINS'}]", "may bring a CUDA stack of its own"),
        ("strategy: {matrix: {t: [2.2.0]}}, steps: [{if: \"matrix.t == '2.2.0'\", run: 'pip install torch==${{ matrix.t }}+cu121'}]", "changed one by one"),
        ("steps: [{uses: ./.github/actions/setup, with: {cuda: 12.1.0}}, {run: 'PINS'}]", "is not seen here"),
    ],
)  # fmt: skip
def test_jobs_are_held(check, job: str, reason: str) -> None:
    text = "jobs: {a: {" + job.replace("PINS", PINS) + "}}\n"
    outcome = check({PATH: text}, unsafe=True)
    assert outcome.after[PATH].decode() == text
    assert outcome.findings
    assert all(reason in finding.fix.reason for finding in outcome.findings)


POD = """\
apiVersion: v1
kind: Pod
spec:
  containers:
    - image: pytorch/pytorch:2.2.0-cuda12.1-cudnn8-runtime
      command: [bash, -c]
      args:
        - |
          pip install torchvision==0.17.0 --index-url https://download.pytorch.org/whl/cu121
          python train.py
      resources: {limits: {nvidia.com/gpu: 1}}
"""


def test_a_pod_moves_with_what_its_command_installs(check) -> None:
    wanted = POD.replace("2.2.0-cuda12.1-cudnn8", "2.13.0-cuda12.6-cudnn9").replace("0.17.0", "0.28.0")
    assert check({"pod.yaml": POD}).after["pod.yaml"].decode() == wanted.replace("whl/cu121", "whl/cu126")
    private = POD.replace("pytorch/pytorch:2.2.0-cuda12.1-cudnn8-runtime", "example.com/team/train:7")
    outcome = check({"pod.yaml": private})
    assert outcome.after["pod.yaml"].decode() == private
    assert all("of its own" in finding.fix.reason for finding in outcome.findings)


def test_services_on_different_images_move_together(check) -> None:
    text = (
        "services:\n  a: {image: 'nvidia/cuda:11.8.0-base-ubuntu22.04'}\n"
        "  b: {image: 'pytorch/pytorch:2.2.0-cuda12.1-cudnn8-runtime'}\n"
    )
    moved = check({"compose.yml": text}).after["compose.yml"].decode()
    assert moved == text.replace("11.8.0", "12.6.3").replace("2.2.0-cuda12.1-cudnn8", "2.13.0-cuda12.6-cudnn9")
    held = text.replace("ubuntu22.04", "ubuntu18.04")
    assert check({"compose.yml": held}).after["compose.yml"].decode() == held


def test_an_anchor_moves_where_it_is_defined(check) -> None:
    text = (
        "x-image: &image nvidia/cuda:12.1.1-base-ubuntu22.04\nservices:\n  a: {image: *image}\n  b: {image: *image}\n"
    )
    outcome = check({"compose.yml": text})
    assert outcome.after["compose.yml"].decode() == text.replace("12.1.1", "12.6.3")
    assert len(outcome.findings) == 1


def test_a_task_on_a_cluster_is_a_script(check) -> None:
    text = (
        f"resources:\n  image_id: docker:nvidia/cuda:12.1.1-devel-ubuntu22.04\nsetup: |\n  {PINS}\nrun: python x.py\n"
    )
    wanted = text.replace(PINS, MOVED).replace("12.1.1", "12.6.3")
    assert check({"task.yaml": text}).after["task.yaml"].decode() == wanted


DOCKERFILE = "ARG BASE=nvidia/cuda:12.1.1-base-ubuntu22.04\nFROM ${BASE}\n"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (PATH, "jobs: {a: {strategy: {matrix: {base: ['VALUE', 'python:3.10.8-slim']}}, steps: [{with: {build-args: 'BASE=${{ matrix.base }}'}}]}}\n"),
        (PATH, "jobs: {a: {steps: [{run: 'docker build --build-arg BASE=VALUE .'}]}}\n"),
        ("deploy/compose.yml", "services: {a: {build: {context: .., args: {BASE: 'VALUE'}}}}\n"),
        (".devcontainer/devcontainer.json", '{"build": {"dockerfile": "../Dockerfile", "args": {"BASE": "VALUE"}}}\n'),
    ],
)  # fmt: skip
def test_an_argument_moves_with_the_default_that_it_repeats(check, path: str, text: str) -> None:
    text = text.replace("VALUE", "nvidia/cuda:12.1.1-base-ubuntu22.04")
    outcome = check({"Dockerfile": DOCKERFILE, path: text})
    assert outcome.after["Dockerfile"].decode() == DOCKERFILE.replace("12.1.1", "12.6.3")
    assert outcome.after[path].decode() == text.replace("12.1.1", "12.6.3")
    other = text.replace("12.1.1", "12.4.1")  # another value is held, and said
    outcome = check({"Dockerfile": DOCKERFILE, path: other})
    assert outcome.after["Dockerfile"].decode() == DOCKERFILE
    assert outcome.after[path].decode() == other
    two = {"Dockerfile": DOCKERFILE, path: text, "old.Dockerfile": DOCKERFILE.replace("12.1.1", "11.8.0")}
    outcome = check(two)  # and so is a value that two builds take, one of them instead of another default
    assert outcome.after[path].decode() == text
    assert outcome.after["Dockerfile"].decode() == DOCKERFILE


def test_a_matrix_leaves_the_default_free(check) -> None:
    base = "nvidia/cuda:{}-base-ubuntu22.04"
    rows = ", ".join(f"'{base.format(version)}'" for version in ("11.8.0", "12.1.1"))
    text = "jobs: {a: {strategy: {matrix: {base: [ROWS]}}, steps: [{with: {build-args: 'BASE=${{ matrix.base }}'}}]}}\n"
    text = text.replace("ROWS", rows)
    outcome = check({"Dockerfile": DOCKERFILE, PATH: text})
    assert outcome.after["Dockerfile"].decode() == DOCKERFILE.replace("12.1.1", "12.6.3")
    assert outcome.after[PATH].decode() == text


ANCHOR = "x-gpu: &gpu\n  image: nvidia/cuda:12.1.1-runtime-ubuntu22.04\n"
INSTALLS = 'bash -c "pip install torch==2.3.1 --index-url https://download.pytorch.org/whl/cu121 && python3 a.py"'


@pytest.mark.parametrize(
    "services",
    [
        f"services:\n  a:\n    <<: *gpu\n    command: {INSTALLS}\n",
        f"x-more: &more\n  <<: *gpu\nservices:\n  a:\n    <<: [*more]\n    command: {INSTALLS}\n",
        f"x-run: &run\n  command: {INSTALLS}\nservices:\n  a:\n    <<: *run\n    image: nvidia/cuda:12.1.1-runtime-ubuntu22.04\n",
        f"x-run: &run\n  command: {INSTALLS}\nservices:\n  a:\n    <<: [*gpu, *run]\n",
    ],
)
def test_a_service_that_merges_an_image_moves_with_it(check, services: str) -> None:
    text = ANCHOR + services
    moved = text.replace("12.1.1", "12.6.3").replace("2.3.1", "2.13.0").replace("cu121", "cu126")
    assert check({"compose.yml": text}).after["compose.yml"].decode() == moved
    held = text.replace("torch==2.3.1", "torch==2.3.1 xformers==0.0.26")
    assert check({"compose.yml": held}, unsafe=True).after["compose.yml"].decode() == held


def test_a_mapping_that_merges_itself(check) -> None:
    text = "a: &a\n  <<: *a\n  command: b\n  x: nvidia/cuda\n"
    assert check({"compose.yml": text}).after["compose.yml"].decode() == text
