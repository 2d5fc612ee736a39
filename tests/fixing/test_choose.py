"""Which fixes go together in one round."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from cudamig.fixing.choose import choose
from cudamig.model import Edit, Finding, Fix, Safety, Severity, Span


def finding(
    *spans: tuple[int, int], new: str = "x", group: str = "", safety: Safety = Safety.SAFE, path: str = "a"
) -> Finding:
    edits = tuple(Edit(path, Span(*span), new) for span in spans)
    return Finding("PYT001", path, Span(*spans[0]), "m", Severity.WARNING, Fix("t", safety, "r", edits, group))


def test_the_inner_of_two_goes_first() -> None:
    outer, inner = finding((0, 20)), finding((5, 8))
    assert choose([outer, inner], unsafe=False) == [inner]


def test_one_edit_may_serve_several_findings() -> None:
    a, b = finding((0, 0), (5, 6)), finding((0, 0), (8, 9))
    assert len(choose([a, b], unsafe=False)) == 2


def test_two_insertions_at_one_place_take_turns() -> None:
    assert len(choose([finding((3, 3), new="a"), finding((3, 3), new="b")], unsafe=False)) == 1


def test_neighbours_do_not_clash() -> None:
    assert len(choose([finding((0, 3)), finding((3, 3)), finding((3, 5))], unsafe=False)) == 3


def test_a_group_goes_whole_or_not_at_all() -> None:
    a, b, c = finding((0, 1), group="g"), finding((5, 9), group="g"), finding((6, 7))
    assert choose([a, b, c], unsafe=False) == [c]
    assert choose([a, b], unsafe=False) == [a, b]
    manual = finding((5, 9), group="g", safety=Safety.MANUAL)
    assert choose([a, manual], unsafe=False) == []


def test_unsafe_and_refused() -> None:
    unsafe = finding((0, 1), safety=Safety.UNSAFE)
    assert choose([unsafe], unsafe=False) == []
    assert choose([unsafe], unsafe=True) == [unsafe]
    assert choose([finding((0, 1))], unsafe=True, refused=frozenset("a")) == []
    both = finding((0, 1), group="g"), finding((0, 1), group="g", path="b")
    assert choose(both, unsafe=True, refused=frozenset("b")) == []


SPANS = st.tuples(st.integers(0, 12), st.integers(0, 4)).map(lambda p: (p[0], p[0] + p[1]))


@given(
    st.lists(
        st.tuples(SPANS, st.sampled_from("xy"), st.sampled_from(["", "g", "h"]), st.sampled_from("ab")), max_size=8
    ),
    st.randoms(use_true_random=False),
)
def test_order_of_the_input_does_not_matter(rows: list, chance: random.Random) -> None:
    findings = list({finding(span, new=new, group=group, path=path) for span, new, group, path in rows})
    findings.sort()
    first = choose(findings, unsafe=False)
    shuffled = list(findings)
    chance.shuffle(shuffled)
    assert sorted(choose(shuffled, unsafe=False)) == sorted(first)
    edits = {edit for item in first for edit in item.fix.edits}
    for a in edits:
        for b in edits - {a}:
            assert a.path != b.path or not (a.span.overlaps(b.span) or a.span == b.span)
