"""What fixes of C++ and CUDA code write exists: on the recorded list, since the release that the rule says, in headers.

The list is rules/facts/symbols.yaml; the last tests hold it against the headers of this machine and skip without them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import cpp_toolchain as toolchain
import pytest
from cpp_written import RULES, Written, written

from cudamig.facts import store
from cudamig.facts.versions import key

TABLE: dict[str, Any] = store.load("facts-symbols")
SYMBOLS: dict[str, dict[str, Any]] = TABLE["symbols"]
HEADERS: dict[str, dict[str, Any]] = TABLE["headers"]
INVENTED: list[dict[str, str]] = TABLE["invented"]
WRITTEN = list(written())
EACH = pytest.mark.parametrize("row", [pytest.param(w, id=f"{w.rule.id}-{w.name}") for w in WRITTEN])
PAGE = Path(__file__).parents[2] / "docs" / "false-advice.md"
OLDEST = "1.0"  # the oldest release that was compared


def _entry(row: Written) -> dict[str, Any] | None:
    return (HEADERS if row.header else SYMBOLS).get(row.name)


def _invented(name: str) -> str:
    """The row of the false name that a name is, or ``""``."""
    plain = name.replace("::", ":").split(":")
    shapes = {name, plain[-1], "::".join(part for part in plain[-2:] if part)}
    return next((row["name"] for row in INVENTED if any(re.fullmatch(row["pattern"], s) for s in shapes)), "")


def test_the_rules_are_read() -> None:
    assert {"TORCH_CHECK", "data_ptr", "at::ceil_div", "ATen/ceil_div.h", "ATen/cuda/Atomic.cuh", "cfloat"} <= {
        row.name for row in WRITTEN
    }
    assert len({row.rule.id for row in WRITTEN}) <= len(RULES)


@EACH
def test_what_is_written_is_on_the_list(row: Written) -> None:
    assert _entry(row), f"{row.name}: look it up in the headers, and write it into rules/facts/symbols.yaml"


@EACH
def test_a_rule_waits_for_what_it_writes(row: Written) -> None:
    """A rule is in force from ``since`` on, and offers its fix from ``replacement-since`` on."""
    entry = _entry(row) or {"since": {}}
    for component, since in entry["since"].items():
        gates = [gate[component] for gate in (row.rule.since, row.rule.replacement_since) if component in gate]
        old = component == "cuda" and entry.get("source") == "N"  # older than any toolkit that a target can have
        assert old or key(since) <= key(OLDEST) or any(key(gate) >= key(since) for gate in gates), (
            f"{row.name} is there since {component} {since}: {row.rule.id} needs a replacement-since"
        )
    assert "gone" not in entry, f"{row.name} is gone from {entry.get('gone')} on"


@EACH
def test_no_rule_writes_an_invented_name(row: Written) -> None:
    assert not _invented(row.name)


@pytest.mark.parametrize(
    ("name", "false"),
    [
        ("TORCH_DISPATCH_ALL_TYPES", True),
        ("TORCH_CUDA_CHECK", True),
        ("torch::cuda::launch_kernel", True),
        ("cuda::launch_kernel", True),
        ("AT_DISPATCH_ALL_TYPES", False),
        ("AT_CUDA_CHECK", False),
        ("launch_kernel", False),
    ],
)
def test_invented_names(name: str, false: bool) -> None:
    assert bool(_invented(name)) is false


def test_no_invented_name_is_on_the_list_and_each_is_told() -> None:
    assert not [name for name in (*SYMBOLS, *HEADERS) if _invented(name)]
    page = PAGE.read_text()
    for row in INVENTED:
        assert f"`{row['name']}`" in page, f"{PAGE.name} does not tell of {row['name']}"


def test_the_list_is_complete() -> None:
    for name, entry in {**SYMBOLS, **HEADERS}.items():
        assert entry["of"] in ("torch", "cuda", "std"), name
        assert entry["since"], name
        assert entry["source"] in TABLE["sources"], name
    for name, entry in SYMBOLS.items():
        assert entry["header"], name


HERE = [pytest.param(name, entry, id=name) for name, entry in {**SYMBOLS, **HEADERS}.items() if entry["of"] != "std"]


@pytest.mark.parametrize(("name", "entry"), HERE)
def test_the_headers_here_have_it(name: str, entry: dict[str, Any]) -> None:
    torch = toolchain.torch_include()
    if entry["of"] == "torch":
        folders, release = [torch, torch / "torch/csrc/api/include"] if torch else [], toolchain.torch_release()
    else:
        folders, release = list(toolchain.cuda_includes()), toolchain.cuda_release()
    if not folders:
        pytest.skip(f"there are no headers of {entry['of']} here")
    since, gone = entry["since"].get(entry["of"], "0"), entry.get("gone", {}).get(entry["of"])
    if key(release) < key(since) or (gone and key(release) >= key(gone)):
        pytest.skip(f"{entry['of']} {release} is not to have it")
    header = str(entry.get("header", name))
    if header == "nvcc":
        pytest.skip("nvcc itself declares it")
    file = next((folder / header for folder in folders if (folder / header).is_file()), None)
    if not file and entry["of"] == "cuda" and len(folders) == 1 and "/" in header:
        pytest.skip("the headers of CCCL and NVTX come with the whole toolkit")
    assert file, f"there is no {header} in {folders}"
    if name != header:
        assert re.search(rf"\b{re.escape(name.rpartition('::')[2])}\b", file.read_text(errors="replace")), file
