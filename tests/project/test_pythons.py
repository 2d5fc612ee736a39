"""Which Python, and which glibc, the wheels of a build meet."""

from __future__ import annotations

import pytest

PIP = "RUN pip install torch==2.2.0 --index-url https://download.pytorch.org/whl/cu121\n"


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (
            "FROM nvidia/cuda:12.1.1-devel-ubuntu20.04\nRUN apt-get install -y python3.10 python3-pip\n" + PIP,
            "Python 3.8",
        ),
        (
            "FROM nvidia/cuda:12.1.1-devel-ubuntu22.04\nCOPY --from=python:3.8 /usr/local /usr/local\n" + PIP,
            "Python 3.8",
        ),
        ("FROM nvidia/cuda:12.1.1-devel-ubuntu22.04\nRUN uv venv --python 3.8\n" + PIP, "Python 3.8"),
        ("FROM nvidia/cuda:12.1.1-devel-ubuntu22.04\nENV UV_PYTHON=3.8\n" + PIP, "Python 3.8"),
        ("FROM nvidia/cuda:12.1.1-devel-ubuntu22.04\n" + PIP.replace("pip", "python3.8 -m pip"), "Python 3.8"),
        ("FROM ubuntu:18.04\n" + PIP, "glibc 2.27"),
        ("FROM ubuntu:bionic\n" + PIP, "glibc 2.27"),
        ("FROM centos:7\n" + PIP, "glibc 2.17"),
        ("FROM python:3.11-stretch\n" + PIP, "glibc 2.24"),
    ],
)
@pytest.mark.parametrize("target", ["cu126", "cu126-torch26"])
def test_what_rules_the_wheels_out(check, lines: str, why: str, target: str) -> None:
    outcome = check({"Dockerfile": lines}, target=target)
    assert outcome.after["Dockerfile"].decode() == lines
    assert all(why in finding.fix.reason for finding in outcome.findings)


@pytest.mark.parametrize(
    "lines",
    [
        "FROM nvidia/cuda:12.1.1-devel-ubuntu20.04\nRUN apt-get install -y python3.10 python3-pip\n"
        "RUN python3.10 -m venv /venv\n" + PIP,
        "FROM nvidia/cuda:12.1.1-devel-ubuntu20.04\nRUN apt-get install -y python3.10 python3-pip\n"
        "RUN update-alternatives --install /usr/bin/python3 python3 /usr/bin/python3.10 1\n" + PIP,
        "FROM nvidia/cuda:12.1.1-devel-ubuntu20.04\nRUN apt-get install -y python3.10 python3-pip\n"
        + PIP.replace("pip", "python3.10 -m pip"),
        "FROM nvidia/cuda:12.1.1-devel-ubuntu22.04\nRUN apt-get install -y python3-pip\n" + PIP,
        "FROM python:3.10-buster\n" + PIP,
        "FROM python:3.11\n" + PIP,
    ],
)
def test_what_does_not(check, lines: str) -> None:
    outcome = check({"Dockerfile": lines})
    assert "whl/cu126" in outcome.after["Dockerfile"].decode()
