"""Resolved strings and where they stand."""

from __future__ import annotations

from cudamig.model import Span
from cudamig.text import NOWHERE, Text

SOURCE = "A=12.1.0 B=8 cuda:-cudnn-"
VERSION, CUDNN, IMAGE = Text.of(SOURCE, 2, 8), Text.of(SOURCE, 11, 12), Text.of(SOURCE, 13, 25)
WHOLE = IMAGE[:5] + VERSION + IMAGE[5:11] + CUDNN + IMAGE[11:]


def test_reads_as_one() -> None:
    assert WHOLE.value == "cuda:12.1.0-cudnn8-"
    assert WHOLE.span() is None
    assert VERSION.span() == Span(2, 8)


def test_a_part_in_one_piece_is_replaced_whole() -> None:
    assert WHOLE.replace(5, 11, "12.6.3") == (Span(2, 8), "12.6.3")


def test_a_scattered_part_changes_where_it_differs() -> None:
    assert WHOLE.value[12:18] == "cudnn8"
    assert WHOLE.replace(12, 18, "cudnn") == (Span(11, 12), "")
    assert WHOLE.replace(12, 18, "cudnn9") == (Span(11, 12), "9")


def test_what_no_single_place_can_do_is_refused() -> None:
    assert WHOLE.replace(5, 18, "12.6.3-x") is None
    computed = Text("12.1", [NOWHERE] * 4)
    assert computed.span() is None
    assert computed.replace(0, 4, "12.6") is None


def test_stretch_is_the_first_piece() -> None:
    assert WHOLE.stretch() == Span(13, 18)
    assert Text("", ()).stretch() is None
