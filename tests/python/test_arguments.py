"""Edits on the arguments of a call: only what is asked for, and everything around it as it was."""

from __future__ import annotations

import pytest
from pytree import RULES, changed, fixed, reasons

from cudamig.codemods.python_arguments import Refused
from cudamig.codemods.python_rows import Row, rows
from cudamig.hosts.python_lists import Item, items
from cudamig.model import Span

ADD = {
    "f()": "f(k=1)",
    "f( )": "f(k=1 )",
    "f(  # c\n)": "f(k=1  # c\n)",
    "f(a)": "f(a, k=1)",
    "f(a,)": "f(a, k=1,)",
    "f(a , )": "f(a, k=1 , )",
    "f((a))": "f((a), k=1)",
    "f(((a)) )": "f(((a)), k=1 )",
    "f(a, b=(c))": "f(a, b=(c), k=1)",
    "f(a,  # one\n  b)  # two": "f(a,  # one\n  b, k=1)  # two",
    "f(\n    a,\n    b,\n)": "f(\n    a,\n    b,\n    k=1,\n)",
    "f(\n    a,\n    b,  # last\n)": "f(\n    a,\n    b,  # last\n    k=1,\n)",
    "f(\n    a,\n    b\n)": "f(\n    a,\n    b,\n    k=1\n)",
    "f(\n    a,\n    b  # last\n)": "f(\n    a,\n    b,  # last\n    k=1\n)",
    "f(\n    a, b,\n)": "f(\n    a, b, k=1,\n)",
    "f(\n\ta,\n\t{\n\t\t1: 2,\n\t},\n)": "f(\n\ta,\n\t{\n\t\t1: 2,\n\t},\n\tk=1,\n)",
    "f(\n    a, \\\n    b \\\n)": "f(\n    a, \\\n    b, k=1 \\\n)",
    "f (a)": "f (a, k=1)",
    "f \\\n(a)": "f \\\n(a, k=1)",
    "(f)(a)": "(f)(a, k=1)",
    "(f # (\n)(a)": "(f # (\n)(a, k=1)",
    "f(lambda: 1)": "f(lambda: 1, k=1)",
    "f(a if b else c)": "f(a if b else c, k=1)",
    "f((yield))": "f((yield), k=1)",
    "f(a := 1)": "f(a := 1, k=1)",
    "f([x for x in y])": "f([x for x in y], k=1)",
    "f((x for x in y))": "f((x for x in y), k=1)",
    "f(k=2)": "f(k=2)",
    "f('#', ')')": "f('#', ')', k=1)",
}


@pytest.mark.parametrize(("before", "after"), ADD.items())
def test_add(before: str, after: str) -> None:
    assert changed(before, add={"k": "1"}) == after


@pytest.mark.parametrize("text", ["f(x for x in y)", "f(*a)", "f(**k)", "f(a, *b, c=1)"])
def test_add_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        changed(text, add={"k": "1"})


def test_a_star_that_hides_nothing() -> None:
    assert changed("f(g, *a)", add={"k": "1"}, signature="g, *args") == "f(g, *a, k=1)"
    with pytest.raises(Refused):
        changed("f(g, *a, **b)", add={"k": "1"}, signature="g, *args")


PREPEND = {
    "f()": "f(0)",
    "f(a)": "f(0, a)",
    "f(a=1)": "f(0, a=1)",
    "f( (a) )": "f( 0, (a) )",
    "f(\n    a,\n    b=1,\n)": "f(\n    0,\n    a,\n    b=1,\n)",
    "f(  # c\n    a)": "f(  # c\n    0,\n    a)",
    "f(a,\n  b)": "f(0, a,\n  b)",
    "f(**k)": "f(0, **k)",
    "f(*a, b=1, **k)": "f(0, *a, b=1, **k)",
}


@pytest.mark.parametrize(("before", "after"), PREPEND.items())
def test_prepend(before: str, after: str) -> None:
    assert changed(before, prepend="0") == after


def test_a_double_star_can_only_hold_what_the_old_signature_takes() -> None:
    assert changed("f(a, **k)", prepend="0", signature="*, p, q") == "f(0, p=a, **k)"
    with pytest.raises(Refused):
        changed("f(*a)", prepend="0", signature="*, p, q")
    with pytest.raises(Refused):
        changed("f(**k)", prepend="0", add={"k": "1"})


NAMED = {
    "f(a)": "f(a)",
    "f(a, b)": "f(a, q=b)",
    "f(a, b, c)": "f(a, q=b, r=c)",
    "f(a, (b), r=c)": "f(a, q=(b), r=c)",
    "f(a,\n  b,  # why\n  c)": "f(a,\n  q=b,  # why\n  r=c)",
    "f(a, (b := 1))": "f(a, q=(b := 1))",
}


@pytest.mark.parametrize(("before", "after"), NAMED.items())
def test_positional_to_keyword(before: str, after: str) -> None:
    assert changed(before, signature="p, *, q, r") == after


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("f(a, b, c, d)", "more positional"),
        ("f(a, b, q=c)", "twice"),
        ("f(a, b := 1)", "assignment expression"),
        ("f(*a)", "`*` argument"),
        ("f(**a)", "`**` argument"),
    ],
)
def test_positional_to_keyword_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason.replace("*", r"\*")):
        changed(text, signature="p, *, q, r")


DROP = {
    "f(v=1)": "f()",
    "f(v=1,)": "f()",
    "f(a, v=1)": "f(a)",
    "f(a, v=1,)": "f(a,)",
    "f(v=1, a=b)": "f(a=b)",
    "f(a, v = (x.y) , b=c)": "f(a, b=c)",
    "f(\n    a,\n    v=1,\n    b=c,\n)": "f(\n    a,\n    b=c,\n)",
    "f(\n    a,\n    v=1,\n)": "f(\n    a,\n)",
    "f(\n    a,\n    v=1\n)": "f(\n    a\n)",
    "f(\n    v=1\n)": "f(\n    \n)",
    "f(a,\n  v=1)": "f(a)",
    "f(a, v=1,\n  b=c)": "f(a,\n  b=c)",
    "f(a,  # one\n  v=1)": "f(a,  # one\n  )",
    "f(v=1,\n  b=c,\n  d=e)": "f(b=c,\n  d=e)",
    "f(v=1,\n  # two\n  b=c)": "f(\n  # two\n  b=c)",
    "f(v=1,\n)": "f(\n)",
    "f(a, v=1  # two\n  , b=c)": "f(a,   # two\n   b=c)",
    "f(a, v=1,  # two\n  b=c)": "f(a,  # two\n  b=c)",
    "f(\n    a,\n    v=1,  # two\n)": "f(\n    a,\n    # two\n)",
    "f(a)": "f(a)",
}


@pytest.mark.parametrize(("before", "after"), DROP.items())
def test_drop(before: str, after: str) -> None:
    assert changed(before, drop=["v"]) == after


@pytest.mark.parametrize(
    ("text", "reason"), [("f(v=g())", "computed"), ("f(v=a[0])", "computed"), ("f(1, 2)", "position")]
)
def test_drop_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        changed(text, drop=["v"], signature="p, v")


@pytest.mark.parametrize(
    ("before", "after"),
    [("f(a, v=True)", 'f(a, w="x")'), ("f(v = (False), a=b)", "f(w=None, a=b)"), ("f(a)", "f(a)")],
)
def test_replace(before: str, after: str) -> None:
    assert changed(before, replace={"v": {"True": 'w="x"', "False": "w=None"}}) == after


@pytest.mark.parametrize("text", ["f(v=flag)", "f(v=1)", "f(v=not x)"])
def test_replace_only_literals(text: str) -> None:
    with pytest.raises(Refused, match="not one of"):
        changed(text, replace={"v": {"True": "w=1"}})


def test_drop_and_add_contradict_each_other() -> None:
    with pytest.raises(ValueError, match="both"):
        rows(RULES[0]._replace(args={"names": ["f"]}, fix={"drop": ["a"], "add": {"b": "1"}}))


def test_unknown_keys_are_refused() -> None:
    with pytest.raises(TypeError, match="prepnd"):
        rows(RULES[0]._replace(args={"names": ["f"]}, fix={"prepnd": "1"}))
    assert isinstance(rows(RULES[0]._replace(args={"names": ["f"]}, fix={}))[0], Row)


def test_items_know_their_parentheses() -> None:
    assert items("( (a) , b,)", 1, [Span(3, 4), Span(8, 9)], 10) == [Item(2, 5, 6), Item(8, 9, 9)]
    assert items("(a b)", 1, [Span(1, 2), Span(3, 4)], 4) is None
    assert items("(a; b)", 1, [Span(1, 2), Span(4, 5)], 5) is None


def test_nested_calls_compose() -> None:
    text = "import torch\nx = torch.load(torch.load(p),  # why\n    map_location=torch.load(q))\n"
    assert fixed(text, unsafe=True) == (
        "import torch\nx = torch.load(torch.load(p, weights_only=False),  # why\n"
        "    map_location=torch.load(q, weights_only=False), weights_only=False)\n"
    )


@pytest.mark.parametrize("text", ["f'{torch.load(p)}'", "f'''\n{x}\n  {torch.load(p)}'''", "f'é{x:{torch.load(p)}}'"])
def test_f_strings_are_left_alone(text: str) -> None:
    assert reasons(f"import torch\nx = {text}\n", unsafe=True) == ["it stands inside an f-string"]
