"""The check over fixed trees must catch what it is there for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))
from coherent import Unit, units, violations
from coherent_read import statements

WHL = "https://download.pytorch.org/whl"
IMAGE = "FROM nvidia/cuda:{}-devel-ubuntu22.04\n"
PIP = "RUN pip install torch=={0}+{2} torchvision=={1}+{2} --index-url " + WHL + "/{2}\n"
OLD, NEW = PIP.format("2.2.0", "0.17.0", "cu121"), PIP.format("2.13.0", "0.28.0", "cu126")


def wrong(before: str, after: str) -> list[str]:
    return list(violations(Unit("x", statements(before), statements(after))))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (IMAGE.format("12.1.1") + OLD, IMAGE.format("12.6.3") + NEW),
        (OLD, NEW),
        (OLD, OLD + "# " + NEW),
        ("ARG V=12.1.1\nFROM nvidia/cuda:${V}-base-ubuntu22.04\n", "ARG V=12.6.3\nFROM nvidia/cuda:${V}-base-ubuntu22.04\n"),
        (f"torch==2.2.0\n-f {WHL}/cu121\ncupy-cuda12x\n", f"torch==2.13.0\n-f {WHL}/cu126\ncupy-cuda12x\n"),
        ("torch==2.2.0+cu121\ntorch==2.2.0; sys_platform == 'darwin'\n", "torch==2.13.0+cu126\ntorch==2.2.0; sys_platform == 'darwin'\n"),
        (f"torch==1.0\n-f {WHL}/cu118\nnvidia/cuda:12.1.1-base-ubuntu22.04\n", f"torch==1.0\n-f {WHL}/cu118\nnvidia/cuda:12.1.1-base-ubuntu22.04\n\n"),
    ],
)  # fmt: skip
def test_whole_moves_and_what_is_untouched(before: str, after: str) -> None:
    assert wrong(before, after) == []


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (IMAGE.format("12.1.1") + OLD, IMAGE.format("12.6.3") + OLD, "half moved: torch==2.2.0+cu121"),
        (IMAGE.format("12.1.1") + OLD, IMAGE.format("12.1.1") + NEW, "half moved: nvidia/cuda:12.1.1"),
        (OLD, NEW.replace("/cu126", "/cu121"), "half moved: download.pytorch.org/whl/cu121"),
        (OLD, NEW.replace("0.28.0", "0.17.0"), "torchvision==0.17.0+cu126 was not made for torch 2.13.0"),
        (IMAGE.format("12.1.1") + "ENV A=/usr/local/cuda-12.1\n", IMAGE.format("12.6.3") + "ENV A=/usr/local/cuda-12.1\n", "half moved: /usr/local/cuda-12.1"),
        (f"cupy-cuda11x\n-f {WHL}/cu118\n", f"cupy-cuda11x\n-f {WHL}/cu126\n", "half moved: cupy-cuda11x"),
        (f"torch==2.2.0\n-f {WHL}/cu121\n", f"torch==2.2.0\n-f {WHL}/cu126\n", "was never built for CUDA 12.6"),
        (OLD, PIP.format("2.5.0", "0.20.0", "cu126"), "torch==2.5.0+cu126 is in no table"),
        (IMAGE.format("12.1.1"), IMAGE.format("12.6.9"), "nvidia/cuda:12.6.9-devel-ubuntu22.04 is in no table"),
        (IMAGE.format("11.8.0"), IMAGE.format("12.6.3").replace("22.04", "18.04"), "ubuntu18.04 is in no table"),
        (f"-f {WHL}/cu121\n", f"-f {WHL}/cu134\n", "whl/cu134 is in no table"),
        ("FROM pytorch/pytorch:2.2.0-cuda12.1-cudnn8-devel\n", "FROM pytorch/pytorch:2.13.0-cuda12.6-cudnn8-devel\n", "in no table"),
        (OLD + OLD, NEW + PIP.format("2.13.0", "0.28.0", "cu130"), "writes cuda 12.6 and 13.0"),
        (IMAGE.format("12.1.1") + "torch==2.2.0\n", IMAGE.format("12.6.3") + "torch==2.13.0\n", "from PyPI is a cu130 build"),
    ],
)  # fmt: skip
def test_half_moves_and_inventions_are_caught(before: str, after: str, words: str) -> None:
    assert any(words in each for each in wrong(before, after)), wrong(before, after)


def test_units_join_a_build_with_the_requirements_that_it_names(tmp_path: Path) -> None:
    job = "name: x\njobs:\n  a:\n    steps:\n      - run: {}\n  b:\n    steps:\n      - run: {}\n"
    trees = {
        "before": (IMAGE.format("12.1.1"), "torch==2.2.0+cu121\n", job.format("torch==2.2.0+cu121", "torch==2.2.0+cu121")),
        "after": (IMAGE.format("12.6.3"), "torch==2.2.0+cu121\n", job.format("torch==2.13.0+cu126", "torch==2.2.0+cu121")),
    }  # fmt: skip
    for name, (image, pins, jobs) in trees.items():
        (tmp_path / name / "docker").mkdir(parents=True)
        (tmp_path / name / "docker" / "Dockerfile").write_text(image + "RUN pip install -r requirements.txt\n")
        (tmp_path / name / "docker" / "requirements.txt").write_text(pins)
        (tmp_path / name / "ci.yml").write_text(jobs)
    found = {unit.name: list(violations(unit)) for unit in units(tmp_path / "before", tmp_path / "after")}
    assert {name: bool(words) for name, words in found.items()} == {
        "ci.yml": False,
        "ci.yml (job a)": False,
        "ci.yml (job b)": False,
        "docker/Dockerfile + docker/requirements.txt": True,
    }
