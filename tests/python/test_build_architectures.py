"""Architectures in build scripts: which options go from their lists, and what is reported or left alone."""

from __future__ import annotations

import pytest

HEAD = "import os\nimport torch\nfrom torch.utils.cpp_extension import CUDAExtension, load\n"
OLD, NEW = "arch=compute_35,code=sm_35", "arch=compute_70,code=sm_70"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"load('a', extra_cuda_cflags=['-O3', '-gencode', '{OLD}', '-gencode', '{NEW}'])",
         f"load('a', extra_cuda_cflags=['-O3', '-gencode', '{NEW}'])"),
        (f"load('a', extra_cuda_cflags=['-gencode', '{NEW}', '-gencode', '{OLD}'])",
         f"load('a', extra_cuda_cflags=['-gencode', '{NEW}'])"),
        (f"load('a', extra_cuda_cflags=['-gencode={NEW}', '-gencode={OLD}',])",
         f"load('a', extra_cuda_cflags=['-gencode={NEW}',])"),
        (f"f = ['-gencode {OLD}', '-gencode {NEW}', '-O3']\nload('a', extra_cuda_cflags=f)",
         f"f = ['-gencode {NEW}', '-O3']\nload('a', extra_cuda_cflags=f)"),
        (f"f = '-gencode {OLD} -gencode {NEW}'.split()\nload('a', extra_cuda_cflags=f)",
         f"f = '-gencode {NEW}'.split()\nload('a', extra_cuda_cflags=f)"),
        (f"f = {{'nvcc': ['-O2']}}\nf['nvcc'] += [\n  '-gencode', '{OLD}',\n\n  '-gencode', '{NEW}',\n]\nCUDAExtension('a', extra_compile_args=f)",
         f"f = {{'nvcc': ['-O2']}}\nf['nvcc'] += [\n\n  '-gencode', '{NEW}',\n]\nCUDAExtension('a', extra_compile_args=f)"),
        (f"f = x + [\n  '-gencode={NEW}',\n  '-gencode={OLD}'\n]\nload('a', extra_cuda_cflags=f)",
         f"f = x + [\n  '-gencode={NEW}'\n]\nload('a', extra_cuda_cflags=f)"),
        ("os.environ['TORCH_CUDA_ARCH_LIST'] = '3.5;7.0+PTX'\nload('a')", "os.environ['TORCH_CUDA_ARCH_LIST'] = '7.0+PTX'\nload('a')"),
        ("os.environ.setdefault('TORCH_CUDA_ARCH_LIST', '7.0 3.5')\nload('a')", "os.environ.setdefault('TORCH_CUDA_ARCH_LIST', '7.0')\nload('a')"),
        ("if 'TORCH_CUDA_ARCH_LIST' not in os.environ:\n  os.environ['TORCH_CUDA_ARCH_LIST'] = '3.5;7.0'\nload('a')",
         "if 'TORCH_CUDA_ARCH_LIST' not in os.environ:\n  os.environ['TORCH_CUDA_ARCH_LIST'] = '7.0'\nload('a')"),
        (f"if torch.version.cuda is not None:\n  load('a', extra_cuda_cflags=['-gencode={OLD}', '-gencode={NEW}'])",
         f"if torch.version.cuda is not None:\n  load('a', extra_cuda_cflags=['-gencode={NEW}'])"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_old_architectures_go(check, before: str, after: str, end: str) -> None:
    before, after = ((HEAD + code + "\n").replace("\n", end) for code in (before, after))
    done = check({"setup.py": before})
    assert done.after["setup.py"].decode() == after
    assert [finding.rule for finding in done.findings] == ["BLD102"]
    assert not done.left


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (f"f = []\nf.append('-gencode')\nf.append('{OLD}')\nload('a', extra_cuda_cflags=f)", "its option stands elsewhere"),
        (f"load('a', extra_cuda_cflags=['-gencode={OLD}',  # K40\n '-gencode={NEW}'])", "a comment stands beside it"),
        (f"load('a', extra_cuda_cflags=['-gencode {OLD} -gencode {NEW}', '-O3'])", "holds several options"),
        (f"f = ('-gencode={OLD}', '-gencode={NEW}')\nload('a', extra_cuda_cflags=f)", "no item of a plain list"),
        ("os.environ['TORCH_CUDA_ARCH_LIST'] = '3.5;' + x\nload('a')", "part of the list is computed"),
        ("os.environ['TORCH_CUDA_ARCH_LIST'] = '3.5;7.0;' + x\nload('a')", "part of the list is computed"),
    ],
)  # fmt: skip
def test_what_a_person_has_to_do(check, code: str, why: str) -> None:
    done = check({"ops.py": HEAD + code + "\n"}, unsafe=True)
    assert done.after["ops.py"].decode() == HEAD + code + "\n"
    assert [finding.rule for finding in done.findings] == ["BLD102"]
    assert why in done.findings[0].fix.reason


@pytest.mark.parametrize(
    "code",
    [
        f"load('a', extra_cuda_cflags=['-gencode', '{NEW}', '-march=native'])",
        f"print(['-gencode', '{OLD}', '-gencode', '{NEW}'])\nload('a')",
        f"f = ['-gencode={NEW}']\nif CUDA_VERSION < 12:\n  f = ['-gencode={OLD}', *f]\nload('a', extra_cuda_cflags=f)",
        f"f = ['-gencode={OLD}', '-gencode={NEW}'] if bare_metal_major == '11' else []\nload('a', extra_cuda_cflags=f)",
        "if int(bare_metal_major) == 11:\n  os.environ['TORCH_CUDA_ARCH_LIST'] = '3.5;7.0'\nload('a')",
        f"if torch.cuda.get_device_capability()[0] < 5:\n  load('a', extra_cuda_cflags=['-gencode={OLD}', '-gencode={NEW}'])",
        "load('a')\nprint(os.environ.get('TORCH_CUDA_ARCH_LIST', '3.5;7.0'))",
        "os.environ['TORCH_CUDA_ARCH_LIST'] = ''\nload('a')",
    ],
)  # fmt: skip
def test_what_is_left_alone(check, code: str) -> None:
    done = check({"ops.py": HEAD + code + "\n"}, unsafe=True)
    assert done.after["ops.py"].decode() == HEAD + code + "\n"
    assert not done.findings


def test_the_target_decides(check) -> None:
    code = (
        HEAD
        + "load('a', extra_cuda_cflags=['-gencode=arch=compute_60,code=sm_60', '-gencode=arch=compute_80,code=sm_80'])\n"
    )
    assert not check({"ops.py": code}).findings
    done = check({"ops.py": code}, target="cu130")
    assert done.after["ops.py"].decode() == code.replace("'-gencode=arch=compute_60,code=sm_60', ", "")


def test_a_module_that_builds_nothing(check) -> None:
    assert not check({"run.py": "import os\nos.environ['TORCH_CUDA_ARCH_LIST'] = '3.5;7.0'  # setup\n"}).findings


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"load('a', extra_cuda_cflags=['-O3', '-gencode', '{OLD}'])", "load('a', extra_cuda_cflags=['-O3'])"),
        ("load('a', extra_cuda_cflags=['-arch=sm_35'])", "load('a', extra_cuda_cflags=[])"),
        ("load('a', extra_cuda_cflags=['-arch', 'sm_35'])", "load('a', extra_cuda_cflags=[])"),
        (f"f = [\n    '-gencode', '{OLD}',\n]\nload('a', extra_cuda_cflags=f + g)", "f = []\nload('a', extra_cuda_cflags=f + g)"),
        ("f = '-arch=sm_35 -O3'.split()\nload('a', extra_cuda_cflags=f)", "f = '-arch=sm_50 -O3'.split()\nload('a', extra_cuda_cflags=f)"),
        ("os.environ['TORCH_CUDA_ARCH_LIST'] = '3.5;3.7+PTX'\nload('a')", "os.environ['TORCH_CUDA_ARCH_LIST'] = '5.0+PTX'\nload('a')"),
        ("os.environ['TORCH_CUDA_ARCH_LIST'] = os.environ.get('TORCH_CUDA_ARCH_LIST', '3.5')\nload('a')",
         "os.environ['TORCH_CUDA_ARCH_LIST'] = os.environ.get('TORCH_CUDA_ARCH_LIST', '5.0')\nload('a')"),
    ],
)  # fmt: skip
def test_what_would_leave_no_architecture_needs_a_look(check, before: str, after: str) -> None:
    text = HEAD + before + "\n"
    assert check({"setup.py": text}).after["setup.py"].decode() == text
    done = check({"setup.py": text}, unsafe=True)
    assert done.after["setup.py"].decode() == HEAD + after + "\n"
    assert not done.left
