"""Two CUDA majors in one installation."""

from __future__ import annotations

import pytest

WHL = "https://download.pytorch.org/whl"


def found(outcome) -> list[tuple[str, str, str]]:
    return [(f.severity.value, f.path, f.message) for f in outcome.findings if f.rule == "REQ120"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("torch==2.14.1\ncupy-cuda12x==13.6.0\n", "cu130, by PyPI's build of 2.14.1; cupy-cuda13x is its wheel"),
        (f"-i {WHL}/cu130\ntorch\ncudf-cu12\n", "cu130, by its cu130 index; cudf-cu13"),
        (f"-i {WHL}/cu130\ntorch==2.9.1\njax[cuda12_pip]==0.4.20\n", "jax[cuda12_pip]==0.4.20 is for CUDA 12"),
        ("torch==2.7.1+cu118\nnvidia-cudnn-cu12==9.5.1.17\n", "cu118, by its +cu118"),
        ("torch==2.7.1+cu118\nfaiss-gpu-cu12\n", "faiss-gpu-cu11 is its wheel for CUDA 11"),
        ("torch==2.7.1+cu118\ntorchvision==0.22.1+cu128\n", "torchvision==0.22.1+cu128 is for CUDA 12"),
        (f"--extra-index-url {WHL}/cu130\ntorch==2.5.1\njaxlib==0.4.7+cuda11.cudnn86\n", "which the cu130 index lacks"),
        ("torch==2.7.1\ncupy-cuda117\n", "cupy-cuda12x"),
    ],
)
@pytest.mark.parametrize("target", ["cu126", "cu118", "cu130"])
def test_two_majors_are_an_error_at_any_target(check, text: str, says: str, target: str) -> None:
    ((severity, path, message),) = found(check({"requirements.txt": text}, target=target))
    assert (severity, path) == ("error", "requirements.txt")
    assert says in message


@pytest.mark.parametrize(
    "text",
    [
        "torch\ncupy-cuda11x\n",  # which torch is not known
        f"--extra-index-url {WHL}/cu118\ntorch\ncupy-cuda12x\n",  # may be PyPI's
        "torch==2.7.1+cu118 ; platform_machine == 'x86_64'\ncupy-cuda12x ; platform_machine == 'aarch64'\n",
        "torch==2.7.1+cu118\ntorch==2.7.1+cu128\ncupy-cuda12x\n",  # alternatives
        "torch==2.7.1+cu118\ncupy-cuda11x\ncupy-cuda12x\n",
        "torch==2.7.1+cu128\nspconv-cu120\nnvidia-dali-cuda110\ntensorrt-cu11\n",
        "torch==2.7.1+cpu\ncupy-cuda12x\n",
        "-i https://example.com/simple\ntorch==2.14.1\ncupy-cuda12x\n",
        f"-i {WHL}/nightly/cu130\ntorch==2.14.1\ncupy-cuda12x\n",
        "torch==2.16.0\ncupy-cuda12x\n",
    ],
)
def test_what_is_not_known_is_no_mismatch(check, text: str) -> None:
    assert not found(check({"requirements.txt": text}))


def test_a_tree_of_files(check) -> None:
    tree = {
        "requirements/base.txt": "cupy-cuda12x\n",
        "requirements/gpu.txt": "-r base.txt\ntorch==2.14.1\n",
        "Dockerfile": "FROM python:3.12\nCOPY . .\nRUN pip install -r requirements/gpu.txt\n",
    }
    outcome = check(tree)
    assert [path for _, path, _ in found(outcome)] == ["requirements/base.txt"]
    (finding,) = [finding for finding in outcome.findings if finding.rule == "REQ120"]
    assert [related.path for related in finding.related] == ["requirements/gpu.txt"]


def test_stages_and_commands_of_a_dockerfile(check) -> None:
    one = "FROM python:3.12 AS a\nRUN pip install torch==2.14.1\n"
    two = "RUN pip install cupy-cuda12x\n"
    assert len(found(check({"Dockerfile": one + two}))) == 1
    assert not found(check({"Dockerfile": one + "FROM python:3.12 AS b\n" + two}))


def test_a_move_mends_it(check) -> None:
    outcome = check({"requirements.txt": f"-i {WHL}/cu118\ntorch==2.2.0\ncupy-cuda12x\n"})
    (finding,) = [finding for finding in outcome.findings if finding.rule == "REQ120"]
    assert "the move of the whole installation mends it" in finding.fix.reason
    assert not [finding for finding in outcome.left if finding.rule == "REQ120"]


def test_two_indexes_in_one_command(check) -> None:
    lines = f"--extra-index-url {WHL}/cu118\n--extra-index-url {WHL}/cu121\n"
    assert len(found(check({"requirements.txt": lines + "torch\n"}))) == 1
    assert not found(check({"requirements.txt": lines + "torch==2.2.0+cu121\n"}))
