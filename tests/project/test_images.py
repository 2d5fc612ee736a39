"""Image references, written in every way."""

from __future__ import annotations

import pytest

from cudamig.model import Safety, Severity


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("nvidia/cuda:12.1.0-cudnn8-runtime-ubuntu22.04", "nvidia/cuda:12.6.3-cudnn-runtime-ubuntu22.04"),
        ("nvidia/cuda:12.6.0-base-ubuntu24.04", "nvidia/cuda:12.6.3-base-ubuntu24.04"),
        ("docker.io/nvidia/cuda:11.8.0-devel-ubi8", "docker.io/nvidia/cuda:12.6.3-devel-ubi8"),
        ("nvcr.io/nvidia/cuda:11.8.0-devel-rockylinux8", "nvcr.io/nvidia/cuda:12.6.3-devel-rockylinux8"),
        ("--platform=linux/amd64 nvidia/cuda:11.8.0-base-ubuntu22.04 AS x", "--platform=linux/amd64 nvidia/cuda:12.6.3-base-ubuntu22.04 AS x"),
        ("pytorch/pytorch:2.4.0-cuda11.8-cudnn9-devel", "pytorch/pytorch:2.13.0-cuda12.6-cudnn9-devel"),
    ],
)  # fmt: skip
def test_moves(check, line: str, after: str) -> None:
    outcome = check({"Dockerfile": f"FROM {line}\n"})
    assert outcome.after["Dockerfile"].decode() == f"FROM {after}\n"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("nvidia/cuda", "choose the tag"),
        ("nvidia/cuda:latest", "choose the tag"),
        ("nvidia/cuda:11.0-base", "names no system"),
        ("nvidia/cuda:11.8.0", "names no flavour"),
        ("nvidia/cuda:11.8.0-devel-centos7", "no devel image on centos7"),
        ("nvidia/cuda:12.1.1-base-ubuntu22.04@sha256:" + "0" * 64, "digest"),
        ("nvidia/cuda:$V-base-ubuntu22.04", "variable"),
    ],
)
def test_reported(check, line: str, why: str) -> None:
    text = f"FROM {line}\n"
    outcome = check({"Dockerfile": text})
    (finding,) = outcome.findings
    assert finding.fix.safety is Safety.MANUAL
    assert why in finding.fix.reason
    assert outcome.after["Dockerfile"].decode() == text


@pytest.mark.parametrize(
    "line",
    [
        "ubuntu:22.04",
        "nvidia/cuda:12.6.3-cudnn-devel-ubuntu22.04",
        "pytorch/pytorch:2.13.0-cuda12.6-cudnn9-runtime",
        "me/nvidia-cuda:12.1.0-base-ubuntu22.04",
    ],
)
def test_no_finding(check, line: str) -> None:
    assert not check({"Dockerfile": f"FROM {line}\n"}).findings


def test_a_mirror_needs_review(check) -> None:
    tree = {"Dockerfile": "FROM registry.example.com/mirror/nvidia/cuda:12.1.1-base-ubuntu22.04\n"}
    (finding,) = check(tree).findings
    assert finding.fix.safety is Safety.UNSAFE
    assert "registry.example.com/mirror/" in finding.fix.reason
    assert b"/nvidia/cuda:12.6.3-base" in check(tree, unsafe=True).after["Dockerfile"]


def test_the_driver_gate_is_said_where_it_rises(check) -> None:
    (finding,) = check({"Dockerfile": "FROM nvidia/cuda:12.1.0-base-ubuntu22.04\n"}).findings
    assert "470, 535, 550" in finding.fix.reason
    assert "525, 530" in finding.fix.reason


def test_never_built_is_an_error_with_the_real_ones(check) -> None:
    (finding,) = check({"Dockerfile": "FROM pytorch/pytorch:2.0.1-cuda11.3-cudnn8-devel\n"}).findings
    assert finding.severity == "error"
    assert "never built" in finding.message
    assert "11.7" in finding.message


def test_one_finding_for_each_place(check) -> None:
    text = "ARG T=2.1.0\nARG C=12.1\nFROM pytorch/pytorch:${T}-cuda${C}-cudnn8-devel\n"
    outcome = check({"Dockerfile": text})
    assert [text[f.span.start : f.span.end] for f in outcome.findings] == ["2.1.0", "12.1", "8"]
    assert outcome.after["Dockerfile"].decode() == (
        "ARG T=2.13.0\nARG C=12.6\nFROM pytorch/pytorch:${T}-cuda${C}-cudnn9-devel\n"
    )


@pytest.mark.parametrize("base", ["ubuntu:22.04", "nvidia/cuda:12.1.1-devel-ubuntu22.04"])
def test_a_folder_that_no_image_brings_stays(check, base: str) -> None:
    tree = {"Dockerfile": f"FROM {base}\nENV CUDA_HOME=/usr/local/cuda-11.8\nRUN sh cuda_11.8.0_linux.run --silent\n"}
    outcome = check(tree)
    assert outcome.after["Dockerfile"].decode() == tree["Dockerfile"]
    assert any("no image of this build" in finding.fix.reason for finding in outcome.findings)


def test_name_and_tag_under_keys_of_their_own(check) -> None:
    kustomize = "images:\n- name: nvidia/cuda\n  newTag: 12.1.1-base-ubuntu22.04  # x\n"
    values = "image:\n  repository: nvidia/cuda\n  tag: '12.1.0-base-ubuntu22.04'\n"
    outcome = check({"kustomization.yaml": kustomize, "chart/values.yaml": values})
    assert outcome.after["kustomization.yaml"].decode() == kustomize.replace("12.1.1", "12.6.3")
    assert outcome.after["chart/values.yaml"].decode() == values
    assert [finding.path for finding in outcome.left] == ["chart/values.yaml"]


@pytest.mark.parametrize(
    ("line", "rule", "said"),
    [
        ("nvidia/cudagl:11.4.2-base-ubuntu20.04", "IMG107", "nvidia/cuda"),
        ("nvcr.io/nvidia/pytorch:23.10-py3", "IMG106", "NGC"),
        ("pytorch/pytorch:latest", "IMG102", "name a version"),
        ("pytorch/pytorch", "IMG102", "name a version"),
    ],
)
def test_told_and_nothing_held(check, line: str, rule: str, said: str) -> None:
    (finding,) = check({"Dockerfile": f"FROM {line}\n"}).findings
    assert (finding.rule, finding.severity, finding.fix.safety) == (rule, Severity.INFO, Safety.MANUAL)
    assert said in finding.fix.title


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("nvidia/cuda:12.6.3-cudnn9-devel-ubuntu22.04", "nvidia/cuda:12.6.3-cudnn-devel-ubuntu22.04"),
        ("nvidia/cuda:12.4.1-cudnn8-devel-ubuntu22.04", "nvidia/cuda:12.6.3-cudnn-devel-ubuntu22.04"),
        ("nvidia/cuda:12.4.1-devel-ubuntu24.04", "nvidia/cuda:12.6.3-devel-ubuntu24.04"),
        ("nvidia/cuda:12.6-devel-ubuntu22.04", "nvidia/cuda:12.6.3-devel-ubuntu22.04"),
        ("pytorch/pytorch:2.0.1-cuda11.3-cudnn8-devel", "pytorch/pytorch:2.13.0-cuda12.6-cudnn9-devel"),
        ("pytorch/pytorch:2.13.0-cuda12.6-cudnn8-devel", "pytorch/pytorch:2.13.0-cuda12.6-cudnn9-devel"),
        ("pytorch/pytorch:2.13-cuda12.6-cudnn9-devel", "pytorch/pytorch:2.13.0-cuda12.6-cudnn9-devel"),
    ],
)
def test_images_that_do_not_exist_are_mended(check, line: str, after: str) -> None:
    outcome = check({"Dockerfile": f"FROM {line}\n"})
    (finding,) = outcome.findings
    assert finding.severity is Severity.ERROR
    assert outcome.after["Dockerfile"].decode() == f"FROM {after}\n"


@pytest.mark.parametrize(
    ("line", "near"),
    [
        ("nvidia/cuda:12.7.0-devel-ubuntu22.04", "12.6.3-devel-ubuntu22.04"),
        ("nvidia/cuda:12.8.2-cudnn-devel-ubuntu22.04", "12.8.1-cudnn-devel-ubuntu22.04"),
        ("nvidia/cuda:12.6.3-devel-ubuntu18.04", "12.6.3-devel-ubuntu22.04"),
        ("nvidia/cuda:13.0.0-devel-ubuntu20.04", "13.0.0-devel-ubuntu22.04"),
        ("nvidia/cuda:13.0-base-ubuntu24.04", "13.0.3-base-ubuntu24.04"),
        ("nvidia/cuda:12.6.3-cudnn-base-ubuntu22.04", "12.6.3-cudnn-runtime-ubuntu22.04"),
        ("nvidia/cuda:12.6.3", "12.6.3-base-ubuntu22.04"),
    ],
)
def test_images_that_do_not_exist_at_or_above_the_target(check, line: str, near: str) -> None:
    text = f"FROM {line}\n"
    outcome = check({"Dockerfile": text})
    (finding,) = outcome.findings
    assert (finding.severity, finding.fix.safety) == (Severity.ERROR, Safety.MANUAL)
    assert f"nvidia/cuda:{near}" in finding.fix.title + finding.fix.reason
    assert outcome.after["Dockerfile"].decode() == text


def test_a_registry_without_a_value_needs_review(check) -> None:
    text = "ARG REGISTRY\nFROM ${REGISTRY}nvidia/cuda:12.1.1-base-ubuntu22.04\n"
    (finding,) = check({"Dockerfile": text}).findings
    assert finding.fix.safety is Safety.UNSAFE


def test_nothing_moves_on_an_ngc_image(check) -> None:
    text = "FROM nvcr.io/nvidia/pytorch:25.03-py3\nRUN pip install torch==2.2.0 --index-url https://download.pytorch.org/whl/cu121\n"
    outcome = check({"Dockerfile": text}, unsafe=True)
    assert outcome.after["Dockerfile"].decode() == text
    assert all("NGC" in finding.fix.reason for finding in outcome.findings)
