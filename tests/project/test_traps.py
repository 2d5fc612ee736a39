"""Traps of a container build: told, holding nothing back."""

from __future__ import annotations

import pytest

HEAD = "FROM nvidia/cuda:12.1.1-devel-ubuntu22.04\n"


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("RUN apt-get install -y gcc-8 g++-8", "IMG120"),
        ("ENV CC=/usr/bin/gcc-7", "IMG120"),
        ("RUN update-alternatives --install /usr/bin/gcc gcc /usr/bin/gcc-14 10", "IMG120"),
        ("RUN nvidia-smi", "IMG121"),
        ("RUN python -c 'import torch; assert torch.cuda.is_available()'", "IMG121"),
        ("RUN cd ops && python3 setup.py build_ext --inplace", "IMG122"),
        ("RUN pip install git+https://github.com/NVIDIA/apex.git@master", "IMG122"),
        ("RUN sed -i 's/AT_CHECK/TORCH_CHECK/' a.cpp", "IMG123"),
        ('ENV NVIDIA_REQUIRE_CUDA="cuda>=12.1 brand=tesla,driver>=525"', "IMG105"),
    ],
)
def test_told(check, line: str, rule: str) -> None:
    outcome = check({"Dockerfile": f"{HEAD}{line}\n"})
    assert [f.rule for f in outcome.findings] == ["IMG101", rule]
    assert outcome.after["Dockerfile"].decode() == f"FROM nvidia/cuda:12.6.3-devel-ubuntu22.04\n{line}\n"


@pytest.mark.parametrize(
    "text",
    [
        "FROM ubuntu:22.04\nRUN apt-get install -y gcc-8\nRUN nvidia-smi\n",
        HEAD + "RUN apt-get install -y gcc-11 gcc\nENV CC=gcc CXX=g++-13\n",
        HEAD.replace("devel", "runtime") + "RUN python setup.py install\n",
        HEAD + "CMD nvidia-smi\n",
        HEAD + 'ENTRYPOINT ["nvidia-smi"]\n',
        HEAD + "RUN python -c 'import torch; print(torch.cuda.is_available())'\n",
        HEAD + "ENV TORCH_CUDA_ARCH_LIST=8.0\nRUN python setup.py install\n",
        HEAD + "RUN pip install git+https://github.com/huggingface/transformers\n",
        HEAD + "RUN sed -i 's/a/b/' /etc/apt/sources.list\n",
    ],
)
def test_not_told(check, text: str) -> None:
    assert not [f for f in check({"Dockerfile": text}).findings if f.rule.startswith("IMG12")]


def test_a_newer_target_asks_for_a_newer_compiler(check) -> None:
    text = HEAD + "ENV CC=gcc-10\n"
    rules = {
        target: {f.rule for f in check({"Dockerfile": text}, target=target).findings} for target in ("cu126", "cu132")
    }
    assert "IMG120" not in rules["cu126"]
    assert "IMG120" in rules["cu132"]
