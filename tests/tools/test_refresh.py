"""tools/refresh_facts.py on answers in the shape of the real ones; nothing opens the network."""

from __future__ import annotations

import datetime
import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

TOOLS = Path(__file__).parents[2] / "tools"
DATA = Path(__file__).parent / "data"
sys.path.insert(0, str(TOOLS))

import refresh_facts  # noqa: E402
from refresh import images, matrix, pypi  # noqa: E402
from refresh.fetch import Unreadable  # noqa: E402

TODAY = datetime.date(2026, 9, 3)


def wheel(
    version: str, python: str, platform: str = "manylinux_2_28_x86_64", day: str = "2026-09-02"
) -> dict[str, str]:
    name = f"torch-{version}-{python}-{python}-{platform}.whl"
    return {"filename": name, "upload_time": f"{day}T18:00:00"}


def project(**releases: list[dict[str, str]]) -> bytes:
    return json.dumps({"releases": {name.replace("_", "."): files for name, files in releases.items()}}).encode()


def metadata(*requires: str) -> bytes:
    return json.dumps({"info": {"requires_dist": list(requires)}}).encode()


OLD = [wheel("2.12.1", "cp310", day="2026-06-17"), wheel("2.12.1", "cp311", day="2026-06-18")]
NOW = [wheel("2.13.0", f"cp3{minor}", day="2026-07-08") for minor in (10, 11, 12)] + [wheel("2.13.0", "cp313t")]
NEW = [
    wheel("2.14.0", "cp310"),
    wheel("2.14.0", "cp39", "win_amd64"),
    wheel("2.14.0", "cp310", "manylinux_2_28_aarch64"),
]
ANY = [{"filename": "x.whl", "upload_time": "2026-01-01T00:00:00"}]
TOOLKIT = "cuda-toolkit[cublas,cudart]==13.0.2; platform_system == 'Linux'"
ANSWERS = {
    f"{pypi.API}/torch/json": project(**{"2_9_0rc1": ANY, "2_12_1": OLD, "2_13_0": NOW, "2_14_0": NEW, "2_14_1": []}),
    f"{pypi.API}/torchvision/json": project(**{"0_28_0": ANY, "0_29_0": ANY}),
    f"{pypi.API}/torchaudio/json": project(**{"2_9_0": ANY, "2_11_0": ANY}),
    f"{pypi.API}/torch/2.12.1/json": metadata(TOOLKIT),
    f"{pypi.API}/torch/2.13.0/json": metadata("sympy", TOOLKIT),
    f"{pypi.API}/torch/2.14.0/json": metadata("nvidia-cuda-runtime-cu12==12.6.77"),
    f"{pypi.API}/torchvision/0.28.0/json": metadata("numpy", "torch==2.13.0"),
    f"{pypi.API}/torchvision/0.29.0/json": metadata("torch==2.14.0"),
    matrix.URL: (DATA / "matrix.txt").read_bytes(),
    f"{images.BASE}/supported-tags.md": (DATA / "supported-tags.md").read_bytes(),
    f"{images.BASE}/unsupported-tags.md": (DATA / "unsupported-tags.md").read_bytes(),
}


class Web:
    """Recorded answers; what is not there cannot be read."""

    def __init__(self, answers: Mapping[str, bytes]) -> None:
        self.answers = answers

    def __call__(self, url: str) -> bytes:
        if url not in self.answers:
            raise Unreadable(f"{url}: not found")
        return self.answers[url]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("torch.yaml", "images.yaml"):
        shutil.copy(DATA / name, tmp_path / name)
    return tmp_path


def run(folder: Path, answers: Mapping[str, bytes], *arguments: str) -> int:
    return refresh_facts.main(list(arguments), Web(answers), folder, TODAY)


def test_a_diff_is_printed_and_nothing_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, ANSWERS) == 1
    told = capsys.readouterr()
    assert '-    python: ["3.10", "3.11"]\n+    python: ["3.10", "3.11", "3.12"]\n' in told.out
    assert '+    "12.9.1": {status: supported, cudnn: "cudnn", source: N1}\n' in told.out
    assert "cuda.yaml" in told.err
    for name in ("torch.yaml", "images.yaml"):
        assert (folder / name).read_text() == (DATA / name).read_text()


def test_apply_writes_and_keeps_comments_and_order(folder: Path) -> None:
    import yaml

    assert run(folder, ANSWERS, "--apply") == 1
    text = (folder / "torch.yaml").read_text()
    table = yaml.safe_load(text)
    assert text.startswith("# Every torch release: a comment that stays.\nas_of: 2026-09-03\n")
    assert "cuda: [cu126, cu130]  # of the index\n" in text
    assert list(table["releases"]) == ["2.12.1", "2.13.0", "2.14.0"]
    assert table["releases"]["2.13.0"]["python"] == ["3.10", "3.11", "3.12"]  # the free-threaded wheel does not count
    new: dict[str, Any] = table["releases"]["2.14.0"]
    assert new.pop("note") == "cxx taken over from 2.13.0: no source was read for it"
    assert new.pop("sources")
    assert new == {
        "released": datetime.date(2026, 9, 2),
        "python": ["3.10"],
        "torchvision": "0.29.0",
        "torchaudio": "2.11.0",
        "cuda": ["cu130", "cu132"],
        "pypi": "cu126",
        "glibc": "2.28",
        "cxx": 17,
    }
    shown = (folder / "images.yaml").read_text()
    assert 'source: N1}  # the default\n    "12.9.0": {status: unsupported, cudnn' in shown
    tags = yaml.safe_load(shown)["nvidia/cuda"]["tags"]
    assert tags["12.9.1"] == {"ubuntu24.04": ["base", "cudnn-devel"], "ubuntu22.04": ["base"]}
    assert run(folder, ANSWERS, "--apply") == 0  # twice is once


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({matrix.URL: b"CUDA_ARCHES_DICT = make()\nCURRENT_STABLE_VERSION = '1.0'\n"}, "CUDA_ARCHES_DICT is computed"),
        ({matrix.URL: b"x = 1\n"}, "names no release channel"),
        ({matrix.URL: b"<html>"}, "no Python"),
        ({matrix.URL: None}, "not found"),
        ({f"{pypi.API}/torch/json": b"<html>"}, "no JSON"),
        ({f"{pypi.API}/torch/2.13.0/json": None}, "2.13.0/json: not found"),
        ({f"{pypi.API}/torchaudio/json": b"{}"}, "holds no releases"),
        ({f"{images.BASE}/supported-tags.md": b"moved"}, "names no tag"),
        ({f"{images.BASE}/unsupported-tags.md": None}, "unsupported-tags.md: not found"),
    ],
)
def test_what_cannot_be_read_is_said_and_its_table_keeps_its_date(
    folder: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, bytes | None], words: str
) -> None:
    answers = {url: raw for url, raw in {**ANSWERS, **changes}.items() if raw is not None}
    assert run(folder, answers, "--apply") == 3
    assert words in capsys.readouterr().err
    table = "images.yaml" if any(url.startswith(images.BASE) for url in changes) else "torch.yaml"
    assert "as_of: 2026-08-01\n" in (folder / table).read_text()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {f"{pypi.API}/torchvision/0.29.0/json": metadata("torch>=2.14.0")},
            "torch 2.14.0 is new, no torchvision pins it",
        ),
        (
            {matrix.URL: (DATA / "matrix.txt").read_bytes().replace(b"2.14.0", b"2.13.0")},
            "torch 2.14.0 is new, the build matrix does not speak",
        ),
        ({f"{pypi.API}/torch/2.14.0/json": metadata("sympy")}, "torch 2.14.0 is new, its metadata names no CUDA"),
        (
            {f"{pypi.API}/torchaudio/json": project(**{"2_11_0": ANY, "2_14_0": ANY})},
            "torchaudio 2.14.0 is newer than 2.11.0",
        ),
        ({}, "torch 2.14.0: its C++ standard was not read"),
        ({}, "nvidia/cuda:12.6.2 is on neither list any more"),
    ],
)
def test_what_a_person_has_to_decide(
    folder: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, bytes], words: str
) -> None:
    assert run(folder, {**ANSWERS, **changes}) == 1
    assert f"decide: {words}" in capsys.readouterr().err


def test_the_real_tables_can_be_edited(tmp_path: Path) -> None:
    """A refresh of the tables of the program, by answers that agree with them, changes their date and nothing else."""
    for name in ("torch.yaml", "images.yaml"):
        before = (refresh_facts.FACTS / name).read_text(encoding="utf-8")
        after = refresh_facts.edit.date(before, "2030-01-01")
        assert [line for line in after.splitlines() if line not in before.splitlines()] == ["as_of: 2030-01-01"]
    text = (refresh_facts.FACTS / "torch.yaml").read_text(encoding="utf-8")
    assert refresh_facts.edit.value(text, "2.13.0", "pypi") == "cu130"
    assert refresh_facts.edit.block(text, "2.99.0") == (-1, -1)
