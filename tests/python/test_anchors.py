"""Anchors that are lists: all their words must occur."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudamig.config import RuleError
from cudamig.facts import store
from cudamig.model import Safety
from cudamig.rules.model import Rule
from cudamig.rules.prefilter import Prefilter
from cudamig.rules.schema import check_rule


def _rule(anchors: tuple[tuple[str, ...], ...]) -> Rule:
    none: dict[str, str] = {}
    words = ("PYT999", "name", "summary", ("python",), anchors, "python-name")
    return Rule(*words, {}, none, none, none, None, Safety.MANUAL, "reason", {})


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        (b"verbose", False),
        (b"lr_scheduler", False),
        (b"verbose lr_scheduler", True),
        (b"lr_scheduler\nverbose", True),
        (b"alone", True),
        (b"", False),
    ],
)
def test_all_words_of_one_anchor(text: bytes, hit: bool) -> None:
    prefilter = Prefilter([_rule((("lr_scheduler", "verbose"), ("alone",)))])
    assert bool(prefilter.hits("python", text)) is hit


def test_a_rule_is_found_once() -> None:
    prefilter = Prefilter([_rule((("a", "b"), ("b", "c"), ("b",)))])
    assert len(prefilter.hits("python", b"a b c")) == 1


WORDS = ["torch", r"\btorch", r"load\b", r"\bload\b", "torch.load", ".load(", "_six", "#include <THC", "(1)", "load  "]
TEXT = st.lists(st.sampled_from(["torch", "load", ".", "(", " ", "_", "six", "\u00e9", "\x00", "#include <THC/", "1)"]))


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3), TEXT)
def test_an_anchor_is_found_where_all_its_words_are(words: list[str], pieces: list[str]) -> None:
    raw = "".join(pieces).encode()
    patterns = [re.escape(word.encode()).replace(rb"\\b", rb"\b") for word in words]
    hit = all(re.search(pattern, raw) for pattern in patterns)
    assert bool(Prefilter([_rule((tuple(words),))]).hits("python", raw)) is hit


@pytest.mark.parametrize("anchor", [[], [""], "", "é", ["ok", "é"]])
def test_an_anchor_that_is_no_word_is_refused(anchor: Any) -> None:
    row = store.load("rules")[0]
    page = store.load("pages")[row["id"]]
    data = {
        **{key: row[key] for key in ("id", "name", "summary")},
        **page,
        "anchors": [anchor],
        "match": {"kind": row["matcher"], **row["args"]},
        "fix": {"safety": "manual", "reason": "x"},
    }
    with pytest.raises(RuleError, match="anchor"):
        check_rule(data, "rule.yaml")
