"""Bytes to text and back, exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudamig.model import Edit, Span
from cudamig.source import Source, Unreadable

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)
ENDS = st.sampled_from(["\n", "\r\n", "\r", "\f\n", ""])


@given(parts=st.lists(st.tuples(TEXT, ENDS), max_size=6), bom=st.booleans(), data=st.data())
def test_bytes_outside_an_edit_stay(parts: list[tuple[str, str]], bom: bool, data: st.DataObject) -> None:
    text = "".join(a + b for a, b in parts).removeprefix("\ufeff")
    raw = (b"\xef\xbb\xbf" if bom else b"") + text.encode()
    source = Source("x.py", raw, "cpp")
    assert source.text == text
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    new = data.draw(TEXT)
    expected = raw[: len(raw) - len(text.encode())] + (text[:start] + new + text[end:]).encode()
    assert source.apply([Edit("x.py", Span(start, end), new)]) == expected


@given(text=TEXT)
def test_positions_agree_with_the_lines(text: str) -> None:
    source = Source("x.cpp", text.removeprefix("\ufeff").encode(), "cpp")
    for offset in range(len(source.text) + 1):
        line, column = source.position(offset)
        assert source.starts[line - 1] + column - 1 == offset
        utf8 = len(source.text[source.starts[line - 1] : offset].encode())
        assert source.at(line - 1, utf8) == offset


def test_edits_are_made_from_the_end() -> None:
    source = Source("x.py", "é a b".encode(), "python")
    edits = [Edit("x.py", Span(2, 3), "first"), Edit("x.py", Span(4, 5), ""), Edit("x.py", Span(2, 2), "0")]
    assert source.apply(edits) == "é 0first ".encode()


@pytest.mark.parametrize(
    ("raw", "kind", "words"),
    [
        ("x = 1".encode("utf-16"), "python", "UTF-16"),
        (b"x = 1\0", "python", "NUL"),
        (b"x = '\xe9'", "python", "utf-8"),
        (b"# coding: latin-1\nx = 1\n".replace(b"latin-1", b"no-such"), "python", "no-such"),
        ("# coding: utf-7\nx = 'é'\n".encode("utf-7"), "python", "utf-7"),
        (b"a: '\xe9'", "yaml", "utf-8"),
    ],
)
def test_unreadable(raw: bytes, kind: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        Source("x", raw, kind)


def test_cookie_and_national_code_pages() -> None:
    source = Source("x.py", "# -*- coding: gbk -*-\nx = '中文' ; y\n".encode("gbk"), "python")
    at = source.text.index("y\n")
    assert source.apply([Edit("x.py", Span(at, at + 1), "z")]) == "# -*- coding: gbk -*-\nx = '中文' ; z\n".encode(
        "gbk"
    )
    comment = Source("x.cu", b"// \xc4\xe3\xba\xc3\nint a;\n", "cpp")
    at = comment.text.index("a;")
    assert comment.apply([Edit("x.cu", Span(at, at + 1), "b")]) == b"// \xc4\xe3\xba\xc3\nint b;\n"


def test_a_fix_that_does_not_fit_the_encoding_is_refused() -> None:
    source = Source("x.py", b"# coding: ascii\nx = 1\n", "python")
    with pytest.raises(Unreadable, match="encoding"):
        source.apply([Edit("x.py", Span(0, 0), "é")])


def test_newline_of_the_file() -> None:
    assert Source("r.txt", b"a\r\nb\n", "requirements").newline == "\r\n"
    assert Source("r.txt", b"a", "requirements").newline == "\n"
