"""conda: what it brings is reported with the lines to write in its place; a pip section moves like any other."""

from __future__ import annotations

import pytest

ENV = "name: x\nchannels: [pytorch, nvidia]\ndependencies:\n"


def test_an_environment_is_told_both_ways_to_write_it(check) -> None:
    text = ENV + "  - python=3.9\n  - pytorch=2.1.0\n  - torchvision=0.16.0\n  - pytorch-cuda=12.1\n"
    found = check({"environment.yml": text}, unsafe=True)
    assert found.after["environment.yml"].decode() == text
    first, second = found.findings
    assert first.fix.instead == (
        "dependencies:\n  - python=3.10\n  - pip\n  - pip:\n"
        "    - --extra-index-url https://download.pytorch.org/whl/cu126\n"
        "    - torch==2.13.0+cu126\n    - torchvision==0.28.0+cu126\n"
        "# or, with conda-forge as the only channel:\n"
        "dependencies:\n  - python=3.10\n  - pytorch-gpu\n  - torchvision\n  - cuda-version=12.6"
    )
    assert not second.fix.instead


def test_a_pip_section_moves_when_conda_brings_no_torch(check) -> None:
    text = ENV + (
        "  - python=3.11\n  - pip:\n    - --extra-index-url https://download.pytorch.org/whl/cu121\n"
        "    - torch==2.2.0+cu121  # GPU\n    - 'torchvision==0.17.0+cu121'\n"
    )
    moved = check({"environment.yml": text}).after["environment.yml"].decode()
    assert moved == text.replace("cu121", "cu126").replace("2.2.0", "2.13.0").replace("0.17.0", "0.28.0")


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("  - python=3.8\n", "Python 3.8"),
        ("  - pytorch-gpu\n", "conda installs torch too"),
        ("  - cudatoolkit=11.3\n", "conda installs cudatoolkit=11.3"),
        ("  - a=1=h1\n  - b=2=h2\n  - c=3=h3\n", "was exported"),
    ],
)
def test_a_pip_section_is_held(check, lines: str, reason: str) -> None:
    text = ENV + lines + "  - pip:\n    - torch==2.2.0+cu121\n    - -i https://download.pytorch.org/whl/cu121\n"
    outcome = check({"environment.yml": text}, unsafe=True)
    assert outcome.after["environment.yml"].decode() == text
    assert all(reason in finding.fix.reason for finding in outcome.findings)


def test_an_export_is_to_be_exported_again(check) -> None:
    text = ENV + "  - a=1=h1\n  - b=2=h2\n  - pytorch=2.0.1=py3.9_cuda11.8_cudnn8_0\n"
    (finding,) = check({"env.yaml": text}).findings
    assert finding.fix.instead.endswith("conda env export --no-builds > env.yaml")


@pytest.mark.parametrize("packages", ["[pytorch, torchvision]", "[pytorch-gpu, cuda-version=12.6]", "[numpy=1.26]"])
def test_free_environments_are_silent(check, packages: str) -> None:
    text = f"channels: [conda-forge]\ndependencies: {packages}\n# cudatoolkit\n"
    assert not check({"environment.yml": text}).findings


def test_a_command_is_told_its_replacement(check) -> None:
    step = "conda install pytorch torchvision pytorch-cuda=12.1 -c pytorch -c nvidia"
    text = f"jobs: {{a: {{steps: [{{run: '{step}'}}]}}}}\n"
    for path, content in ((".github/workflows/a.yml", text), ("Dockerfile", f"FROM ubuntu:22.04\nRUN {step}\n")):
        (finding,) = check({path: content}).findings
        assert finding.rule == "REQ105"
        assert finding.fix.instead == (
            "pip install torch==2.13.0+cu126 torchvision==0.28.0+cu126 "
            "--extra-index-url https://download.pytorch.org/whl/cu126\n"
            "# or: conda install -c conda-forge pytorch-gpu torchvision cuda-version=12.6"
        )
    cpu = text.replace("pytorch-cuda=12.1", "cpuonly")
    assert not check({".github/workflows/a.yml": cpu}).findings
