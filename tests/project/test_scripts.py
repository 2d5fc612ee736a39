"""Scripts: one stack moves whole; several, and what is not seen through, stay with the reason."""

from __future__ import annotations

import pytest

INDEX = "https://download.pytorch.org/whl/cu118"
PIP = f"pip install torch==2.0.1+cu118 torchvision==0.15.2+cu118 --extra-index-url {INDEX}\n"
MOVED = PIP.replace("2.0.1+cu118", "2.13.0+cu126").replace("0.15.2+cu118", "0.28.0+cu126").replace("cu118", "cu126")


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("a.sh", "#!/bin/sh\r\n" + PIP, "#!/bin/sh\r\n" + MOVED),
        ("a.sh", f'export TORCH_COMMAND="{PIP[:-1]}"\n', f'export TORCH_COMMAND="{MOVED[:-1]}"\n'),
        ("a.bat", f"set TORCH_COMMAND={PIP[:-1]}\r\ncall x.bat\r\n", f"set TORCH_COMMAND={MOVED[:-1]}\r\ncall x.bat\r\n"),
        ("a.ps1", "pip install `\r\n " + PIP[11:], "pip install `\r\n " + MOVED[11:]),
        ("Makefile", "all:\n\t@" + PIP, "all:\n\t@" + MOVED),
        ("a.sh", f"CU=cu118\npip install torch --index-url {INDEX[:-5]}$CU\n",
         f"CU=cu126\npip install torch --index-url {INDEX[:-5]}$CU\n"),
        ("a.sh", f'echo "{PIP[:-1]}"\n' + PIP, f'echo "{PIP[:-1]}"\n' + MOVED),
    ],
)  # fmt: skip
def test_one_stack_moves_whole(check, path: str, before: str, after: str) -> None:
    outcome = check({path: before})
    assert outcome.after[path].decode() == after
    assert not outcome.left


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (PIP + PIP.replace("cu118", "cu117"), "2 stacks"),
        (f"case $CU in\n  cu118) {PIP};;\nesac\n", "branches on a version (cu118)"),
        (f'if [[ "$CUDA" == "11.8" ]]; then\n{PIP}fi\n', "branches on a version"),
        (f"for cu in cu117 cu118; do\n{PIP}done\n", "branches on a version"),
        ("pip install torch==$1 --index-url " + INDEX + "\n", "argument"),
        (f"pip install torch==2.0.1 --index-url {INDEX[:-5]}${{CU:-cu118}}\n", "argument"),
        ("export CUDA_HOME=/usr/local/cuda-11.8\nls /usr/local/cuda-11.7\n", "several CUDAs"),
        ('echo "pip install torch==2.0.1"\n', "message"),
    ],
)
def test_several_stacks_are_left_alone(check, script: str, why: str) -> None:
    outcome = check({"a.sh": script}, unsafe=True)
    assert outcome.after["a.sh"].decode() == script
    assert not outcome.findings
    assert any(why in kept.reason for kept in outcome.kept)


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("export CUDA_HOME=/usr/local/cuda-11.8\n" + PIP, "known to bring CUDA 11.8"),
        (PIP + "cat > r.txt <<EOF\ntorch==2.0.1\nEOF\n", "not known"),
        (
            PIP + "cat > Dockerfile <<EOF\nFROM nvidia/cuda:11.8.0-base-ubuntu22.04\nEOF\n",
            "a text that the script writes",
        ),
        (f"V=2.0.1\npip install torch==$V --index-url {INDEX}\ngit clone -b v$V x\n", "made of the same value"),
        ("conda create -n x python=3.7\n" + PIP, "Python 3.7"),
        (PIP + "pip install torch==2.0.1\n", "alternatives"),
        (PIP + "apt-get install cuda-toolkit-11-8\n", "no image here brings CUDA 11.8"),
    ],
)
def test_what_holds_a_script_back(check, script: str, why: str) -> None:
    outcome = check({"a.sh": script}, unsafe=True)
    assert outcome.after["a.sh"].decode() == script
    assert any(why in finding.fix.reason for finding in outcome.findings)


DOCKERFILE = """\
FROM nvidia/cuda:11.8.0-devel-ubuntu22.04
ENV PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cu118
COPY scripts /opt/scripts
RUN bash /opt/scripts/install.sh
"""


def test_a_script_that_a_build_runs_moves_with_it(check) -> None:
    tree = {"Dockerfile": DOCKERFILE, "scripts/install.sh": "pip install torch==2.0.1\n"}
    outcome = check(tree)
    assert {finding.fix.group for finding in outcome.findings} == {"stack:Dockerfile"}
    assert outcome.after["scripts/install.sh"] == b"pip install torch==2.13.0\n"


def test_a_script_with_branches_holds_the_build_that_runs_it(check) -> None:
    tree = {"Dockerfile": DOCKERFILE, "scripts/install.sh": f"case $1 in\n  cu118) {PIP};;\nesac\n"}
    outcome = check(tree)
    assert all(outcome.after[path] == text.encode() for path, text in tree.items())
    assert any("branches on a version" in finding.fix.reason for finding in outcome.findings)


def test_a_definition_file_is_held_like_a_build(check) -> None:
    text = (
        "Bootstrap: docker\nFrom: nvidia/cuda:11.8.0-devel-ubuntu20.04\n%post\n  apt-get install -y python3-pip\n  "
        + PIP
    )
    outcome = check({"a.def": text})
    assert outcome.after["a.def"].decode() == text
    assert any("Python" in finding.fix.reason for finding in outcome.findings)


def test_places_of_cmake_move_by_themselves(check) -> None:
    text = "find_package(CUDA REQUIRED)\nfind_package(Torch)\nset(CMAKE_CXX_STANDARD 14)\nset(CUDA_ARCH 35)\n"
    outcome = check({"CMakeLists.txt": text})
    assert outcome.after["CMakeLists.txt"].decode() == text.replace("14", "17")
    assert len(outcome.left) == 2
