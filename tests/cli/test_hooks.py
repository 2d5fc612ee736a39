"""The pre-commit hooks: their manifest, and that they work when pre-commit installs and runs them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from smallrules import ENVIRONMENT, ROOT

from cudamig.kinds import kind_of

HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
}
NAMES = [
    *("Dockerfile", "dockerfile", "Dockerfile.gpu", "Dockerfile-cu121", "docker/Dockerfile.v1.2", "train.Dockerfile"),
    *(
        "Dockerfile_gpu",
        "gpu_Dockerfile",
        "gpu-dockerfile",
        "gpu.Dockerfile.v1",
        "x.Containerfile",
        "Dockerfile_gpu.bak",
    ),
    *("Containerfile", "a/b/x.dockerfile", "Dockerfile.py", "Dockerfile.yaml", "Dockerfile.cuda.txt", "Dockerfile.md"),
    *("Dockerfile.j2", "Dockerfile.bak", "Dockerfile.orig", "Dockerfile.dockerignore", "Dockerfile.sh", "Dockerfile~"),
    *("MyDockerfile", "Dockerfiles", "x.Dockerfile.tmpl", "Dockerfile.dist-info", "requirements/Dockerfile.txt"),
    *("requirements.txt", "requirements-dev.txt", "dev-requirements.txt", "requirements.in", "requirements_gpu.txt"),
    *(
        "constraints.txt",
        "a/constraint.txt",
        "reqs.txt",
        "requirements/base.txt",
        "requirements/base.in",
        "Requirements.txt",
    ),
    *("requirements/sub/base.txt", "requirements.md", "notes.txt", "requirementsdev.txt", "README.txt", "x.reqs.in"),
    *("requirements.txt.bak", "requirements.old.txt", "requirements.txt.j2", "myrequirements.txt", "requirements/a.md"),
    *("a.py", "a.PY", "a.pyi", "a.py.orig", ".py", "a.cpp", "a.cu", "x/y.cuh", "a.h", "a.hpp", "a.inl", "a.c", "a.cc"),
    *(
        "k8s/job.yaml",
        ".devcontainer/gpu/devcontainer.json",
        ".devcontainer.json",
        "k8s/job.yml",
        "job.YAML",
        "a.yaml.j2",
        "a.yaml.tpl",
        "chart.tpl",
        "a.json",
        "Makefile",
        "a b.py",
    ),
    *("setup.cfg", "pyproject.toml", "a.ipynb", "run.sh", "caf\u00e9.py", "caf\u00e9.Dockerfile", "a\u00a0b.yaml"),
    *("README.md", "a.markdown", "docs/a.mdx", "a.rst", "A.MD"),
    *("scripts/setup", "a/.docker/entrypoint", "scripts/LICENSE", "configure", "docker-bake.hcl"),
]

OLD, NEW = "import torch._six\n", "import torch\n"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("hook", ["cudamig-check", "cudamig-fix"])
def test_the_hooks_get_the_files_that_have_a_kind(hook: str, name: str) -> None:
    assert kind_of(name) is None or re.search(HOOKS[hook]["files"], name)


@pytest.mark.parametrize("name", ["a.json", "a.c", "LICENSE", "a.png", "yarn.lock", "x.py.orig", "notes"])
def test_the_hooks_do_not_get_what_has_no_kind(name: str) -> None:
    assert not re.search(HOOKS["cudamig-check"]["files"], name)


def test_the_hooks_ask_for_what_they_need() -> None:
    assert set(HOOKS) == {"cudamig-check", "cudamig-fix", "cudamig-repo"}
    for hook in HOOKS.values():
        assert hook["args"] == []
    for name in ("cudamig-check", "cudamig-fix"):
        assert HOOKS[name]["types"] == ["text"]
        assert HOOKS[name]["require_serial"] is True
        assert HOOKS[name]["entry"].endswith(" --force-exclude")
    assert HOOKS["cudamig-repo"]["pass_filenames"] is False


def git(*args: str, cwd: Path) -> None:
    name = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *name, *args], cwd=cwd, check=True, capture_output=True)


def committed(folder: Path) -> Path:
    """The folder as a git repository of one commit."""
    git("init", "-q", cwd=folder)
    git("add", "-A", cwd=folder)
    git("commit", "-qm", "all", cwd=folder)
    return folder


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with what git would commit of this one now."""
    if not (ROOT / ".git").exists():
        pytest.skip("not in a git work tree, so that what belongs to the product is not known")
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0")
    folder = tmp_path_factory.mktemp("product")
    for name in names:
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return committed(folder)


def pre_commit(work: Path, home: Path, *args: str) -> tuple[int, str]:
    """Code and output of pre-commit; skips the test when what the hook needs cannot be installed."""
    environment = {k: v for k, v in ENVIRONMENT.items() if k != "PYTHONPATH"} | {"PRE_COMMIT_HOME": str(home)}
    command = [sys.executable, "-m", "pre_commit", *args]
    done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, check=False, timeout=300)
    output = done.stdout + done.stderr
    if "pip" in output and ("No matching distribution" in output or "Could not find a version" in output):
        pytest.skip("the packages that the hook needs cannot be installed here")
    return done.returncode, output


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A user's repository with a finding in three files, of which a hook should report one."""
    (tmp_path / "third_party").mkdir()
    for name in ("a.py", "b.txt", "third_party/c.py"):
        (tmp_path / name).write_text(OLD)
    return committed(tmp_path)


def reports_one(output: str) -> bool:
    return "--> a.py:1:8" in output and output.count("-->") == 1


@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
def test_a_hook_can_be_tried(product: Path, work: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    pytest.importorskip("pre_commit")
    home = tmp_path_factory.mktemp("home")
    code, output = pre_commit(work, home, "try-repo", str(product), "cudamig-check", "--verbose", "--all-files")
    assert code == 1, output
    assert reports_one(output), output


@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
def test_the_hooks_run_when_installed(product: Path, work: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    pytest.importorskip("pre_commit")
    home = tmp_path_factory.mktemp("home")
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=product, check=True, capture_output=True, text=True)
    hooks = "".join(f"      - id: {name}\n        verbose: true\n" for name in HOOKS)
    config = f"repos:\n  - repo: {product}\n    rev: {head.stdout.strip()}\n    hooks:\n{hooks}"
    (work / ".pre-commit-config.yaml").write_text(config)
    git("add", "-A", cwd=work)
    code, output = pre_commit(work, home, "run", "cudamig-check", "--all-files")
    assert code == 1, output
    assert reports_one(output), output
    code, output = pre_commit(work, home, "run", "cudamig-repo", "--hook-stage", "manual")
    assert code == 1, output
    assert reports_one(output), output
    code, output = pre_commit(work, home, "run", "cudamig-fix", "--all-files")
    assert code == 1, output
    assert "files were modified by this hook" in output
    assert (work / "a.py").read_text() == NEW
    assert (work / "third_party" / "c.py").read_text() == OLD
    git("add", "-A", cwd=work)
    code, output = pre_commit(work, home, "run", "--all-files")
    assert code == 0, output


def test_the_manifest_is_valid() -> None:
    pytest.importorskip("pre_commit")
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", ".pre-commit-hooks.yaml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
