"""Entries of architecture lists that the target's compiler has dropped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudamig.facts import targets
from cudamig.project.architectures import all_old, drop_old
from cudamig.text import NOWHERE, UNKNOWN, Text


def dropped(value: str, target: str = "cu126") -> str:
    """The string without its old entries, or why it stays."""
    drop = drop_old(Text.of(value, 0, len(value)), targets.get(target))
    if not drop or drop.why:
        return drop.why if drop else value
    for span, new in reversed(drop.edits):
        value = value[: span.start] + new + value[span.end :]
    return value


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("3.5;5.0;7.0+PTX", "5.0;7.0+PTX"),
        ("3.5 3.7 5.0", "5.0"),
        ("5.0, 3.5, 3.7", "5.0"),
        ("8.0;3.5;9.0a", "8.0;9.0a"),
        ("90;89;61;52;37", "90;89;61;52"),
        ("35-real;70-virtual", "70-virtual"),
        ("Kepler;Kepler+Tesla;Maxwell;Maxwell+Tegra", "Maxwell;Maxwell+Tegra"),
        ("5.0;7.0", "5.0;7.0"),
        ("2.1(2.0);3.5;7.0", "2.1(2.0);3.5;7.0"),  # not a list that we know
        ("Fermi 3.5 7.0", "Fermi 3.5 7.0"),
        ("native", "native"),
        ("3.7+PTX;5.0;7.5;6.0", "5.0;7.5+PTX;6.0"),
        ("3.5+PTX 7.0+PTX", "7.0+PTX"),
        ("3.5", "5.0"),
        ("3.5+PTX;3.7", "5.0+PTX"),
        ("35-real;37-real", "50-real"),
        ("Kepler", "5.0"),
        (UNKNOWN + ";3.5", "part of the list is computed"),
        (UNKNOWN + " -arch=sm_35", "no architecture would remain that is seen, and part of it is computed"),
        ("-gencode arch=compute_30,code=sm_30 -gencode arch=compute_35,code=[sm_35,compute_35] -O3",
         "-gencode arch=compute_50,code=[sm_50,compute_50] -O3"),
        ("-arch=sm_35 -gencode arch=compute_70,code=sm_70", "-gencode arch=compute_70,code=sm_70"),
        ("-arch=compute_35 -code=sm_35", "-arch=compute_50 -code=sm_50"),
        ("-arch=compute_35 -code=sm_70", "one option names old and current architectures together"),
        (f"3.5;5.0;{UNKNOWN}", "part of the list is computed"),
        (
            "-O3 -gencode arch=compute_35,code=sm_35 -gencode arch=compute_60,code=sm_60 --ptx",
            "-O3 -gencode arch=compute_60,code=sm_60 --ptx",
        ),
        (
            "-gencode=arch=compute_70,code=sm_70 -gencode=arch=compute_35,code=compute_35",
            "-gencode=arch=compute_70,code=sm_70",
        ),
        ('--generate-code=arch=compute_37,code=[sm_37,compute_37];-gencode;arch=compute_70,code="sm_70,compute_70"',
         '-gencode;arch=compute_70,code="sm_70,compute_70"'),
        ("-arch=sm_35 -O2", "-arch=sm_50 -O2"),
        ("-gencode arch=compute_35,code=sm_60 -gencode arch=compute_70,code=sm_70",
         "one option names old and current architectures together"),
        ("-gencode arch=compute_35,code=sm_35_x -gencode arch=compute_70,code=sm_70",
         "-gencode arch=compute_35,code=sm_35_x -gencode arch=compute_70,code=sm_70"),
    ],
)  # fmt: skip
def test_old_entries_go_with_their_separators(before: str, after: str) -> None:
    assert dropped(before) == after


def test_the_target_decides() -> None:
    assert dropped("6.0;7.0;7.5", "cu130") == "7.5"
    assert dropped("3.5;7.0", "cu118") == "3.5;7.0"


def test_a_continuation_goes_with_the_entry_before_it() -> None:
    written = "-gencode arch=compute_35,code=sm_35 \\\n  -gencode arch=compute_60,code=sm_60"
    joined = [(char, at) for at, char in enumerate(written) if char not in "\\\n"]
    drop = drop_old(Text("".join(c for c, _ in joined), [at for _, at in joined]), targets.get("cu126"))
    assert drop
    assert [written[slice(*span)] for span, _ in drop.edits] == [written[: written.index("-gencode", 5)]]


def test_computed_entries_stay() -> None:
    value = "3.5;7.0"
    drop = drop_old(Text(value, [NOWHERE] * 3 + [0, 1, 2, 3]), targets.get("cu126"))
    assert drop
    assert drop.why == "the list is put together from several places"


@pytest.mark.parametrize(
    ("item", "old"),
    [
        ("-gencode=arch=compute_35,code=sm_35", True),
        ("arch=compute_35,code=sm_35", True),
        ("3.5", True),
        ("arch=compute_70,code=sm_70", False),
        ("-O3 -gencode=arch=compute_35,code=sm_35", False),
        ("-gencode", False),
        ("", False),
    ],
)
def test_an_item_that_may_go_whole(item: str, old: bool) -> None:
    assert all_old(item, targets.get("cu126")) is old


@given(st.lists(st.sampled_from(["3.5", "5.0", "7.0+PTX", "Kepler", "Ada", " ", ";", ", ", "x", "-arch=sm_35"])))
def test_any_list_is_moved_once(parts: list[str]) -> None:
    once = dropped("".join(parts))
    again = dropped(once)
    assert again == once or drop_old(Text.of(once, 0, len(once)), targets.get("cu126"))


def test_a_build_whose_list_would_be_empty_moves_only_after_a_look(check) -> None:
    text = 'FROM nvidia/cuda:11.8.0-devel-ubuntu22.04\nENV TORCH_CUDA_ARCH_LIST="3.5;3.7"\n'
    assert check({"Dockerfile": text}).after["Dockerfile"].decode() == text
    moved = 'FROM nvidia/cuda:12.6.3-devel-ubuntu22.04\nENV TORCH_CUDA_ARCH_LIST="5.0"\n'
    assert check({"Dockerfile": text}, unsafe=True).after["Dockerfile"].decode() == moved
