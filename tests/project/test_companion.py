"""What goes with torch when it moves, and what holds it."""

from __future__ import annotations

import pytest

WHL = "https://download.pytorch.org/whl"
OLD = f"--extra-index-url {WHL}/cu121\ntorch==2.2.0+cu121\n"
NEW = f"--extra-index-url {WHL}/cu126\ntorch==2.13.0+cu126\n"
NEW26 = f"--extra-index-url {WHL}/cu126\ntorch==2.6.0+cu126\n"


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("triton==2.2.0\n", "triton==3.7.1\n"),
        ("nvidia-nccl-cu12==2.19.3  # pinned\n", ""),
        ("nvidia-nccl-cu12 \\\n  ==2.19.3\nnumpy\n", "numpy\n"),
        ("nvidia-nccl-cu12==2.19.3", ""),
        ("nvidia-dali-cuda110==1.40.0\n", "nvidia-dali-cuda120==1.40.0\n"),
        ("spconv-cu118\n", "spconv-cu126\n"),
        ("spconv-cu120==2.3.6\n", "spconv-cu120==2.3.6\n"),  # safe with every CUDA 12
        ("faiss-gpu-cu11>=1.8\r\n", "faiss-gpu-cu12>=1.8\r\n"),
    ],
)
def test_moves_with_torch(check, line: str, after: str) -> None:
    assert check({"requirements.txt": OLD + line}).after["requirements.txt"].decode() == NEW + after


def test_xformers_moves_where_a_release_asks_for_the_targets_torch(check) -> None:
    tree = {"requirements.txt": OLD + "xformers==0.0.24\n"}
    assert check(tree, target="cu126-torch26").after["requirements.txt"].decode() == NEW26 + "xformers==0.0.29.post3\n"
    outcome = check(tree)
    assert outcome.after["requirements.txt"].decode() == tree["requirements.txt"]
    assert any("made for torch 2.2.0" in finding.message for finding in outcome.findings)


def test_pytorchs_own_index_may_lack_xformers(check) -> None:
    tree = {"requirements.txt": OLD.replace("--extra-index-url", "-i") + "xformers==0.0.24\n"}
    assert check(tree, target="cu126-torch26").after["requirements.txt"].decode() == tree["requirements.txt"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("spconv-cu118==2.3.6\n", "spconv-cu126 has 2.3.8"),
        ("triton==2.0.0.dev20221202\n", "triton"),
        ("nvidia-cublas-cu12==12.1.3.1\ntensorflow==2.15\n", "drop this pin"),
        ("nvidia-dali-cuda110==1.36.0 --hash=sha256:aa\n", "CUDA 11.0"),
        ("cugraph-cu11==24.12.0\n", "CUDA 11"),
        ("jax[cuda11_pip]\n", "CUDA 11"),
        ("jaxlib==0.4.7+cuda11.cudnn86\n", "CUDA 11"),
        ("dgl-cu113\n", "CUDA 11.3"),
        ("tensorflow[and-cuda]==2.15.0\n", "which pairs agree"),
        ("vllm\n", "none is known for torch 2.13.0"),
    ],
)
def test_holds_torch(check, line: str, why: str) -> None:
    text = OLD + line
    outcome = check({"requirements.txt": text})
    assert outcome.after["requirements.txt"].decode() == text
    assert any(why in finding.fix.reason for finding in outcome.findings if finding.rule == "REQ103"), outcome.findings


@pytest.mark.parametrize(
    "text",
    [
        "spconv-cu120\n",
        "jax[cuda12]\n",
        "tensorflow[and-cuda]\n",
        "vllm\n",
        f"{NEW}nvidia-cublas-cu12==12.6.4.1\ntriton==3.7.1\n",
        "nvidia-cuda-nvcc-cu12==12.1.105\n",
    ],
)
def test_what_fits_is_left_alone(check, text: str) -> None:
    assert not [finding for finding in check({"requirements.txt": text}).findings if finding.rule == "REQ103"]


def test_a_companion_alone_is_reported(check) -> None:
    for line in ("spconv-cu102\n", "cudf-cu11==24.12.0\n"):
        outcome = check({"requirements.txt": line})
        assert outcome.after["requirements.txt"].decode() == line
        assert [finding.rule for finding in outcome.findings] == ["REQ103"]


def test_commands_of_one_stage_stand_beside_each_other(check) -> None:
    text = (
        "FROM nvidia/cuda:12.1.1-devel-ubuntu22.04\n"
        f"RUN pip install torch==2.2.0 --extra-index-url {WHL}/cu121\n"
        "RUN pip install xformers==0.0.24 triton==2.2.0\n"
    )
    after = check({"Dockerfile": text}, target="cu126-torch26").after["Dockerfile"].decode()
    assert "xformers==0.0.29.post3 triton==3.2.0" in after
    assert "torch==2.6.0" in after


@pytest.mark.parametrize("line", ["nvidia-dali-cuda130\n", "cudf-cu13\n", "jax-cuda13-plugin\n", "jax[cuda13]\n"])
def test_a_newer_cuda_is_never_moved_back(check, line: str) -> None:
    outcome = check({"requirements.txt": OLD + line})
    assert outcome.after["requirements.txt"].decode() == OLD + line
    assert [f.severity for f in outcome.findings if f.rule == "REQ103"] == ["info"]


def test_a_dozen_pinned_libraries_are_one_finding(check) -> None:
    names = ("cublas", "cudnn", "cufft", "nccl")
    lines = "".join(f"nvidia-{name}-cu12==12.1.105\n" for name in names)
    outcome = check({"requirements.txt": lines + OLD})
    assert outcome.after["requirements.txt"].decode() == NEW
    (finding,) = [finding for finding in outcome.findings if finding.rule == "REQ103"]
    assert (len(finding.related), len(finding.fix.edits)) == (3, 4)
    (held,) = [f for f in check({"requirements.txt": lines}).findings if f.rule == "REQ103"]
    assert not held.fix.edits
    assert (
        len([f for f in check({"requirements.txt": lines + "torch==2.2.0+cu118\n"}).findings if f.rule == "REQ120"])
        == 1
    )
