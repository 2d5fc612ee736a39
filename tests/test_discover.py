"""Which files are scanned, and why others are not."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from cudamig.discover import discover
from cudamig.kinds import kind_of


def never(path: str) -> bool:
    return False


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in (
        "a.py",
        "sub/Dockerfile",
        "sub/requirements.txt",
        "third_party/x.py",
        "old.py.bak",
        "notes.txt",
        "LICENSE",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x\n")
    return tmp_path


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        *((f"docs/a{suffix}", "markup") for suffix in (".md", ".markdown", ".mdx", ".rst", ".MD")),
        ("README", None),
        ("configure", None),
        ("scripts/setup", "script"),  # its first line will tell
        ("a/.docker/entrypoint", "script"),
        ("scripts/LICENSE", None),
        ("scripts/data/words", None),
        ("bin/Makefile", "make"),
        ("docker/docker-bake.gpu.hcl", "bake"),
        ("main.hcl", None),
        ("Dockerfile", "dockerfile"),
        ("x/Dockerfile.gpu", "dockerfile"),
        ("train.Dockerfile", "dockerfile"),
        ("Dockerfile-cu121", "dockerfile"),
        ("Containerfile", "dockerfile"),
        ("Dockerfile.j2", None),
        ("Dockerfile.md", "markup"),
        ("Dockerfile.dockerignore", None),
        ("dockerfile_tools.py", "python"),
        ("requirements.txt", "requirements"),
        ("requirements-dev.in", "requirements"),
        ("requirements_gpu.txt", "requirements"),
        ("requirements/ml.txt", "requirements"),
        ("constraints.txt", "requirements"),
        ("docs/README.txt", "text"),
        ("pyproject.toml", "toml"),
        ("a/Pipfile", "toml"),
        ("setup.cfg", "ini"),
        ("tox.ini", "tox"),
        ("Pipfile.lock", "lock"),
        ("gpu.conda-lock.yml", "lock"),
        ("yarn.lock", None),
        ("pytest.ini", None),
        ("a.cu", "cpp"),
        ("a.CUH", "cpp"),
        ("a.hpp", "cpp"),
        ("a.yml", "yaml"),
        ("a.ipynb", "notebook"),
        ("a.py.orig", None),
        ("Makefile", "make"),
        ("GNUmakefile", "make"),
        ("Makefile.cuda", "make"),
        ("Makefile.in", "text"),
        ("rules.mk", "make"),
        ("run.sh", "shell"),
        ("helpers.bash", "shell"),
        ("webui-user.bat", "batch"),
        ("setup.ps1", "batch"),
        ("gpu.def", "singularity"),
        ("Singularity", "singularity"),
        ("Singularity.cuda11", "singularity"),
        ("singularity.md", "markup"),
        ("src/CMakeLists.txt", "cmake"),
        ("requirements/CMakeLists.txt", "cmake"),
        ("cmake/cuda.cmake", "cmake"),
        ("singularity.py", "python"),
        ("devcontainer.json", "json"),
        (".devcontainer/gpu/base.json", "json"),
        ("package.json", None),
    ],
)
def test_kind(path: str, kind: str | None) -> None:
    assert kind_of(path) == kind


def test_a_folder(tree: Path) -> None:
    found = discover(["."], never)
    assert [(f.path, f.kind) for f in found.files] == [
        ("a.py", "python"),
        ("notes.txt", "text"),  # its content will tell
        ("sub/Dockerfile", "dockerfile"),
        ("sub/requirements.txt", "requirements"),
    ]
    assert {s.path: s.reason for s in found.skipped} == {
        "old.py.bak": "backup copy",
        "third_party/x.py": "vendored tree (third_party/)",
    }


def test_order_and_repetition_do_not_matter(tree: Path) -> None:
    paths = ["sub/Dockerfile", "a.py", "sub", "./a.py"]
    assert discover(paths, never) == discover(sorted(paths), never) == discover([*paths, *paths], never)


def test_git_decides_inside_a_work_tree(tree: Path) -> None:
    git("init", "-q")
    (tree / ".gitignore").write_text("sub/\n")
    assert [f.path for f in discover(["."], never).files] == ["a.py", "notes.txt"]
    assert [f.path for f in discover(["sub"], never).files] == ["sub/Dockerfile", "sub/requirements.txt"]
    git("add", "a.py")
    os.unlink("a.py")
    assert "cannot be looked at" in discover(["."], never).skipped[0].reason


def test_named_files_are_scanned_unless_excluded_by_force(tree: Path) -> None:
    assert discover(["third_party/x.py"], never).files
    assert discover(["a.py"], lambda path: True).files
    assert [s.reason for s in discover(["a.py"], lambda path: True, force_exclude=True).skipped] == ["excluded"]
    assert discover(["."], lambda path: path == "a.py").skipped[0].reason == "excluded"
    assert discover(["LICENSE"], never).skipped[0].reason == "no host reads this kind of file"


def test_links_pipes_and_missing(tree: Path) -> None:
    os.symlink("a.py", "link.py")
    os.symlink("/etc/hostname", "out.py")
    os.symlink("loop.py", "loop.py")
    os.symlink("sub", "sublink")
    os.mkfifo("pipe.py")
    skipped = {s.path: s.reason for s in discover(["."], never).skipped}
    assert skipped["link.py"].startswith("link; its target")
    assert skipped["out.py"] == "link out of the tree"
    assert skipped["loop.py"] == "link that leads nowhere"
    assert skipped["pipe.py"] == "not a regular file"
    assert [f.path for f in discover(["link.py"], never).files] == ["link.py"]
    assert discover(["pipe.py"], never).skipped[0].reason == "not a regular file"
    with pytest.raises(FileNotFoundError):
        discover(["no-such"], never)
