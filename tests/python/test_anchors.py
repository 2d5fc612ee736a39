"""Anchors that are lists: all their words must occur."""

from __future__ import annotations

from typing import Any

import pytest

from cudamig.config import RuleError
from cudamig.facts import store
from cudamig.model import Safety
from cudamig.rules.load import Prefilter
from cudamig.rules.model import Rule
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
