"""Calls in any layout: comments, breaks and brackets around arguments that come, go and are named."""

from __future__ import annotations

import ast
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytree import changed, comments

from cudamig.codemods.python_arguments import Refused
from cudamig.hosts.python_lists import items, without
from cudamig.model import Span

GAP = st.sampled_from(["", " ", "  # note, (\n    ", "\n    ", "\n", " \\\n ", "\t", "\n  # one\n  # two)\n  "])
VALUES = st.sampled_from(
    ["a", "(b)", "'#,'", "c.d", "[1, 2]", "g(x, y=1)", "((1,))", "lambda: 0", "-1", "x if y else z"]
)


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, list[str], dict[str, str]]:
    """A call of ``f`` in some layout, its positional arguments and its keywords."""
    positional = draw(st.lists(VALUES, max_size=3))
    keywords = draw(st.dictionaries(st.sampled_from(["p", "q", "r", "v"]), VALUES, max_size=3))
    if "v" in keywords:
        keywords["v"] = draw(st.sampled_from(["True", "(x.y)", "None"]))
    parts = positional + [f"{name}{draw(st.sampled_from(['=', ' = ']))}{value}" for name, value in keywords.items()]
    text = "f(" + draw(GAP)
    for index, part in enumerate(parts):
        text += part + draw(GAP)
        if index + 1 < len(parts) or draw(st.booleans()):
            text += "," + draw(GAP)
    return text + ")", positional, keywords


def parts_of(text: str) -> tuple[list[str], dict[str | None, str]]:
    call = ast.parse(text).body[0].value  # type: ignore[attr-defined]
    assert isinstance(call, ast.Call)
    return [ast.dump(a) for a in call.args], {k.arg: ast.dump(k.value) for k in call.keywords}


def dumped(text: str) -> str:
    return ast.dump(ast.parse(text, mode="eval").body)


@settings(max_examples=300, deadline=None)
@given(calls())
def test_any_layout_add(case: tuple[str, list[str], dict[str, str]]) -> None:
    text, positional, keywords = case
    after = changed(text, add={"k": "1"})
    assert parts_of(after) == (
        [dumped(value) for value in positional],
        {**{name: dumped(value) for name, value in keywords.items()}, "k": dumped("1")},
    )
    assert comments(after) == comments(text)
    assert changed(after, add={"k": "1"}) == after


@settings(max_examples=300, deadline=None)
@given(calls())
def test_any_layout_add_and_leave_out(case: tuple[str, list[str], dict[str, str]]) -> None:
    text, positional, keywords = case
    if "v" in keywords:
        keywords = {**keywords, "v": "True"}
        text = re.sub(r"\bv( ?= ?)(?:True|\(x\.y\)|None)", r"v\1True", text)
    after = changed(text, add={"k": "1"}, replace={"v": {"True": ""}})
    kept = {name: dumped(value) for name, value in keywords.items() if name != "v"}
    assert parts_of(after) == ([dumped(value) for value in positional], {**kept, "k": dumped("1")})
    assert comments(after) == comments(text)


@settings(max_examples=300, deadline=None)
@given(calls())
def test_any_layout_drop(case: tuple[str, list[str], dict[str, str]]) -> None:
    text, positional, keywords = case
    after = changed(text, drop=["v"])
    keywords.pop("v", None)
    assert parts_of(after) == (
        [dumped(value) for value in positional],
        {name: dumped(value) for name, value in keywords.items()},
    )
    assert comments(after) == comments(text)


@settings(max_examples=300, deadline=None)
@given(calls())
def test_any_layout_prepend_and_name(case: tuple[str, list[str], dict[str, str]]) -> None:
    text, positional, keywords = case
    try:
        after = changed(text, prepend="0", signature="*, p, q, s")
    except Refused:
        assert set(["p", "q", "s"][: len(positional)]) & set(keywords)
        return
    named = dict(zip(["p", "q", "s"], positional, strict=False))
    assert parts_of(after) == (
        [dumped("0")],
        {name: dumped(value) for name, value in {**named, **keywords}.items()},
    )
    assert comments(after) == comments(text)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_items_can_leave_a_list(data: st.DataObject) -> None:
    text, spans = "(", []
    count = data.draw(st.integers(1, 5))
    for index in range(count):
        text += data.draw(GAP)
        spans.append(Span(len(text), len(text) + 2))
        text += f"x{index}" + data.draw(GAP)
        if index + 1 < count or data.draw(st.booleans()):
            text += "," + data.draw(GAP)
    text += ")"
    listed = items(text, 1, spans, len(text) - 1)
    assert listed is not None
    gone = data.draw(st.sets(st.integers(0, count - 1), max_size=count))
    after = text
    for span in reversed(without(text, listed, gone)):
        after = after[: span.start] + after[span.end :]
    call = ast.parse("f" + after).body[0].value  # type: ignore[attr-defined]
    assert [name.id for name in call.args] == [f"x{index}" for index in range(count) if index not in gone]
    assert comments("f" + after) == comments("f" + text)


LISTED = {
    "f(\n    a,\n    b)": "f(\n    a,\n    b,\n    k=1)",
    "f(\n    a, b,\n    c,\n    d=(1,\n       2))": "f(\n    a, b,\n    c,\n    d=(1,\n       2),\n    k=1)",
    "f(\n    a,\n    b,)": "f(\n    a,\n    b,\n    k=1,)",
    "f(\n    a, b)": "f(\n    a, b, k=1)",
    "f(\n    a)": "f(\n    a, k=1)",
    "f(a,\n  b)": "f(a,\n  b, k=1)",
    "f(\n    a,\n    b, c)": "f(\n    a,\n    b, c, k=1)",
}


@pytest.mark.parametrize(("before", "after"), LISTED.items())
def test_one_argument_a_line(before: str, after: str) -> None:
    assert changed(before, add={"k": "1"}) == after
