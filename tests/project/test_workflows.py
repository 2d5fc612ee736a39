"""Install lines and images in CI workflows, compose files and conda environments."""

from __future__ import annotations

import pytest

from cudamig.model import Safety

WHL = "https://download.pytorch.org/whl"
PATH = ".github/workflows/ci.yml"


def steps(*runs: str, head: str = "") -> str:
    lines = "".join(f"      - run: {run}\n" for run in runs)
    return f"jobs:\n  test:\n{head}    steps:\n{lines}"


@pytest.mark.parametrize(
    ("run", "after"),
    [
        (f"pip install torch==2.2.0+cu121 -i {WHL}/cu121", f"pip install torch==2.13.0+cu126 -i {WHL}/cu126"),
        (f"|\n          pip install torch==2.2.0 \\\n            -i {WHL}/cu121", f"|\n          pip install torch==2.13.0 \\\n            -i {WHL}/cu126"),
        (f">-\n          pip install torch==2.2.0\n          -i {WHL}/cu121", f">-\n          pip install torch==2.13.0\n          -i {WHL}/cu126"),
        (f"'pip install torch==2.2.0 -i {WHL}/cu121'", f"'pip install torch==2.13.0 -i {WHL}/cu126'"),
        (f"pip install torch -i {WHL}/cu121 # é", f"pip install torch -i {WHL}/cu126 # é"),
    ],
)  # fmt: skip
def test_install_lines_move_with_review(check, run: str, after: str) -> None:
    text = steps(run)
    outcome = check({PATH: text})
    assert outcome.after[PATH].decode() == text
    assert {f.fix.safety for f in outcome.findings} == {Safety.UNSAFE}
    assert check({PATH: text}, unsafe=True).after[PATH].decode() == steps(after)


@pytest.mark.parametrize(
    "text",
    [
        steps(f"pip install torch==2.2.0 -i {WHL}/cpu"),
        steps("pip install torch==1.8.0 torchvision==0.9.0"),
        steps(f"pip install torch==2.2.0+cu118 -i {WHL}/cu118", f"pip install torch==2.2.0+cu121 -i {WHL}/cu121"),
        steps(f"pip install torch==2.1.0 -i {WHL}/cu121", f"pip install torch==2.2.0 -i {WHL}/cu121"),
        steps(f"pip install torch==${{{{ matrix.torch }}}} -i {WHL}/cu121"),
        steps(f"pip install torch==2.2.0 -i {WHL}/${{{{ matrix.cuda }}}}"),
        steps(f"echo pip install torch==2.2.0 -i {WHL}/cu121"),
        f"# pip install torch==2.2.0 -i {WHL}/cu121\nname: x\n",
    ],
)
def test_matrices_and_cpu_jobs_are_left_alone(check, text: str) -> None:
    assert not check({PATH: text}).findings


def test_an_old_python_holds_a_job_back(check) -> None:
    text = steps(
        f"pip install torch==2.2.0+cu121 -i {WHL}/cu121",
        head="    strategy: {matrix: {python-version: ['3.8', '3.11']}}\n",
    )
    outcome = check({PATH: text}, unsafe=True)
    assert outcome.after[PATH].decode() == text
    assert all("Python 3.8" in finding.fix.reason for finding in outcome.findings)


def test_pulled_images_move_and_others_are_reported(check) -> None:
    image = "nvidia/cuda:12.1.1-base-ubuntu22.04"
    compose = f"services:\n  a:\n    image: {image}  # é\n"
    build = f"services:\n  a:\n    build:\n      args:\n        BASE: {image}\n"
    job = f"jobs:\n  a:\n    container: {image}\n"
    outcome = check({"compose.yml": compose, "build.yml": build, PATH: job})
    assert outcome.after["compose.yml"].decode() == compose.replace("12.1.1", "12.6.3")
    assert outcome.after["build.yml"].decode() == build
    assert outcome.after[PATH].decode() == job
    assert sorted(f.path for f in outcome.left) == [PATH, "build.yml"]


def test_several_stacks_in_one_file_are_on_purpose(check) -> None:
    text = "a: {image: 'nvidia/cuda:11.8.0-base-ubuntu22.04'}\nb: {image: 'nvidia/cuda:12.1.1-base-ubuntu22.04'}\n"
    assert not check({"images.yaml": text}).findings


def test_conda_environments(check) -> None:
    text = "channels: [pytorch]\ndependencies:\n  - python=3.9\n  - pytorch==2.1.0\n  - nvidia::cudatoolkit=11.7\n  - pip: [torch==2.1.0]\n"
    found = check({"environment.yml": text}).findings
    assert [text[f.span.start : f.span.end] for f in found] == [
        "pytorch==2.1.0",
        "nvidia::cudatoolkit=11.7",
        "torch==2.1.0",
    ]
    assert not check({"environment.yml": "dependencies: [pytorch==2.1.0]\n"}).findings  # no environment file
    assert not check(
        {"environment.yml": "name: x\ndependencies: [pytorch=2.14, pytorch-gpu, cuda-version=12.6]\n"}
    ).findings


def test_escaped_quotes_and_index_variables_move_too(check) -> None:
    text = (
        "env:\n  PIP_EXTRA_INDEX_URL: https://download.pytorch.org/whl/cu121\n"
        "jobs:\n  a:\n    steps:\n"
        '    - run: "pip install \\"torch==2.2.0+cu121\\" torchvision==0.17.0+cu121"\n'
    )
    after = check({".github/workflows/a.yml": text}, unsafe=True).after[".github/workflows/a.yml"].decode()
    assert after == text.replace("2.2.0", "2.13.0").replace("0.17.0", "0.28.0").replace("cu121", "cu126")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (steps("pip install torch==1.8.0 torchvision==0.9.0"), "names no CUDA"),
        (
            steps(f"pip install torch==2.2.0+cu118 -i {WHL}/cu118", f"pip install torch==2.2.0+cu121 -i {WHL}/cu121"),
            "CUDA 11.8, CUDA 12.1: a matrix written out",
        ),
        (steps("pip install torch==${{ matrix.torch }} -i " + WHL + "/cu121"), "a matrix or a variable"),
    ],
)
def test_what_is_left_alone_is_told(check, text: str, reason: str) -> None:
    assert [reason in item.reason for item in check({PATH: text}).kept] == [True]
