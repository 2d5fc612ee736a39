"""Pins that are kept in variables hold what moves beside them."""

from __future__ import annotations

import pytest

PIP = "pip install torch==2.1.2 torchvision==0.16.2 --extra-index-url https://download.pytorch.org/whl/cu121"
BUILD = "FROM nvidia/cuda:12.1.1-runtime-ubuntu22.04\nENV {}\nRUN bash install.sh\n"
PYTHON = f"import os\nTORCH = os.environ.get('A', '{PIP}')\nrun(TORCH)\n"


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("a.sh", f'export TORCH_COMMAND="{PIP}"\nexport XFORMERS_PACKAGE="xformers==0.0.23"\n', "xformers"),
        ("a.sh", f"{PIP}\nEXTRA='xformers==0.0.23 --no-deps'\n", "xformers"),
        ("a.sh", f"{PIP}\nAUDIO=torchaudio==2.1.2+cu121\n", "kept in a variable"),
        ("a.sh", f"{PIP}\nCUPY=cupy-cuda11x==12.3.0\n", "kept in a variable"),
        ("a.sh", f"{PIP}\nFLASH=https://a.org/flash_attn-2.5.6+cu122torch2.1cxx11abiFALSE-cp310-cp310-linux_x86_64.whl\n", "flash"),
        ("a.bat", f"set TORCH_COMMAND={PIP}\r\nset XFORMERS_PACKAGE=xformers==0.0.23\r\n", "xformers"),
        ("Makefile", f"XFORMERS ?= xformers==0.0.23\nall:\n\t{PIP}\n", "xformers"),
        ("Dockerfile", BUILD.format("XFORMERS_PACKAGE=xformers==0.0.23"), "xformers"),
        ("a.py", PYTHON + "todo.append(os.environ.get('B', 'xformers==0.0.23'))\n", "xformers"),
    ],
)  # fmt: skip
def test_a_pin_in_a_variable_holds_what_moves_beside_it(check, path: str, text: str, why: str) -> None:
    outcome = check({path: text}, unsafe=True)
    assert outcome.after[path].decode() == text
    assert outcome.findings
    assert all(why in finding.fix.reason for finding in outcome.findings)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.sh", f"NUMPY=numpy==1.26.4\n{PIP}\n"),
        ("a.sh", f"TORCH='torch==2.1.2'\npip install $TORCH {PIP[24:]}\n"),  # it is seen where it is installed
        ("a.py", PYTHON + "todo.append('numpy==1.26.4')\n"),
    ],
)
def test_a_pin_that_is_not_in_the_way(check, path: str, text: str) -> None:
    after = check({path: text}, unsafe=True).after[path].decode()
    assert "cu126" in after
    assert "2.1.2" not in after


def test_a_pin_in_a_variable_alone_is_no_finding(check) -> None:
    assert not check({"a.sh": "X=xformers==0.0.23\n"}).findings
