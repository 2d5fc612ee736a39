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
        ("pip install torch==1.13.1\n", "names no CUDA"),
        ("pip install torch==1.13.1 --extra-index-url https://pip.repos.neuron.amazonaws.com\n", "names no CUDA"),
        (
            "docker pull nvidia/cuda:11.8.0-base-ubuntu22.04\ndocker pull nvidia/cuda:11.7.1-base-ubuntu22.04\n",
            "2 stacks",
        ),
        ("docker run nvidia/cuda:$1-base-ubuntu22.04\n", "argument"),
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


@pytest.mark.parametrize(
    ("path", "before"),
    [
        ("a.sh", "docker run --gpus all OLD nvidia-smi\n"),
        ("a.sh", "IMAGE=OLD\ndocker pull $IMAGE && docker run --rm $IMAGE nvidia-smi\n"),
        ("Makefile", "IMAGE := OLD\nrun:\n\t@docker run -it $(IMAGE) bash\n"),
        ("a.bat", "docker run -it OLD bash\r\n"),
        (".github/workflows/a.yml", "jobs: {a: {steps: [{run: docker run OLD nvidia-smi}]}}\n"),
    ],
)
def test_an_image_that_a_command_runs_moves_with_review(check, path: str, before: str) -> None:
    old, new = "nvidia/cuda:11.8.0-base-ubuntu22.04", "nvidia/cuda:12.6.3-base-ubuntu22.04"
    text = before.replace("OLD", old)
    assert check({path: text}).after[path].decode() == text
    assert check({path: text}, unsafe=True).after[path].decode() == before.replace("OLD", new)


@pytest.mark.parametrize(
    "more",
    [
        "docker build --build-arg BASE=$IMAGE .\n",
        'sed "s@IMAGE@$IMAGE@" job.yaml\n',
        "pip install torch==2.0.1+cu117\n",
        "ls /usr/local/cuda-11.8\n",
    ],
)
def test_what_holds_an_image_that_a_script_runs(check, more: str) -> None:
    script = "IMAGE=nvidia/cuda:11.8.0-base-ubuntu22.04\ndocker run $IMAGE nvidia-smi\n" + more
    assert check({"a.sh": script}, unsafe=True).after["a.sh"].decode() == script


ARGUMENT = "ARG CUDA=11.8.0\nFROM nvidia/cuda:${CUDA}-base-ubuntu22.04\n"


@pytest.mark.parametrize(
    ("path", "script"),
    [
        ("build.sh", "docker build --build-arg CUDA=11.8.0 .\n"),
        ("docker/build.sh", "docker buildx build \\\n  --build-arg=CUDA=11.8.0 ..\n"),
        ("Makefile", "image:\n\tdocker build --build-arg CUDA=11.8.0 .\n"),
        ("build.bat", "docker build --build-arg CUDA=11.8.0 .\r\n"),
    ],
)
def test_a_build_argument_of_a_script_moves_with_the_default_that_it_repeats(check, path: str, script: str) -> None:
    outcome = check({"Dockerfile": ARGUMENT, path: script})
    assert outcome.after["Dockerfile"].decode() == ARGUMENT.replace("11.8.0", "12.6.3")
    assert outcome.after[path].decode() == script.replace("11.8.0", "12.6.3")
    assert {finding.fix.group for finding in outcome.findings} == {"stack:Dockerfile"}


@pytest.mark.parametrize(
    "script",
    [
        "docker build --build-arg CUDA=11.7.1 .\n",
        "TAG=11.8.0\ndocker build --build-arg CUDA=$TAG -t a:$TAG .\n",  # the name of what is built
        'if [ "$1" = "11.8" ]; then docker build --build-arg CUDA=11.8.0 .; fi\n',
    ],
)
def test_a_build_argument_of_a_script_holds_the_default(check, script: str) -> None:
    outcome = check({"Dockerfile": ARGUMENT, "build.sh": script}, unsafe=True)
    assert outcome.after == {"Dockerfile": ARGUMENT.encode(), "build.sh": script.encode()}
    assert any("builds with CUDA=" in finding.fix.reason for finding in outcome.findings)


def test_arguments_of_several_builds_say_nothing_of_the_default(check) -> None:
    script = "docker build --build-arg CUDA=11.7.1 .\ndocker build --build-arg CUDA=12.1.1 .\n"
    outcome = check({"Dockerfile": ARGUMENT, "build.sh": script})
    assert outcome.after == {"Dockerfile": ARGUMENT.replace("11.8.0", "12.6.3").encode(), "build.sh": script.encode()}


@pytest.mark.parametrize("more", ["export CUDA_VISIBLE_DEVICES=0\n", "nvidia-smi\n", "pip install cupy-cuda11x\n"])
def test_a_bare_torch_in_a_script_for_cuda_is_judged(check, more: str) -> None:
    outcome = check({"a.sh": "pip install torch==1.13.1\n" + more})
    assert outcome.findings
    assert not any("names no CUDA" in kept.reason for kept in outcome.kept)


def test_a_script_without_a_suffix(check) -> None:
    tree = {"scripts/setup": "#!/usr/bin/env bash\n" + PIP, "bin/torch": "#!/usr/bin/env python\n" + PIP, "notes": PIP}
    outcome = check(tree)
    after = tree | {"scripts/setup": "#!/usr/bin/env bash\n" + MOVED}
    assert {path: text.decode() for path, text in outcome.after.items()} == after


GPU = PIP.replace("+cu118", "")
CPU = GPU.replace("cu118", "cpu")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.sh", f'if [ "$GPU" = 1 ]; then\n  {GPU}else\n  {CPU}fi\n'),
        ("a.bat", f"if x (\r\n{GPU}) else (\r\n{CPU})\r\n"),
        ("a.ps1", f"if ($gpu) {{\n{GPU}}} else {{\n{CPU}}}\n"),
        ("Makefile", f"gpu:\n\t{GPU}cpu:\n\t{CPU}"),
        ("Dockerfile", f"FROM nvidia/cuda:11.8.0-base-ubuntu22.04\nRUN if x; then {GPU[:-1]}; else {CPU[:-1]}; fi\n"),
        ("a.py", f"import os\nif x:\n    os.system('{GPU[:-1]}')\nelse:\n    os.system('{CPU[:-1]}')\n"),
        ("README.md", f"```sh\n{GPU}```\nelse\n```sh\n{CPU}```\n"),
    ],
)
def test_one_release_for_hosts_with_and_without_cuda_moves_together(check, path: str, text: str) -> None:
    outcome = check({path: text}, unsafe=True)
    assert outcome.after[path].decode() == text
    assert any("for hosts without CUDA" in finding.fix.reason for finding in outcome.findings)


def test_another_release_for_hosts_without_cuda_holds_nothing(check) -> None:
    text = GPU + "pip install torch==2.4.0 --index-url https://download.pytorch.org/whl/cpu\n"
    docker = f"FROM nvidia/cuda:11.8.0-base-ubuntu22.04\nRUN {GPU}FROM python:3.11\nRUN {CPU}"
    assert (
        b"cu126"
        in check({"a.sh": GPU + "pip install torch --index-url https://download.pytorch.org/whl/cpu\n"}).after["a.sh"]
    )
    assert b"cu126" in check({"Dockerfile": docker}).after["Dockerfile"]
    assert check({"a.sh": text}).kept


def test_a_version_that_is_not_known_silences_nothing_else(check) -> None:
    runfile = "wget https://a.org/cuda_11.8.0_520.61.05_linux.run\nconda install pytorch==2.0.1 pytorch-cuda=11.8\n"
    cpu = "pip install torch==${T}+cpu\n"
    for pip in ("pip install torch==${T}+cu118\n", cpu, cpu + PIP):
        outcome = check({"a.sh": pip + runfile}, unsafe=True)
        assert outcome.after["a.sh"].decode() == pip + runfile
        assert {finding.rule for finding in outcome.findings} == {"IMG108", "REQ105"}


def test_what_a_build_installs_and_is_left_alone_is_named_once(check) -> None:
    tree = {
        "Dockerfile": "FROM nvidia/cuda:11.8.0-base-ubuntu22.04\nCOPY . /a\nRUN bash /a/a.sh\n",
        "a.sh": f"case $CU in\n  cu118) {PIP};;\nesac\n",
    }
    reason = check(tree).findings[0].fix.reason
    assert reason == "a.sh: a build installs or runs it, and it is left alone: branches on a version (cu118)"
