"""Which declaration is meant, and at what cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudamig.hosts.cpp import CppDocument
from cudamig.hosts.cpp_scope import Rows
from cudamig.hosts.cpp_tree import Declared

Parse = Callable[..., CppDocument]

TREES = st.recursive(st.just([]), lambda inner: st.lists(inner, max_size=4), max_leaves=25)


def declared(tree: list[object], start: int = 0) -> tuple[list[Declared], int]:
    """A declaration after the opening bracket of each list that has an odd number of lists in it, and of its end."""
    rows, here = [], start + 2
    for inner in tree:
        assert isinstance(inner, list)
        found, here = declared(inner, here)
        rows += found
    end = here + 1
    if len(tree) % 2:
        rows.append(Declared("x", "variable", "int", start + 1, start + 1, end))
        rows.append(Declared("x", "variable", "int", here, here, end))
    return rows, end


@given(TREES)
def test_the_innermost_and_last_declaration_is_meant(tree: list[object]) -> None:
    rows, end = declared(tree)
    known = Rows(rows)
    for offset in range(end + 2):
        around = [row for row in rows if row.start <= offset < row.end]
        assert known.at(offset) == min(around, key=lambda row: (row.end, -row.offset), default=None)


@pytest.mark.parametrize("body", ["void f() { int x; x; }", "{ int x; x; ", "int x; x; "])
def test_declarations_are_gone_through_once(parse: Parse, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    count = 300
    document = parse(body * count)
    seen = 0

    class Counted(list[Declared]):
        def __iter__(self) -> Iterator[Declared]:
            nonlocal seen
            for row in super().__iter__():
                seen += 1
                yield row

    monkeypatch.setitem(document.declared, "x", Counted(document.declared["x"]))  # type: ignore[arg-type]
    found = [document.rows("x").at(at) for at in document.starts]
    assert any(found)
    assert count <= seen <= 2 * count
