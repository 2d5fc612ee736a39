"""Pins, indexes and companions in requirements files."""

from __future__ import annotations

import pytest

from cudamig.facts import targets, wheels
from cudamig.model import Safety

WHL = "https://download.pytorch.org/whl"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"-i {WHL}/cu118\ntorch==2.0.1\n", f"-i {WHL}/cu126\ntorch==2.13.0\n"),
        (f"--index-url={WHL}/cu118/\r\ntorch==2.0.1+cu118 # x\r\n", f"--index-url={WHL}/cu126/\r\ntorch==2.13.0+cu126 # x\r\n"),
        (f"--find-links {WHL}/torch_stable.html\ntorch==1.8.0+cu111\n", f"--extra-index-url {WHL}/cu126\ntorch==2.13.0+cu126\n"),
        (f"-f {WHL}/cu118\ntorch==2.0.0\n", f"--extra-index-url {WHL}/cu126\ntorch==2.13.0\n"),
        (f"-f {WHL}/cu118/torch/\ntorch==2.0.0\n", f"-f {WHL}/cu126/torch/\ntorch==2.13.0\n"),
        (f"-f {WHL}/torch\ntorch==1.13.1+cu117\n", f"-f {WHL}/torch\ntorch==2.13.0+cu126\n"),
        (f"-i {WHL}/cu121\ntorch==2.2.0+cu121\ntorchaudio==2.2.0+cu121\n", f"-i {WHL}/cu126\ntorch==2.13.0+cu126\ntorchaudio==2.11.0\n"),
        ("torch == 2.2.0+cu121;sys_platform=='linux'", "torch == 2.13.0+cu126;sys_platform=='linux'"),
        ("\ufefftorch==2.2.0+cu121\n", "\ufefftorch==2.13.0+cu126\n"),
        (f"-i {WHL}/cu121\ntorch>=2.0\n", f"-i {WHL}/cu126\ntorch>=2.0\n"),
        ("cupy-cuda117==12.3.0\n", "cupy-cuda12x==12.3.0\n"),
    ],
)  # fmt: skip
def test_moves(check, before: str, after: str) -> None:
    assert check({"requirements.txt": before}).after["requirements.txt"].decode() == after


@pytest.mark.parametrize(
    "text",
    [
        f"--index-url {WHL}/cpu\ntorch==2.1.0\n",
        f"--extra-index-url {WHL}/rocm5.6\ntorch==2.1.0+rocm5.6\n",
        "torch==2.1.0+cpu\n",
        "torch==2.1.0 ; sys_platform == 'darwin'\n",
        "torch\ntorchvision\n",
        "torch>=1.1\n",
        "torch!=2.0.0\n",
        f"-i {WHL}/cu126\ntorch==2.13.0+cu126\n",
        "cupy-cuda12x>=12\n",
        "nvidia-ml-py==12.535.133\n",
        "torch-geometric==2.5.0\n",
        f"# {WHL}/cu121\n# torch==2.1.0\n",
    ],
)
def test_no_finding(check, text: str) -> None:
    assert not check({"requirements.txt": text}).findings


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("torch==2.2.*\n", "excludes"),
        ("torch~=1.8\n", "excludes"),
        ("torch<=2.4\n", "excludes"),
        ("torch==2.2.0+cu121 --hash=sha256:aa\n", "hashes"),
        ("nvidia-cublas-cu12==12.1.3.1\n", "drop this pin"),
        ("triton==2.1.0\n", "triton"),
        ("cudf-cu11\n", "CUDA 11"),
        ("-f https://data.pyg.org/whl/torch-2.0.0+cu118.html\ntorch-scatter\n", "data.pyg.org"),
    ],
)
def test_reported(check, text: str, why: str) -> None:
    outcome = check({"requirements.txt": text})
    assert outcome.after["requirements.txt"].decode() == text
    assert any(f.fix.safety is Safety.MANUAL and why in f.fix.reason for f in outcome.findings), outcome.findings


def test_a_pair_that_no_index_holds(check) -> None:
    outcome = check({"requirements.txt": f"-i {WHL}/cu126\ntorch==2.5.0+cu126\n"})
    (finding,) = outcome.findings
    assert finding.severity == "error"
    assert "never built" in finding.message
    assert "cu124" in finding.message
    assert outcome.after["requirements.txt"].decode() == f"-i {WHL}/cu126\ntorch==2.13.0+cu126\n"


@pytest.mark.parametrize("name", targets.names())
def test_what_a_target_writes_is_in_the_tables(name: str) -> None:
    target = targets.get(name)
    release = wheels.releases()[target.torch]
    assert target.wheels in release.cuda
    assert release.companions["torchvision"] == target.torchvision
    assert set(target.python) <= set(release.python)
    assert wheels.target_local("torch", target) == target.wheels


@pytest.mark.parametrize(
    ("label", "number"),
    [("cu126", (12, 6)), ("cu92", (9, 2)), ("cu102", (10, 2)), ("cu12", (1, 2)), ("cpu", None), ("cu1265", None)],
)
def test_cuda_number(label: str, number: tuple[int, int] | None) -> None:
    assert wheels.cuda_number(label) == number
