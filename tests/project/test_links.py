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


CUDA = "FROM nvidia/cuda:12.1.1-runtime-ubuntu22.04\nCOPY . /src\n"
CU121 = "--index-url https://download.pytorch.org/whl/cu121"


@pytest.mark.parametrize(
    "run",
    [
        f"ENV PIP_CONSTRAINT=/src/pins.txt\nRUN pip install torch {CU121}\n",
        f"RUN PIP_CONSTRAINT=/src/pins.txt pip install torch {CU121}\n",
        f'ENV UV_CONSTRAINT="/src/pins.txt /src/other.txt"\nRUN uv pip install torch {CU121}\n',
        f"ARG PIP_REQUIREMENT=/src/pins.txt\nRUN pip install {CU121}\n",
        "ENV PIP_CONSTRAINT=/src/pins.txt\n"
        "ENV PIP_EXTRA_INDEX_URL='https://a.org/simple https://download.pytorch.org/whl/cu121'\n"
        "RUN pip install torch\n",
    ],
)
def test_a_file_that_a_variable_of_pip_names_moves_with_the_build(check, run: str) -> None:
    outcome = check({"Dockerfile": CUDA + run, "pins.txt": "torch==2.3.1\ntorchvision==0.18.1\n"})
    assert outcome.after["Dockerfile"].decode() == (CUDA + run).replace("12.1.1", "12.6.3").replace("cu121", "cu126")
    assert outcome.after["pins.txt"] == b"torch==2.13.0\ntorchvision==0.28.0\n"


def test_a_file_that_a_variable_of_pip_names_holds_the_build(check) -> None:
    build = f"{CUDA}ENV PIP_CONSTRAINT=/src/pins.txt\nRUN pip install torch {CU121}\n"
    outcome = check({"Dockerfile": build, "pins.txt": "torch==2.3.1\nxformers==0.0.26\n"}, unsafe=True)
    assert outcome.after["Dockerfile"].decode() == build
    assert all("xformers" in finding.fix.reason for finding in outcome.findings)


def test_a_job_names_its_constraints_in_a_variable(check) -> None:
    job = f"""jobs:
  gpu:
    container: nvidia/cuda:12.1.1-runtime-ubuntu22.04
    env: {{PIP_CONSTRAINT: pins.txt}}
    steps: [{{run: "pip install torch {CU121}"}}]
"""
    tree = {".github/workflows/a.yml": job, "pins.txt": "torch==2.3.1\nxformers==0.0.26\n"}
    assert check(tree, unsafe=True).after[".github/workflows/a.yml"].decode() == job
