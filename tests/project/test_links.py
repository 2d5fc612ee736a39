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
