"""What moves together, and what holds it back."""

from __future__ import annotations

import re

import pytest

from cudamig.examples import Outcome
from cudamig.model import Safety

CUDA = "FROM nvidia/cuda:12.1.1-devel-ubuntu22.04\n"
MOVED = "FROM nvidia/cuda:12.6.3-devel-ubuntu22.04\n"
PINS = "torch==2.2.0+cu121\ntorchvision==0.17.0+cu121\n"
INDEX = "--extra-index-url https://download.pytorch.org/whl/cu121\n"


def reasons(outcome: Outcome) -> set[str]:
    return {finding.fix.reason for finding in outcome.findings if finding.fix.safety is Safety.MANUAL}


def untouched(outcome: Outcome, tree: dict[str, str]) -> bool:
    return all(outcome.after[path] == text.encode() for path, text in tree.items())


def test_a_build_and_its_requirements_move_together(check) -> None:
    tree = {
        "svc/Dockerfile": CUDA + "COPY requirements/ml.txt /tmp/\nRUN pip install -r /tmp/ml.txt\n",
        "svc/requirements/ml.txt": INDEX + PINS,
    }
    outcome = check(tree)
    assert {finding.fix.group for finding in outcome.findings} == {"stack:svc/Dockerfile"}
    assert outcome.after["svc/Dockerfile"].decode().startswith(MOVED)
    assert b"torch==2.13.0+cu126" in outcome.after["svc/requirements/ml.txt"]
    assert not outcome.left


def test_nothing_moves_when_one_of_two_stages_cannot(check) -> None:
    tree = {"Dockerfile": CUDA + "FROM nvidia/cuda:11.1.1-base-ubuntu18.04\n"}
    outcome = check(tree)
    assert untouched(outcome, tree)
    assert all("ubuntu18.04" in reason for reason in reasons(outcome))


def test_requirements_joined_by_the_shell_are_seen(check) -> None:
    tree = {
        "Dockerfile": CUDA
        + "COPY reqs/ ./reqs/\nRUN cat reqs/base.txt reqs/ml.txt > all.txt && pip install -r all.txt\n",
        "reqs/base.txt": "numpy\n",
        "reqs/ml.txt": PINS + "xformers==0.0.24\n",
    }
    outcome = check(tree)
    assert untouched(outcome, tree)
    assert any("xformers" in reason for reason in reasons(outcome))


def test_a_common_base_file_joins_nobody(check) -> None:
    tree = {
        "a/Dockerfile": CUDA + "RUN pip install -r requirements.txt\n",
        "b/Dockerfile": "FROM nvidia/cuda:11.1.1-base-ubuntu18.04\nRUN pip install -r requirements.txt\n",
        "requirements.txt": "torch>=2.0\nnumpy\n",
    }
    outcome = check(tree)
    assert outcome.after["a/Dockerfile"].decode().startswith(MOVED)
    assert outcome.after["b/Dockerfile"] == tree["b/Dockerfile"].encode()


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("RUN apt-get install -y python3.8 && python3.8 -m pip install x\n", "Python 3.8"),
        ("RUN conda create -y python=3.7\n", "Python 3.7"),
        ("RUN conda install -y pytorch -c pytorch\n", "conda"),
        ("RUN apt-get install -y cuda-toolkit-11-8\n", "no image here brings CUDA 11.8"),
        ("RUN apt-get install -y libcudnn8\n", "libcudnn8"),
        ("RUN rm /etc/apt/sources.list.d/cuda.list\n", "cuda.list"),
        ("RUN pip install xformers==0.0.24\n", "xformers"),
        ("RUN pip install spconv-cu118\n", "spconv-cu118"),
        ("RUN pip install tensorflow==2.13.0\n", "tensorflow"),
        ("RUN pip install torchtext\n", "torchtext"),
        ("RUN pip install torch==$(cat version)\n", "shell"),
        ("RUN pip install 'torch<2.3'\n", "excludes"),
        ("RUN pip install torch==2.1.0 --index-url https://mirror.example.com/whl/cu121\n", "mirror.example.com"),
        ("RUN pip install --pre torch --index-url https://download.pytorch.org/whl/nightly/cu121\n", "nightly"),
        (
            "RUN pip install https://download.pytorch.org/whl/cu118/torch-2.0.1%2Bcu118-cp310-cp310-linux_x86_64.whl\n",
            "file",
        ),
        ("FROM nvidia/cuda:12.8.1-base-ubuntu22.04\n", "newer than the target"),
        ("FROM pytorch/pytorch:2.1.2-cuda12.1-cudnn8-runtime\nRUN conda install x\n", "conda"),
    ],
)
def test_what_holds_a_build_back(check, lines: str, why: str) -> None:
    tree = {"Dockerfile": CUDA + lines}
    outcome = check(tree)
    assert untouched(outcome, tree)
    assert any(why in reason for reason in reasons(outcome)), reasons(outcome)


def test_a_lock_file_that_pins_torch_holds_back_who_installs_it(check) -> None:
    build = {"Dockerfile": CUDA + "RUN poetry install\n"}
    locked = build | {"poetry.lock": '[[package]]\nname = "torch"\n'}
    free = build | {"poetry.lock": '[[package]]\nname = "numpy"\n'}
    assert untouched(check(locked), locked)
    assert check(free).after["Dockerfile"].decode().startswith(MOVED)


@pytest.mark.parametrize(
    "name", ["Dockerfile-cu121", "cuda-12.1.Dockerfile", "Dockerfile.cuda121", "cuda12/Dockerfile"]
)
def test_a_file_named_for_its_cuda_stays(check, name: str) -> None:
    tree = {name: CUDA}
    outcome = check(tree)
    assert untouched(outcome, tree)
    assert any("path says" in reason for reason in reasons(outcome))
    assert all(finding.severity == "info" for finding in outcome.findings)


def test_generated_files_stay(check) -> None:
    tree = {"requirements.txt": "# autogenerated by pip-compile\n" + INDEX + PINS}
    outcome = check(tree)
    assert untouched(outcome, tree)
    assert any("generates" in reason for reason in reasons(outcome))


def test_python_image_that_installs_the_pins(check) -> None:
    tree = {
        "Dockerfile": "FROM python:3.8-slim\nRUN pip install -r requirements.txt\n",
        "requirements.txt": INDEX + PINS,
    }
    assert untouched(check(tree), tree)
    tree["Dockerfile"] = tree["Dockerfile"].replace("3.8", "3.11")
    assert b"cu126" in check(tree).after["requirements.txt"]


def test_bare_pins_on_a_cuda_image_get_the_index(check) -> None:
    tree = {"Dockerfile": CUDA + 'RUN pip install "torch==2.1.0" torchvision==0.16.0 && echo done\n'}
    expected = (
        MOVED + 'RUN pip install "torch==2.13.0" torchvision==0.28.0 '
        "--extra-index-url https://download.pytorch.org/whl/cu126 && echo done\n"
    )
    assert check(tree).after["Dockerfile"].decode() == expected


def test_bare_pins_elsewhere_need_review(check) -> None:
    tree = {"requirements.txt": "torch==2.1.0\r\n"}
    assert untouched(check(tree), tree)
    after = check(tree, unsafe=True).after["requirements.txt"]
    assert after == b"--extra-index-url https://download.pytorch.org/whl/cu126\r\ntorch==2.13.0\r\n"


def test_alternatives_are_left_to_their_author(check) -> None:
    tree = {
        "requirements.txt": INDEX
        + 'torch==1.13.1+cu117 ; python_version < "3.9"\ntorch==2.2.0+cu121 ; python_version >= "3.9"\n'
    }
    assert untouched(check(tree), tree)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "torch==2.2.0+cu121 torchvision==0.17.0+cu121 --extra-index-url https://download.pytorch.org/whl/cu121\n",
            "refuses",
        ),
        ("sympy==1.12\ntorch==2.2.0+cu121\n", "sympy>=1.13.3"),
        ("torch==2.2.0+cu121\ntorchrec==0.6.0\n", "torchrec"),
    ],
)
def test_what_holds_a_list_back(check, text: str, why: str) -> None:
    outcome = check({"requirements.txt": text})
    assert untouched(outcome, {"requirements.txt": text})
    assert any(why in reason for reason in reasons(outcome)), reasons(outcome)


def test_pins_of_the_system_hold_images_only(check) -> None:
    text = "torch==2.2.0+cu121\ntensorflow==2.13.0\n"
    assert b"cu126" in check({"requirements.txt": text}).after["requirements.txt"]


@pytest.mark.parametrize(
    ("base", "moves"),
    [
        ("python:3.11-slim", True),
        ("docker.io/library/ubuntu:22.04", True),
        ("mambaorg/micromamba:1.5", True),
        ("nvcr.io/nvidia/pytorch:23.10-py3", False),
        ("mosaicml/pytorch:2.1.0_cu121", False),
        ("$BASE", False),
    ],
)
def test_pins_on_a_base_of_others(check, base: str, moves: bool) -> None:
    text = f"FROM {base}\nRUN pip install torch==2.2.0 --index-url https://download.pytorch.org/whl/cu121\n"
    assert (check({"Dockerfile": text}).after["Dockerfile"] != text.encode()) is moves


def test_old_pins_do_not_fit_the_python_of_a_newer_image(check) -> None:
    image = "FROM pytorch/pytorch:1.8.1-cuda11.1-cudnn8-runtime\nRUN pip install -r requirements.txt\n"
    tree = {"Dockerfile": image, "requirements.txt": "numpy==1.19.1\n"}
    outcome = check(tree)
    assert untouched(outcome, tree)
    assert any("numpy==1.19.1 has no wheel" in reason for reason in reasons(outcome))
    tree["requirements.txt"] = "numpy==1.26.4\n"
    assert check(tree).after["Dockerfile"].startswith(b"FROM pytorch/pytorch:2.13.0")


def test_one_value_that_would_read_two_ways(check) -> None:
    tree = {
        "Dockerfile": "ARG V=2.1.0\nFROM pytorch/pytorch:${V}-cuda12.1-cudnn8-devel\nARG V\n"
        "RUN pip install torchaudio==$V --index-url https://download.pytorch.org/whl/cu121\n"
    }
    outcome = check(tree)
    assert untouched(outcome, tree)
    assert any("two ways" in reason for reason in reasons(outcome))


@pytest.mark.parametrize("target", ["cu118", "cu126", "cu126-last", "cu126-torch26", "cu130", "cu132"])
def test_never_backwards(check, target: str) -> None:
    tree = {
        "Dockerfile": "FROM nvidia/cuda:13.3.0-base-ubuntu24.04\n",
        "requirements.txt": "--index-url https://download.pytorch.org/whl/cu133\ntorch==2.99.0+cu133\n",
    }
    outcome = check(tree, target)
    assert untouched(outcome, tree)
    assert all(finding.severity == "info" for finding in outcome.findings)


@pytest.mark.parametrize("target", ["cu118", "cu126", "cu126-last", "cu126-torch26", "cu130", "cu132"])
def test_the_result_is_at_the_target(check, target: str) -> None:
    tree = {
        "Dockerfile": "FROM nvidia/cuda:11.3.1-cudnn8-devel-ubuntu20.04\n"
        "RUN conda create -y python=3.11\nRUN pip install torch==1.12.0+cu113 -f https://download.pytorch.org/whl/cu113\n"
    }
    outcome = check(tree, target)
    assert not outcome.faults
    left = [finding for finding in outcome.left if finding.severity != "info"]
    moved = outcome.after["Dockerfile"] != tree["Dockerfile"].encode()
    assert moved != bool(left)
    assert moved == (target not in ("cu130", "cu132"))  # CUDA 13 has no Ubuntu 20.04


def test_a_command_in_exec_form_that_needs_an_index_is_reported(check) -> None:
    tree = {"Dockerfile": CUDA + 'RUN ["pip", "install", "torch==2.1.0"]\n'}
    outcome = check(tree)
    assert untouched(outcome, tree)
    assert any("no one place" in reason for reason in reasons(outcome))


INSTALL = "pip install torch==2.2.0+cu121 --index-url https://download.pytorch.org/whl/cu121"


@pytest.mark.parametrize(
    "line",
    [
        f'["bash", "-c", "source x && {INSTALL}"]',
        f'bash -lc "{INSTALL}"',
        f"conda run -n env {INSTALL}",
        f"poetry run {INSTALL}",
        f"sudo -H {INSTALL}",
        "export PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cu121 && pip install torch==2.2.0+cu121",
        "UV_TORCH_BACKEND=cu121 uv pip install torch==2.2.0",
        "uv pip install --torch-backend=cu121 torch==2.2.0",
    ],
)
def test_installs_in_every_wrapping_move_with_the_image(check, line: str) -> None:
    outcome = check({"Dockerfile": f"{CUDA}RUN {line}\n"})
    after = outcome.after["Dockerfile"].decode()
    assert after == MOVED + f"RUN {line}\n".replace("2.2.0", "2.13.0").replace("cu121", "cu126")
    assert not outcome.left


def test_what_a_build_copies_from_an_old_image_moves_too(check) -> None:
    lines = (
        "FROM ubuntu:22.04\n"
        "COPY --from=nvidia/cuda:12.1.1-devel-ubuntu22.04 /usr/local/cuda-12.1/lib64 /usr/local/cuda-12.1/lib64\n"
        "RUN --mount=type=bind,from=nvidia/cuda:12.1.1-devel-ubuntu22.04,target=/cuda make\n"
        "ENV LD_LIBRARY_PATH=/usr/local/cuda-12.1/lib64:$LD_LIBRARY_PATH\n"
        f"ONBUILD RUN {INSTALL}\n"
        f'CMD ["bash", "-c", "{INSTALL} && serve"]\n'
    )
    after = check({"Dockerfile": lines}).after["Dockerfile"].decode()
    moves = {"12.1.1": "12.6.3", "cuda-12.1": "cuda-12.6", "2.2.0": "2.13.0", "cu121": "cu126"}
    for old, new in moves.items():
        lines = lines.replace(old, new)
    assert after == lines


@pytest.mark.parametrize(
    ("tail", "why"),
    [
        (f'RUN if [ "$OLD" ]; then {INSTALL.replace("121", "118")}; else {INSTALL}; fi\n', "2.2.0+cu118 here"),
        (f"RUN if x; then {INSTALL}; else pip install torch==1.13.1; fi\n", "1.13.1 there"),
        ("RUN pip install torch -i https://download.pytorch.org/whl/cu118 || "
         "pip install torch -i https://download.pytorch.org/whl/cu121\n", "an index as cu118"),
        ("FROM nvidia/cuda:11.8.0-devel-ubuntu22.04 AS cuda118\n", "the stage cuda118"),
    ],
)  # fmt: skip
def test_alternatives_in_a_build_hold_each_other(check, tail: str, why: str) -> None:
    tree = {"Dockerfile": CUDA + tail}
    outcome = check(tree)
    assert untouched(outcome, tree)
    assert any(why in reason for reason in reasons(outcome))


def test_stages_of_their_own_are_no_alternatives(check) -> None:
    outcome = check({"Dockerfile": f"{CUDA}RUN {INSTALL}\n{CUDA}RUN {INSTALL} && {INSTALL}\n"})
    assert not outcome.left


@pytest.mark.parametrize(
    "line",
    [
        "https://github.com/a/b/releases/download/v2/flash_attn-2.5.6+cu122torch2.1cxx11abiFALSE-cp310-cp310-linux_x86_64.whl",
        "flash-attn @ https://example.com/flash_attn-2.5.6-cp310-cp310-linux_x86_64.whl",
        "https://example.com/nvdiffrast-0.3+pt21cu121-cp310-cp310-linux_x86_64.whl",
        'https://example.com/exllamav2-0.0.11+cu121-cp310-cp310-win_amd64.whl; platform_system == "Windows"',
    ],
)
def test_a_wheel_file_of_a_companion_holds_its_file(check, line: str) -> None:
    tree = {"requirements.txt": INDEX + PINS + line + "\n"}
    outcome = check(tree)
    assert untouched(outcome, tree)
    (finding,) = [finding for finding in outcome.findings if finding.rule == "REQ103"]
    assert re.match(r"this wheel of [a-z-]+\d? is (tied|built)", finding.message)


@pytest.mark.parametrize(
    "line",
    [
        "git+https://github.com/a/flash-attn@v2",
        "https://example.com/tool-1.0-py3-none-any.whl",
        "https://example.com/flash_attn-2.9.0+cu12torch2.13cxx11abiTRUE-cp310-cp310-linux_x86_64.whl",
    ],
)
def test_what_is_built_when_it_is_installed_holds_nothing(check, line: str) -> None:
    assert not check({"requirements.txt": INDEX + PINS + line + "\n"}).left


@pytest.mark.parametrize(
    "command",
    [
        "pip config set global.extra-index-url https://download.pytorch.org/whl/cu121",
        "echo '--extra-index-url https://download.pytorch.org/whl/cu121' >> extra.txt",
        "wget -q https://download.pytorch.org/whl/cu121/torch-2.2.0%2Bcu121-cp310-cp310-linux_x86_64.whl",
    ],
)
def test_an_old_wheel_address_in_another_command_holds_the_build(check, command: str) -> None:
    tree = {"Dockerfile": f"{CUDA}RUN {command} && {INSTALL}\n"}
    outcome = check(tree)
    assert untouched(outcome, tree)
    assert any("what this command does" in reason for reason in reasons(outcome))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("compose.yml", "services:\n  a:\n    build:\n      context: .\n      args:\n        CUDA: 11.8.0\n"),
        ("docker/compose.yml", "services:\n  a:\n    build: {context: .., args: ['CUDA=${CUDA:-11.8.0}']}\n"),
        (".github/workflows/a.yml", "jobs: {a: {steps: [{run: docker build --build-arg CUDA=11.8.0 .}]}}\n"),
        (".github/workflows/a.yml", "a:\n  - with:\n      build-args: |\n        A=1\n        CUDA=11.8.0\n"),
    ],
)
def test_a_default_does_not_move_while_another_file_gives_its_value(check, path: str, text: str) -> None:
    docker = "ARG CUDA=12.1.1\nFROM nvidia/cuda:${CUDA}-devel-ubuntu22.04\n"
    tree = {"Dockerfile": docker, path: text}
    outcome = check(tree)
    assert untouched(outcome, tree)
    assert any(f"{path} builds with CUDA=" in reason for reason in reasons(outcome))
    there = {"Dockerfile": docker, path: text.replace("11.8.0", "12.6.3")}
    assert check(there).after["Dockerfile"].decode() == docker.replace("12.1.1", "12.6.3")


@pytest.mark.parametrize(
    "lines",
    [
        "COPY <<EOF /r.txt\nnumpy\ntorch==2.1.0+cu121\nEOF\nRUN pip install -r /r.txt\n",
        "RUN cat <<'EOF' > r.txt && pip install -r r.txt\ntorch==2.1.0\nEOF\n",
        "RUN echo 'torch==2.1.0' > c.txt && pip install -c c.txt x\n",
        "RUN pip install torch==2.1.0+cu121 xformers==0.0.22 <<EOF\nEOF\n",
        "ARG V=12.1\nRUN apt-get install -y libnccl2=2.18.3-1+cuda${V}\n",
    ],
)
def test_pins_that_a_build_writes_or_composes_hold_it(check, lines: str) -> None:
    tree = {"Dockerfile": CUDA + lines}
    outcome = check(tree)
    assert untouched(outcome, tree)
    assert any(finding.rule in ("REQ101", "IMG104") for finding in outcome.findings)


def test_a_composed_folder_moves_with_its_image(check) -> None:
    text = CUDA + "ARG V=12.1\nENV CUDA_HOME=/usr/local/cuda-${V}\n"
    assert check({"Dockerfile": text}).after["Dockerfile"].decode() == text.replace("12.1.1", "12.6.3").replace(
        "V=12.1", "V=12.6"
    )


def test_a_backend_that_is_not_known_holds_the_build(check) -> None:
    tree = {"Dockerfile": CUDA + "RUN uv pip install --torch-backend=$B torch==2.2.0\n"}
    assert untouched(check(tree), tree)


def test_an_argument_that_a_stage_sets_again_moves_too(check) -> None:
    docker = "ARG CUDA=12.1.1\nFROM nvidia/cuda:${CUDA}-devel-ubuntu22.04\nARG CUDA=12.1.1\nRUN ./build $CUDA\n"
    other = "FROM ubuntu:22.04\nARG CUDA=11.8.0\nARG APP=12.1.1\n"
    assert (
        check({"Dockerfile": docker + other}).after["Dockerfile"].decode() == docker.replace("12.1.1", "12.6.3") + other
    )


@pytest.mark.parametrize("again", ["ARG CUDA", "ARG CUDA=12.1.1"])
@pytest.mark.parametrize("line", ["RUN wget https://a.org/lib-$CUDA.tgz", "ADD https://a.org/lib-${CUDA}.tgz /opt/"])
def test_an_address_made_of_a_version_holds_it(check, again: str, line: str) -> None:
    tree = {"Dockerfile": f"ARG CUDA=12.1.1\nFROM nvidia/cuda:$CUDA-devel-ubuntu22.04\n{again}\n{line}\n"}
    outcome = check(tree)
    assert untouched(outcome, tree)
    assert any("https://a.org/lib-12.1.1.tgz is made of the same value" in reason for reason in reasons(outcome))


def test_a_file_under_another_name_is_linked(check) -> None:
    for how in (
        "COPY deps/requirements.txt /tmp/r.txt\nRUN ",
        "RUN --mount=type=bind,source=deps/requirements.txt,target=/tmp/r.txt ",
    ):
        tree = {
            "Dockerfile": f"FROM nvidia/cuda:11.1.1-devel-ubuntu18.04\n{how}pip install -r /tmp/r.txt\n",
            "deps/requirements.txt": "torch==2.2.0\n",
        }
        assert check(tree).after["deps/requirements.txt"] == b"torch==2.2.0\n"


def test_a_version_and_what_is_cut_out_of_it_move_as_one(check) -> None:
    head = "ARG CUDA=12.1.1\nFROM nvidia/cuda:${CUDA}-devel-ubuntu22.04\nARG CUDA\n"
    rest = "RUN pip install torch==2.2.0 -i https://download.pytorch.org/whl/cu${V//./}\nENV P=/usr/local/cuda-${CUDA%.*}\n"
    outcome = check({"Dockerfile": head + "ARG V=${CUDA:0:4}\n" + rest})
    assert outcome.after["Dockerfile"].decode().startswith(head.replace("12.1.1", "12.6.3"))
    assert not outcome.left


def test_conda_with_a_computed_version_holds_a_build(check) -> None:
    run = 'RUN conda install -c pytorch "pytorch-cuda=$(echo $CUDA_VERSION | cut -d. -f1-2)"\n'
    tree = {"Dockerfile": f"{CUDA}ARG CUDA_VERSION=12.1\n{run}"}
    assert untouched(check(tree), tree)


@pytest.mark.parametrize("option", ["--index-url", "--extra-index-url"])
def test_pins_that_a_build_for_cpu_takes_too_hold_the_index(check, option: str) -> None:
    install = f"COPY . .\nRUN pip install -r requirements.txt {option} https://download.pytorch.org/whl/"
    tree = {
        "Dockerfile": f"FROM nvidia/cuda:12.1.1-base-ubuntu22.04\n{install}cu121\n",
        "Dockerfile.cpu": f"FROM python:3.10-slim\n{install}cpu\n",
        "requirements.txt": "torch==2.3.1\nnumpy\n",
    }
    outcome = check(tree, unsafe=True)
    assert untouched(outcome, tree)
    assert any("a CPU, ROCm or XPU index there" in reason for reason in reasons(outcome))


def test_all_reasons_are_kept_where_one_is_told(check) -> None:
    outcome = check({"requirements.txt": "torch==2.3.1+cu121\nxformers==0.0.26\nvllm==0.5.0\n"})
    first = outcome.findings[0].fix
    assert "(and 1 more reason: --verbose)" in first.reason
    assert [item.message.partition(":")[0] for item in first.held] == ["xformers", "vllm"]
    assert not check({"requirements.txt": "torch==2.3.1+cu121\nxformers==0.0.26\n"}).findings[0].fix.held
