"""The wheel: built, installed into a fresh environment, and run on the sample from a folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from test_samples import ASIDE, SAMPLES

from cudamig.rules.compile import compile_folder

ROOT = Path(__file__).parent.parent
SAMPLE = SAMPLES / "radio-locator"
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program in an environment that has nothing but it and what it needs."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, timeout=300)
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", str(wheel)]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=300)
    if "No matching distribution" in done.stderr or "Could not find a version" in done.stderr:
        pytest.skip("the packages that the wheel needs cannot be installed here")
    assert done.returncode == 0, done.stderr
    return folder / "bin" / "cudamig"


def run(program: Path, folder: Path, *args: str) -> tuple[int, bytes]:
    done = subprocess.run(
        [str(program), *args], cwd=folder, env=ENVIRONMENT, capture_output=True, check=False, timeout=120
    )
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stdout


def test_the_index_is_what_the_yaml_says(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        index = {
            Path(name).stem: json.loads(archive.read(name))
            for name in archive.namelist()
            if name.startswith("cudamig/_index/")
        }
        carried = {name for name in archive.namelist() if name.startswith("cudamig/_rules/")}
    assert index == json.loads(json.dumps(compile_folder(str(ROOT / "rules"))))
    files = [path for path in (ROOT / "rules").rglob("*") if path.is_file()]
    assert carried == {f"cudamig/_rules/{path.relative_to(ROOT / 'rules')}" for path in files}


def test_the_main_job(installed: Path, tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    shutil.copytree(SAMPLE, repo, ignore=shutil.ignore_patterns(*ASIDE))
    assert run(installed, repo, "check", "--output-format", "concise") == (
        1,
        (SAMPLE / "golden-check.txt").read_bytes(),
    )
    assert run(installed, repo, "fix") == (1, (SAMPLE / "golden.diff").read_bytes())
    assert run(installed, repo, "fix", "--apply")[0] == 1
    assert run(installed, repo, "fix") == (0, b"")


def test_rules_and_targets(installed: Path, tmp_path: Path) -> None:
    code, out = run(installed, tmp_path, "rules", "--output-format", "json")
    assert code == 0
    assert len(json.loads(out)["rules"]) == len(compile_folder(str(ROOT / "rules"))["rules"])
    code, out = run(installed, tmp_path, "rule", "IMG101")
    assert code == 0
    assert b"IMG101" in out
    code, out = run(installed, tmp_path, "target", "list")
    assert code == 0
    assert b"cu126" in out
