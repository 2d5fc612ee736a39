"""Old stacks that are meant: what is commented out, printed, or told apart by its name stays as it is."""

from __future__ import annotations

import pytest

WHL = "https://download.pytorch.org/whl"
FROM = "FROM nvidia/cuda:11.8.0-devel-ubuntu22.04\n"
RUN = f"RUN pip install torch==2.0.1+cu118 --index-url {WHL}/cu118\n"
PIN = f"--extra-index-url {WHL}/cu118\ntorch==2.0.1+cu118\n"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Dockerfile", f"# {FROM}FROM scratch\n# {RUN}"),
        ("Dockerfile", f"FROM scratch\nRUN true \\\n  # pip install torch==2.0.1 -i {WHL}/cu118\n  && true\n"),
        ("Dockerfile", "FROM scratch\nRUN echo 'you need torch==2.0.1+cu118'  # nvidia/cuda:11.8.0-base\n"),
        ("requirements.txt", f"# torch==2.0.1+cu118 -f {WHL}/cu118\nnumpy  # not torch==1.0\n"),
        (".github/workflows/a.yml", f"# image: nvidia/cuda:11.8.0-base-ubuntu22.04\njobs:\n  a:\n    steps:\n      - run: |\n          # pip install torch==2.0.1+cu118 -i {WHL}/cu118\n          echo 'install torch==2.0.1+cu118'\n"),
        ("environment.yml", "name: x\nchannels: [a]\ndependencies:\n  # - cudatoolkit=10.2\n  - python=3.11\n"),
        ("a.py", f"# torch==2.0.1+cu118\nraise SystemExit('pip install torch==2.0.1+cu118 -i {WHL}/cu118 first')\n"),
        ("a.md", f"<!-- pip install torch==2.0.1+cu118 -i {WHL}/cu118 -->\nError: torch==2.0.1+cu118 not found\n"),
        ("a.cpp", "// AT_CHECK(x)\n/* AT_CHECK(y); */\nconst char* s = \"AT_CHECK(z)\";\n"),
    ],
)  # fmt: skip
def test_comments_and_texts_are_no_places(check, path: str, text: str) -> None:
    outcome = check({path: text}, unsafe=True)
    assert outcome.after[path].decode() == text
    assert not [finding for finding in outcome.findings if finding.severity != "info"]


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("docker/cu118.Dockerfile", FROM, "which CUDA"),
        ("Dockerfile-cuda11.8", FROM, "which CUDA"),
        ("cuda11.8/Dockerfile", FROM, "which CUDA"),
        ("requirements-cu118.txt", PIN, "which CUDA"),
        ("requirements/torch2.0.txt", PIN, "which torch"),
        ("docker/pytorch-2.0/Dockerfile", FROM + RUN, "which torch"),
        ("py38/requirements.txt", PIN, "Python 3.8"),
        ("requirements-py3.8.txt", PIN, "Python 3.8"),
    ],
)
def test_names_tell_what_a_file_is_for(check, path: str, text: str, reason: str) -> None:
    outcome = check({path: text}, unsafe=True)
    assert outcome.after[path].decode() == text
    assert any(reason in finding.fix.reason for finding in outcome.findings), outcome.findings
    assert {finding.severity for finding in outcome.findings} == {"info"}


@pytest.mark.parametrize("path", ["py311/requirements.txt", "torch/requirements.txt", "torchserve2/requirements.txt", "pytorch3d/requirements.txt"])  # fmt: skip
def test_other_names_hold_nothing(check, path: str) -> None:
    assert check({path: PIN}).after[path] != PIN.encode()


def test_several_images_in_a_manifest_are_told(check) -> None:
    text = "a: {image: 'nvidia/cuda:11.8.0-base-ubuntu22.04'}\nb: {image: 'nvidia/cuda:12.1.1-base-ubuntu22.04'}\n"
    outcome = check({"a.yaml": text})
    assert not outcome.findings
    assert ["2 stacks (11.8.0, 12.1.1)" in item.reason for item in outcome.kept] == [True]
