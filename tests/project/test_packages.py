"""System packages of CUDA and cuDNN, and installers."""

from __future__ import annotations

import pytest

HEAD = "FROM nvidia/cuda:12.1.1-devel-ubuntu22.04\n"


@pytest.mark.parametrize(
    ("package", "target", "after"),
    [
        ("cuda-nvcc-12-1", "cu126", "cuda-nvcc-12-6"),
        ("libcusolver-dev-12-1", "cu130", "libcusolver-dev-13-0"),
        ("cuda-compat-12-1", "cu118", None),  # never back
        ("cuda-nvprof-12-1", "cu126", "cuda-nvprof-12-6"),
        ("cuda-nvprof-12-1", "cu130", None),  # ended with CUDA 12
        ("cuda-nvcc-12-1", "cu132", None),  # no list of 13.2's packages
        ("cuda-nvcc-12-1=12.1.105-1", "cu126", None),
        ("cuda-nvcc-11-8", "cu126", None),
        ("libcudnn8", "cu126", None),
        ("libcudnn8-dev=8.9.0.131-1+cuda12.1", "cu126", None),
        ("libnccl2=2.18.3-1+cuda12.1", "cu126", None),
    ],
)
def test_packages_move_with_the_image_or_hold_it(check, package: str, target: str, after: str | None) -> None:
    text = f"{HEAD}RUN apt-get install -y {package}\n"
    out = check({"Dockerfile": text}, target=target).after["Dockerfile"].decode()
    assert out.splitlines()[1] == f"RUN apt-get install -y {after or package}"
    assert (out.splitlines()[0] == HEAD.strip()) is (after is None)


@pytest.mark.parametrize(
    "package", ["cuda-nvcc-12-6", "libnccl2", "libcudnn9-cuda-12", "libnccl2=2.23.4-1+cuda12.6", "nvidia-cuda-toolkit"]
)
def test_packages_of_the_target_or_of_none(check, package: str) -> None:
    assert not check({"Dockerfile": f"FROM ubuntu:22.04\nRUN apt-get install -y {package}\n"}).findings


def test_a_name_with_a_variable(check) -> None:
    text = "ARG V=12-1\n" + HEAD + "ARG V\nRUN apt-get install -y cuda-nvcc-${V}\n"
    assert check({"Dockerfile": text}).after["Dockerfile"].startswith(b"ARG V=12-6\nFROM nvidia/cuda:12.6.3")


def test_new_names_are_told(check) -> None:
    text = HEAD + "RUN apt-get install -y libcudnn8-dev\n"
    reasons = " ".join(f.fix.reason for f in check({"Dockerfile": text}, target="cu130").findings)
    assert "libcudnn9-dev-cuda-13" in reasons


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("cuda_12.1.0_530.30.02_linux.run", "cuda_12.6.3_560.35.05_linux.run"),
        ("cuda_12.1.0_531.14_windows.exe", "CUDA beside"),
        ("cuda-repo-ubuntu2004-12-1-local_12.1.0-530.30.02-1_amd64.deb", "CUDA beside"),
    ],
)
def test_installers_hold_the_build(check, file: str, told: str) -> None:
    text = f"{HEAD}RUN wget https://developer.download.nvidia.com/compute/cuda/x/local_installers/{file}\n"
    outcome = check({"Dockerfile": text}, unsafe=True)
    assert outcome.after["Dockerfile"].decode() == text
    assert told in next(f for f in outcome.findings if f.rule == "IMG108").fix.reason


@pytest.mark.parametrize(("system", "moves"), [("ubuntu2204", True), ("ubuntu2004", False)])
def test_the_repository_of_the_image_s_own_system_stays(check, system: str, moves: bool) -> None:
    text = f"{HEAD}RUN wget https://developer.download.nvidia.com/compute/cuda/repos/{system}/x86_64/cuda-keyring_1.1-1_all.deb\n"
    assert (check({"Dockerfile": text}).after["Dockerfile"].decode() != text) is moves


LIBTORCH = "https://download.pytorch.org/libtorch/cu121/libtorch-cxx11-abi-shared-with-deps-2.3.1%2Bcu121.zip"
DEVEL = "FROM nvidia/cuda:12.1.1-devel-ubuntu22.04\n"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Dockerfile", f"{DEVEL}RUN wget {LIBTORCH} && unzip libtorch*.zip\n"),
        ("Dockerfile", f"{DEVEL}ADD {LIBTORCH} /opt/\n"),
        ("Dockerfile", f"{DEVEL}ENV LIBTORCH={LIBTORCH}\nRUN curl -O $LIBTORCH\n"),
        ("Dockerfile", f"{DEVEL}RUN wget {LIBTORCH.replace('cu121', '$(cat cuda)')}\n"),
        ("pod.yaml", f"a: {{image: nvidia/cuda:12.1.1-base-ubuntu22.04, command: [wget, '{LIBTORCH}']}}\n"),
        ("a.sh", f"docker run nvidia/cuda:12.1.1-devel-ubuntu22.04 true\nwget {LIBTORCH}\n"),
    ],
)
def test_an_archive_of_libtorch_holds_what_takes_it(check, path: str, text: str) -> None:
    outcome = check({path: text}, unsafe=True)
    assert outcome.after[path].decode() == text
    assert [finding.rule for finding in outcome.findings].count("REQ107") == 1
    assert all("libtorch" in finding.fix.reason for finding in outcome.findings)


@pytest.mark.parametrize("version", ["2.13.0%2Bcu126.zip", "latest.zip", "2.3.1%2Bcpu.zip"])
def test_an_archive_of_libtorch_that_is_fine(check, version: str) -> None:
    variant = "cpu" if "cpu" in version else "cu126"
    address = f"https://download.pytorch.org/libtorch/{variant}/libtorch-shared-with-deps-{version}"
    assert b"12.6.3" in check({"Dockerfile": f"{DEVEL}ADD {address} /\n"}).after["Dockerfile"]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (f'set(LIBTORCH_URL "{LIBTORCH}")', "REQ107"),
        (f"FetchContent_Declare(libtorch URL {LIBTORCH})", "REQ107"),
        ("set(CUDA_TOOLKIT_ROOT_DIR /usr/local/cuda-12.1)", "IMG103"),
    ],
)
def test_files_of_cmake_hold_the_build_that_runs_them(check, line: str, rule: str) -> None:
    build = DEVEL + "COPY . /app\nRUN cmake -S /app -B /app/build\n"
    tree = {"docker/Dockerfile": build, "CMakeLists.txt": "project(x)\n", "lib/CMakeLists.txt": line + "\n"}
    outcome = check(tree, unsafe=True)
    assert outcome.after["docker/Dockerfile"].decode() == build
    assert {finding.rule for finding in outcome.findings} == {"IMG101", rule}
    assert all("lib/CMakeLists.txt" in f.fix.reason for f in outcome.findings if f.rule == "IMG101")
    for other in (DEVEL + "RUN cmake --version\n", DEVEL + "COPY . /app\nRUN true\n"):
        assert b"12.6.3" in check({**tree, "docker/Dockerfile": other}).after["docker/Dockerfile"]


def test_a_folder_that_the_image_does_not_bring_holds_nothing(check) -> None:
    build = DEVEL + "COPY . /app\nRUN cmake -S /app\n"
    tree = {"Dockerfile": build, "CMakeLists.txt": "set(CUDA_TOOLKIT_ROOT_DIR /usr/local/cuda-10.2)\n"}
    assert b"12.6.3" in check(tree).after["Dockerfile"]
