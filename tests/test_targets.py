"""Targets for hosts: GPUs by name, what fits, what is in the way, what a move demands; targets of one's own."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from cudamig.config import Config, ConfigError
from cudamig.facts import age, coherence, demands, fits, fleet, gates, gpus, own, store, targets
from cudamig.facts.fits import Fit
from cudamig.facts.fleet import Fleet
from cudamig.report.resolved import choose

ROWS = [targets.get(name) for name in targets.names()]


def asked(geforce: bool = False, **words: str) -> Fleet:
    return fleet.make({name.replace("_", "-"): tuple(text.split(",")) for name, text in words.items()}, geforce)


def judged(hosts: Fleet) -> dict[str, Fit]:
    return {row.name: fits.judge(row, hosts) for row in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=targets.names())
def test_the_rows_that_come_with_the_program_are_coherent(row: targets.Target) -> None:
    assert list(coherence.problems(row)) == []
    sourced = {field.strip() for fields in row.sources for field in fields.split(",")}
    assert sourced >= set(row._fields) - {"name", "title", "summary", "checked", "sources", "rank", "own"}


def test_a_rule_may_be_gated_by_the_release_of_cupy() -> None:
    assert targets.get("cu118").component("cupy") == "13.6.0"
    assert not targets.get("cu118").reaches({"cupy": "14"})
    assert targets.get("cu126").reaches({"cupy": "14"})


@pytest.mark.parametrize(
    ("word", "name", "capability", "brand"),
    [
        ("T4", "T4", "7.5", "data-centre"),
        ("tesla-t4", "T4", "7.5", "data-centre"),
        ("NVIDIA A100-SXM4-80GB", "A100", "8.0", "data-centre"),
        ("rtx 3090", "RTX 3090", "8.6", "geforce"),
        ("GeForce RTX 3090 Ti", "RTX 3090 Ti", "8.6", "geforce"),
        ("GTX1080Ti", "GTX 1080 Ti", "6.1", "geforce"),
        ("quadro_rtx_6000", "Quadro RTX 6000", "7.5", "professional"),
        ("H100 PCIe", "H100", "9.0", "data-centre"),
        ("k80", "K80", "3.7", "data-centre"),
        ("sm_75", "compute capability 7.5", "7.5", ""),
        ("12.0", "compute capability 12.0", "12.0", ""),
        ("120", "compute capability 12.0", "12.0", ""),
    ],
)
def test_gpus_by_name_and_capability(word: str, name: str, capability: str, brand: str) -> None:
    assert gpus.find(word) == (name, capability, brand)


@pytest.mark.parametrize(
    ("word", "near"),
    [("T5", "'T4'"), ("3090", "'RTX 3090'"), ("rtx 3095", "RTX 3090"), ("9.9", "9.0"), ("", "unknown")],
)
def test_unknown_gpus_are_told_with_near_ones(word: str, near: str) -> None:
    with pytest.raises(ConfigError) as caught:
        gpus.find(word)
    assert near in str(caught.value)


def test_every_gpu_of_the_table_is_found_by_its_name() -> None:
    for capability, brands in store.load("facts-cuda")["gpus"].items():
        for brand, names in brands.items():
            assert [gpus.find(name) for name in names] == [(name, capability, brand) for name in names]


@pytest.mark.parametrize(
    ("word", "plain"), [("525", "525"), ("R525", "525"), ("525.60.13", "525.60.13"), ("470.x", "470")]
)
def test_drivers(word: str, plain: str) -> None:
    assert fleet.driver(word) == plain


@pytest.mark.parametrize("word", ["12", "cuda", "", "5255"])
def test_what_is_no_driver(word: str) -> None:
    with pytest.raises(ConfigError, match="no Linux driver"):
        fleet.driver(word)


@pytest.mark.parametrize("word", ["ubuntu22.04", "Ubuntu 22.04", "ubuntu:22.04", "22.04"])
def test_systems(word: str) -> None:
    assert fleet.system(word) == "ubuntu22.04"


CASES: list[tuple[Fleet, str]] = [
    (asked(drivers="470", gpus="T4", python="3.10"), "cu118"),
    (asked(gpus="K80"), ""),
    (asked(drivers="535", gpus="T4"), "cu126"),
    (asked(drivers="580", gpus="T4"), "cu130"),
    (asked(drivers="580", gpus="V100"), "cu126"),
    (asked(drivers="580", gpus="B200"), "cu130"),
    (asked(drivers="570", gpus="B200"), ""),
    (asked(drivers="580", gpus="rtx 5090"), "cu130"),
    (asked(drivers="560", gpus="rtx 3090"), "cu126"),
    (asked(drivers="580", gpus="A100", max_cuda="12.6"), "cu126"),
    (asked(drivers="580", gpus="A100", python="3.9"), "cu126-torch26"),
    (asked(drivers="580", gpus="A100", python="3.15"), "cu132"),
    (asked(python="3.8"), ""),
    (asked(drivers="535", gpus="T4", os="ubuntu22.04"), "cu126"),
    (asked(drivers="535", gpus="T4", os="ubuntu20.04"), ""),
    (asked(drivers="535", gpus="T4", os="ubuntu20.04", python="3.10"), "cu126"),
    (asked(drivers="535", gpus="T4", os="ubuntu18.04", python="3.10"), ""),
    (asked(gpus="jetson orin"), ""),
    (asked(drivers="535,580", gpus="T4,A100"), "cu126"),
    (asked(drivers="450.51"), ""),
]


@pytest.mark.parametrize(("hosts", "name"), CASES, ids=[str(hosts) for hosts, _ in CASES])
def test_the_best_target(hosts: Fleet, name: str) -> None:
    found = judged(hosts)
    best = choose(list(found.values()))
    assert (best.name if best else "") == name
    for fit in found.values():
        assert fit.whole or all(reason.text and reason.source for reason in (*fit.wheels, *fit.image))


def test_t4_with_driver_470() -> None:
    """Nothing of CUDA 12 by wheels; its image does start, by the compatibility package, and not on GeForce."""
    found = judged(asked(drivers="470", gpus="T4"))
    for name in ("cu126", "cu126-last", "cu126-torch26"):
        assert ["525.60.13" in reason.text for reason in found[name].wheels] == [True]
        assert not found[name].image
        assert "compatibility package" in found[name].notes[0].text
    assert found["cu118"].whole
    geforce = judged(asked(True, drivers="470", gpus="7.5"))
    assert "GeForce" in geforce["cu126"].image[0].text
    assert geforce["cu118"].whole  # the image of 11.8 names geforce too


@pytest.mark.parametrize(
    ("cuda", "driver", "geforce", "starts"),
    [
        ("12.6.3", "470", False, True),
        ("12.6.3", "525", False, False),
        ("12.6.3", "535.104.05", False, True),
        ("12.6.3", "535", True, False),
        ("12.6.3", "560", True, True),
        ("12.1.1", "525", True, True),
        ("13.0.3", "550", False, True),
        ("13.2.1", "580", False, None),
        ("13.2.1", "595", False, True),
    ],
)
def test_where_images_start(cuda: str, driver: str, geforce: bool, starts: bool | None) -> None:
    gate = gates.gate(cuda)
    assert gate
    assert gate.starts(driver, geforce) is starts


def test_the_last_builds_for_old_gpus() -> None:
    assert gpus.last_builds("3.7")[0] == "torch 2.5.1+cu118"
    assert gpus.last_builds("7.0")[0] == "torch 2.14.1+cu126"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("cu118", "cu126", ["driver 525.60.13 or newer (was 450.80.02)", "Python 3.10 to 3.14 (was 3.9 to 3.13)"]),
        ("cu126", "cu130", ["driver 580 or newer (was 525.60.13)", "no GPU of compute capability 5.0, 6.0, 7.0"]),
        ("cu126", "cu126-last", ["C++20 for extensions (was C++17)"]),
        ("cu130", "cu126", ["no GPU of compute capability 10.0, 12.0"]),
        ("cu126", "cu126", []),
    ],
)
def test_what_is_newly_demanded(old: str, new: str, words: list[str]) -> None:
    assert demands.new(demands.of(targets.get(old)), targets.get(new)) == words


def test_images_that_newly_refuse_drivers() -> None:
    refused, unknown = demands.images("12.1.1", "12.6.3")
    assert {"525", "530"} <= set(refused)
    assert not {"470", "535", "550", "560"} & set(refused)
    assert not unknown
    assert "580" in demands.images("13.0.3", "13.2.1")[1]


OWN = {"base": "cu126", "torch": "2.12.1", "torchvision": "0.27.1"}


def configured(**changes: Any) -> Config:
    row = {**OWN, **changes}
    return Config(file="cudamig.toml", targets={"ours": {k: v for k, v in row.items() if v is not None}})


def test_a_target_of_ones_own() -> None:
    row = own.get("ours", configured(checked=datetime.date(2026, 11, 1)))
    assert (row.torch, row.cuda, row.own, row.checked) == ("2.12.1", "12.6.3", "cudamig.toml", "2026-11-01")
    assert row.sources["torch"] == "cudamig.toml"
    assert not list(coherence.problems(row))
    assert [r.name for r in own.rows(configured())] == [*targets.names(), "ours"]


def test_a_whole_row_needs_no_base() -> None:
    whole = {k: v for k, v in store.load("targets")["cu130"].items() if k not in ("name", "sources", "end", "notes")}
    config = Config(file="x.toml", targets={"ours": whole})
    assert own.get("ours", config)._replace(name="", own="", end="", notes=(), sources={}) == targets.get(
        "cu130"
    )._replace(name="", own="", end="", notes=(), sources={})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"torch": "2.99.0"}, "targets.ours.torch: no torch release 2.99.0"),
        ({"wheels": "cu128"}, "targets.ours.wheels: torch 2.12.1 was not built for cu128"),
        (
            {"torchvision": "0.28.0"},
            "targets.ours.torchvision: torchvision 0.28.0 was not made for torch 2.12.1: 0.27.1",
        ),
        ({"torchaudio": "2.12.1"}, "torchaudio ends with 2.11.0"),
        ({"cuda": "12.6.9"}, "targets.ours.cuda: no nvidia/cuda image of CUDA 12.6.9"),
        ({"cuda": "12.8.1"}, "targets.ours.cuda: CUDA 12.8.1 is another than that of the cu126 wheels"),
        ({"python": ["3.9", "3.14"]}, "targets.ours.python: torch 2.12.1 has wheels for Python 3.10 to 3.14"),
        ({"driver": "470"}, "targets.ours.driver: CUDA 12 needs driver 525.60.13"),
        ({"gpus": ["3.7", "9.0"]}, "targets.ours.gpus: the cu126 wheels"),
        ({"gpus": ["5.0", "12.0"]}, "targets.ours.gpus: the cu126 wheels"),
        ({"cxx": 14}, "targets.ours.cxx: the headers of torch 2.12.1 need C++17"),
        ({"cupy": {"package": "cupy-cuda13x", "version": "14.2.0"}}, "cupy-cuda12x is"),
        ({"cupy": {"package": "cupy-cuda12x", "version": "99.0"}}, "has no release 99.0"),
        ({"cupy": "14"}, "'cupy' must be a table"),
        ({"trch": "1"}, "unknown key 'trch'; did you mean 'torch'"),
        ({"torch": 2.1}, "'torch' must be a string"),
        ({"torch": "new"}, "must be a release number"),
        ({"python": "3.10"}, "must be a list of two"),
        ({"base": "cu12"}, "unknown target 'cu12'; did you mean"),
        ({"base": None}, "is missing"),
    ],
)
def test_a_row_that_is_not_coherent_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        own.get("ours", configured(**changes))
    assert str(caught.value).startswith("cudamig.toml: targets.ours")
    assert words in str(caught.value)


def test_a_name_that_is_taken() -> None:
    with pytest.raises(ConfigError, match="taken"):
        own.get("cu126", Config(file="a.toml", targets={"cu126": OWN}))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"driver": ["470"]}, "fleet: unknown key 'driver'; did you mean 'drivers'"),
        ({"drivers": ["12"]}, "fleet.drivers: '12' is no Linux driver"),
        ({"gpus": ["T5"]}, "fleet.gpus: unknown GPU 'T5'"),
        ({"python": 3.10}, "fleet.python must be"),
        ({"geforce": "no"}, "fleet.geforce must be"),
        ({"os": ["ubuntu23.99"]}, "fleet.os: unknown system"),
    ],
)
def test_mistakes_in_a_fleet_name_file_and_key(table: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        fleet.of(Config(file="a.toml", fleet=table))
    assert str(caught.value).startswith("a.toml: ")
    assert words in str(caught.value)


def test_old_tables_are_told() -> None:
    read = datetime.date.fromisoformat(age.as_of())
    assert age.warning(read + datetime.timedelta(days=90)) == ""
    assert age.as_of() in age.warning(read + datetime.timedelta(days=91))
