"""What the fleet of a configuration holds back, what moves demand, and where newer stacks belong."""

from __future__ import annotations

from typing import Any

import pytest

from cudamig.config import Config
from cudamig.examples import Outcome

IMAGE = "FROM nvidia/cuda:12.1.1-runtime-ubuntu22.04\n"
INSTALL = "RUN pip install torch==2.1.0 --index-url https://download.pytorch.org/whl/cu121\n"
PINS = "--extra-index-url https://download.pytorch.org/whl/cu118\ntorch==2.1.0+cu118\n"
AMP = "import torch\n\nscaler = torch.cuda.amp.GradScaler()\n"
JOB = "RUN pip install torch==2.9.0 --index-url https://download.pytorch.org/whl/cu128\n"


def hosts(**table: Any) -> Config:
    return Config(file="cudamig.toml", fleet=table)


def moved(outcome: Outcome) -> set[str]:
    return {finding.path for finding in outcome.findings if finding.fix.edits}


@pytest.mark.parametrize(
    ("fleet", "target", "paths"),
    [
        ({}, "cu126", {"Dockerfile", "requirements.txt", "a.py"}),
        ({"drivers": ["535"], "gpus": ["T4"]}, "cu126", {"Dockerfile", "requirements.txt", "a.py"}),
        ({"drivers": ["525"]}, "cu126", {"requirements.txt", "a.py"}),
        ({"drivers": ["535"], "gpus": ["rtx 3090"]}, "cu126", {"requirements.txt", "a.py"}),
        ({"drivers": ["535"], "gpus": ["7.5"], "geforce": True}, "cu126", {"requirements.txt", "a.py"}),
        ({"drivers": ["470"]}, "cu126", set()),
        ({"gpus": ["V100"]}, "cu130", set()),
        ({"python": "3.9"}, "cu126", set()),
        ({"max-cuda": "12.1"}, "cu126", set()),
        ({"os": ["ubuntu20.04"], "python": "3.10"}, "cu126", {"Dockerfile", "requirements.txt", "a.py"}),
        ({"os": ["ubuntu18.04"], "python": "3.10"}, "cu126", {"Dockerfile"}),  # the image has a system of its own
    ],
)
def test_what_a_fleet_lets_move(check: Any, fleet: dict[str, Any], target: str, paths: set[str]) -> None:
    tree = {"Dockerfile": IMAGE + INSTALL, "requirements.txt": PINS, "a.py": AMP}
    outcome = check(tree, target=target, unsafe=True, config=hosts(**fleet))
    assert moved(outcome) == paths
    assert not outcome.faults
    for path, text in tree.items():
        assert (outcome.after[path] == text.encode()) == (path not in paths)
    for finding in outcome.findings:
        assert finding.fix.edits or f"the fleet cannot run {target}" in finding.fix.reason


def test_a_refusal_names_host_floor_source_and_what_fits(check: Any) -> None:
    (finding, *_) = check({"requirements.txt": PINS}, config=hosts(drivers=["470"], gpus=["T4"])).findings
    for words in ("driver 470", "525.60.13", "[NVIDIA CUDA compatibility page", "fits it is cu118 (CUDA 11.8.0"):
        assert words in finding.fix.reason
    (finding, *_) = check({"requirements.txt": PINS}, config=hosts(gpus=["K80"])).findings
    assert "none of the targets fits it" in finding.fix.reason


def test_what_names_no_newer_stack_moves_all_the_same(check: Any) -> None:
    tree = {"k8s.yaml": "a: 1\n", "requirements.txt": "torch>=2.1\n"}
    assert not check(tree, config=hosts(drivers=["470"])).findings


@pytest.mark.parametrize(
    ("tree", "target", "words"),
    [
        (
            {"requirements.txt": PINS},
            "cu126",
            "driver 525.60.13 or newer (was 450.80.02); no GPU of compute capability 3.7; Python 3.10 to 3.14 (was 3.8 to 3.11)",
        ),
        (
            {"Dockerfile": IMAGE + INSTALL},
            "cu130",
            "driver 580 or newer (was 525.60.13); no GPU of compute capability 5.0, 6.0, 7.0; Python",
        ),
        (
            {"Dockerfile": "FROM nvidia/cuda:11.8.0-base-ubuntu22.04\n"},
            "cu126",
            "driver 525.60.13 or newer (was 450.80.02)",
        ),
        ({"requirements.txt": PINS.replace("2.1.0", "2.5.0")}, "cu126-last", "C++20 for extensions (was C++17)"),
    ],
)
def test_demands_are_said_once(check: Any, tree: dict[str, str], target: str, words: str) -> None:
    told = [finding.fix.reason for finding in check(tree, target=target).findings]
    assert sum("Newly demanded" in reason for reason in told) == 1
    assert words in next(reason for reason in told if "Newly demanded" in reason)


def test_the_gate_of_images_is_said_once(check: Any) -> None:
    told = [finding.fix.reason for finding in check({"Dockerfile": IMAGE + IMAGE}).findings]
    assert [reason.count("newly refused") for reason in told] == [1, 0]


def test_nothing_is_demanded_where_nothing_rises(check: Any) -> None:
    tree = {"requirements.txt": PINS.replace("cu118", "cu126").replace("2.1.0", "2.12.0")}
    findings = check(tree).findings
    assert findings
    assert not any("demanded" in finding.fix.reason for finding in findings)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("FROM nvidia/cuda:12.8.1-base-ubuntu22.04\n", "nearest target at or above it is cu130"),
        ("FROM nvidia/cuda:13.3.0-base-ubuntu22.04\n", "none of the targets is at or above it"),
        ("FROM pytorch/pytorch:2.14.0-cuda12.6-cudnn9-runtime\n", "nearest target at or above it is cu126-last"),
        (
            "FROM ubuntu:22.04\nRUN pip install torch==2.14.1 -i https://download.pytorch.org/whl/cu126\n",
            "is cu126-last",
        ),
        ("FROM ubuntu:22.04\nRUN pip install torch==2.13.0+cu132\n", "is cu132"),
        ("FROM ubuntu:22.04\nRUN pip install torch -i https://download.pytorch.org/whl/cu128\n", "is cu130"),
        ("FROM ubuntu:22.04\nRUN pip install 'torch>=2.15'\n", "is cu132"),
        ("FROM ubuntu:22.04\nRUN pip install cupy-cuda13x\n", "is cu130"),
    ],
)
def test_a_newer_stack_is_told_the_nearest_target(check: Any, text: str, words: str) -> None:
    outcome = check({"Dockerfile": text})
    newer = [finding for finding in outcome.findings if finding.severity == "info"]
    assert newer
    assert any("never moved back" in finding.fix.reason and words in finding.fix.reason for finding in newer)
    assert outcome.after["Dockerfile"] == text.encode()
