"""A repository of a test's own, and the program run in it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from smallrules import ENVIRONMENT, Run, Tree


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    """Writes files (path -> text or bytes) into a folder of its own, which becomes the working directory."""
    root = tmp_path / "repo"
    root.mkdir()
    monkeypatch.chdir(root)

    def write(files: Mapping[str, str | bytes]) -> Path:
        for path, text in files.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return root

    return write


@pytest.fixture
def run() -> Run:
    """Runs the program in the working directory: ``run("check", "--exit-zero", env={...})``."""

    def program(
        *args: str, env: Mapping[str, str] | None = None, real: bool = False
    ) -> subprocess.CompletedProcess[bytes]:
        how = ["-m", "cudamig"] if real else [str(Path(__file__).with_name("driver.py"))]
        return subprocess.run(
            [sys.executable, *how, *args],
            capture_output=True,
            check=False,
            env={**ENVIRONMENT, **(env or {})},
            timeout=120,
        )

    return program
