"""Which files of the tree an install command reaches."""

from __future__ import annotations

import pytest

from cudamig.hosts import dockerfile
from cudamig.project import links
from cudamig.source import Source

KNOWN = ["pyproject.toml", "setup.py", "requirements.txt", "services/api/pyproject.toml", "libs/core/setup.cfg"]


def reached(path: str, text: str) -> list[str]:
    nodes = dockerfile.parse(Source(path, text.encode(), "dockerfile")).nodes
    return [link.target for link in links.find(path, "dockerfile", nodes, KNOWN)]


@pytest.mark.parametrize(
    ("path", "run", "targets"),
    [
        ("Dockerfile", "COPY . .\nRUN pip install .", ["pyproject.toml", "setup.py"]),
        ("docker/Dockerfile", "COPY pyproject.toml ./\nRUN pip install -e '.[gpu]'", ["pyproject.toml", "setup.py"]),
        ("docker/Dockerfile", "COPY . /app\nRUN pip install /app", ["pyproject.toml", "setup.py"]),
        ("Dockerfile", "COPY . .\nRUN python setup.py develop", ["pyproject.toml", "setup.py"]),
        ("Dockerfile", "COPY . .\nRUN python setup.py --version", []),
        ("Dockerfile", "COPY libs/core /core\nRUN pip install -e /core", ["libs/core/setup.cfg"]),
        ("services/api/Dockerfile", "COPY . .\nRUN uv sync", ["services/api/pyproject.toml"]),
        ("Dockerfile", "RUN git clone https://example.org/x && cd x && pip install -e .", []),
        ("Dockerfile", "COPY . .\nRUN pip install -e git+https://example.org/x.git#egg=x", []),
        ("Dockerfile", "COPY . .\nRUN pip install ./dist/x-1.0-py3-none-any.whl", []),
    ],
)
def test_the_project_that_is_installed(path: str, run: str, targets: list[str]) -> None:
    assert reached(path, f"FROM a\n{run}\n") == targets


INSTALL = "RUN pip install -r requirements.txt"


@pytest.mark.parametrize(
    ("path", "text", "targets"),
    [
        ("api/Dockerfile", f"COPY requirements.txt .\n{INSTALL}", ["api/requirements.txt"]),
        ("api/docker/Dockerfile", f"COPY . /app\n{INSTALL}", ["api/requirements.txt"]),
        ("api/Dockerfile", f"COPY base/gpu.txt requirements.txt\n{INSTALL}", ["base/gpu.txt"]),
        ("api/Dockerfile", "COPY base /reqs\nRUN pip install -r /reqs/gpu.txt", ["base/gpu.txt"]),
        ("web/Dockerfile", f"RUN git clone https://example.org/x && cd x\n{INSTALL}", []),
        ("api/Dockerfile", f"RUN git clone https://example.org/x && cd x\n{INSTALL}", ["api/requirements.txt"]),
        ("web/Dockerfile", "COPY only.txt /\nRUN pip install -r only.txt", ["job/only.txt"]),
    ],
)
def test_a_requirements_file_stands_in_the_build_context(path: str, text: str, targets: list[str]) -> None:
    nodes = dockerfile.parse(Source(path, f"FROM a\n{text}\n".encode(), "dockerfile")).nodes
    known = ["api/requirements.txt", "job/requirements.txt", "base/gpu.txt", "job/only.txt"]
    assert [link.target for link in links.find(path, "dockerfile", nodes, known)] == targets


def test_pieces_of_a_dockerfile_hold_each_other(check) -> None:
    tree = {
        "d/head.Dockerfile": "FROM nvidia/cuda:12.1.1-devel-ubuntu22.04\n",
        "d/libs.Dockerfile": "RUN pip install torch==2.1.2\n",
    }
    outcome = check(tree)
    assert {path: raw.decode() for path, raw in outcome.after.items()} == tree
    assert all("pieces of one" in finding.fix.reason for finding in outcome.findings)


def test_a_reason_of_the_file_itself_comes_first(check) -> None:
    tree = {
        "Dockerfile": "FROM nvidia/cuda:12.1.1-devel-ubuntu22.04\nCOPY . .\nRUN pip install -r requirements.txt xformers==${X}\n",
        "requirements.txt": "torch==2.1.0\nflash-attn==2.5.6\n",
    }
    found = {f.path: f for f in check(tree).findings if f.rule in ("IMG101", "REQ101")}
    assert found["Dockerfile"].fix.reason.startswith("xformers")
    assert found["requirements.txt"].fix.reason.startswith("flash-attn")
