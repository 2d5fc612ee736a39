"""Targets agree with the tables, and every figure has a source."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest

from cudamig.facts import images, store, targets, wheels
from cudamig.facts.targets import Target
from cudamig.facts.versions import key

FIGURES = ("cuda", "wheels", "torch", "torchvision", "torchaudio", "cudnn", "cupy", "lightning", "python", "driver")
TARGETS = pytest.mark.parametrize("row", [targets.get(name) for name in targets.names()], ids=targets.names())
FACTS = (
    "torch",
    "images",
    "cuda",
    "distributions",
    "packages",
    "companions",
    "python_wheels",
    "kubeflow",
    "symbols",
    "tensors",
)


def test_the_targets_that_are_promised() -> None:
    assert targets.names() == ["cu126", "cu118", "cu126-last", "cu126-torch26", "cu130", "cu132"]


@TARGETS
def test_every_figure_has_a_source(row: Target) -> None:
    sourced = {field.strip() for fields in row.sources for field in fields.split(",")}
    assert {*FIGURES, "gpus", "cxx", "trainer"} <= sourced
    assert datetime.date.fromisoformat(str(row.checked))


@TARGETS
def test_a_target_is_coherent_with_the_tables(row: Target) -> None:
    release = wheels.releases()[row.torch]
    assert row.wheels in release.cuda
    for project in ("torchvision", "torchaudio"):
        assert release.companions[project] == getattr(row, project)
    assert row.wheels == "cu" + row.cuda_minor.replace(".", "")
    raw = store.load("facts-torch")["releases"][row.torch]
    assert raw["cxx"] == row.cxx
    assert (raw["python"][0], raw["python"][-1]) == row.python
    assert images.cuda_systems(row.cuda)
    floors = store.load("facts-cuda")["driver_floor"]
    assert floors[row.cuda.split(".")[0]] == row.driver
    sass = store.load("facts-cuda")["toolkits"][row.cuda_minor]["sass"]
    assert key(row.gpus[0]) >= key(f"{sass[0][:-1]}.{sass[0][-1]}")


@pytest.mark.parametrize("name", FACTS)
def test_facts_have_a_date_and_sources(name: str) -> None:
    table: dict[str, Any] = store.load(f"facts-{name}")
    assert datetime.date.fromisoformat(str(table["as_of"]))
    assert table["sources"]
    used = set(re.findall(r"'source': '(\w+)'", repr(table)))
    assert used <= {*table["sources"], "UNV"}


def test_versions_are_text() -> None:
    """``2.10`` without quotes would be read as 2.1."""
    for version in wheels.releases():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert "2.10.0" in wheels.releases()
