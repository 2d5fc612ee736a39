"""Each target resolves in its default variant. Runs where uv is installed and the package registry answers."""

from __future__ import annotations

import functools
import shutil
import subprocess

import pytest

from cudamig.facts import targets
from cudamig.facts.targets import Target

PYTHON = "3.12"  # every target has wheels for it


def compiled(*requirements: str, seconds: float) -> subprocess.CompletedProcess[str]:
    """What uv says of requirements, for Linux."""
    where = ["--python-version", PYTHON, "--python-platform", "x86_64-manylinux_2_28", "--no-config"]
    return subprocess.run(
        ["uv", "pip", "compile", "--quiet", *where, "-"],
        input="\n".join(requirements),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


@functools.cache
def unreachable() -> str:
    """Why nothing can be resolved here, or ``""``."""
    if not shutil.which("uv"):
        return "uv is not installed"
    try:
        return "" if compiled("six==1.16.0", seconds=20).returncode == 0 else "the package registry cannot be reached"
    except subprocess.TimeoutExpired:
        return "the package registry does not answer"


@pytest.mark.parametrize("row", [targets.get(name) for name in targets.names()], ids=targets.names())
def test_a_target_resolves(row: Target) -> None:
    if unreachable():
        pytest.skip(unreachable())
    assert row.has_python(PYTHON)
    pins = [f"{name}=={getattr(row, name)}" for name in ("torch", "torchvision", "torchaudio")]
    others = [f"{row.cupy[0]}=={row.cupy[1]}", f"lightning>={row.lightning}"]
    done = compiled(*pins, *others, seconds=180)
    assert done.returncode == 0, done.stderr
    assert set(pins) <= {line.strip() for line in done.stdout.splitlines()}
