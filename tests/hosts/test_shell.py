"""Shell commands as words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudamig.hosts.shell import commands
from cudamig.hosts.shell_words import expand, raw_words
from cudamig.text import UNKNOWN, Text

U = UNKNOWN


def words(script: str, **values: str) -> list[list[str]]:
    table = {name: Text(value, range(900, 900 + len(value))) for name, value in values.items()}
    return [[word.value for word in c.words] for c in commands(Text.of(script, 0, len(script)), table.get) if c.words]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("a b&&c;d|e", [["a", "b"], ["c"], ["d"], ["e"]]),
        ("a \\\n  b # c\nd", [["a", "b"], ["d"]]),
        ("a 'b c' \"d 'e'\" f\\ g", [["a", "b c", "d 'e'", "f g"]]),
        ("if [ 1 ]; then sudo pip install x; fi", [["[", "1", "]"], ["pip", "install", "x"]]),
        ("X=1 Y='a b' pip install x", [["pip", "install", "x"]]),
        ("P='python -m pip'; $P install x", [["python", "-m", "pip", "install", "x"]]),
        ("pip install numpy>=1 2>&1", [["pip", "install", "numpy", "2"]]),
        ('pip install "numpy>=1"', [["pip", "install", "numpy>=1"]]),
        ("a $(b c) `d` ${E} $F", [["a", U, U, U, U]]),
        ("a $V \"$W\" ${V}x '$V'", [["a", "1.0", "p q", "1.0x", "$V"]]),
        ("a $W", [["a", "p", "q"]]),
        ("a ${X:-d} ${V:+e} ${X:+e}", [["a", "d", "e"]]),
        ("{ a; (b); }", [["a"], ["b"]]),
        ("a 'unterminated", [["a", "unterminated"]]),
        ("", []),
        ("\\", [["\\"]]),
        ("$", [["$"]]),
        ("a ${unterminated", [["a", U]]),
    ],
)
def test_words(script: str, expected: list[list[str]]) -> None:
    assert words(script, V="1.0", W="p q") == expected


def test_words_know_where_they_stand() -> None:
    script = "pip install 'torch=='$V x"
    (command,) = commands(Text.of(script, 0, len(script)), {"V": Text("1.0", [50, 51, 52])}.get)
    torch = command.words[2]
    assert torch.value == "torch==1.0"
    assert torch.text.at == (13, 14, 15, 16, 17, 18, 19, 50, 51, 52)
    assert torch.end == script.index(" x")


def test_raw_words_keep_what_is_written() -> None:
    text = "A=${B:+\"x ${C} y\"} D='e f'"
    assert [word.value for word in raw_words(Text.of(text, 0, len(text)))] == ['A=${B:+"x ${C} y"}', "D='e f'"]


def test_expansion_as_one_word() -> None:
    values = {"C": Text("1 2", [7, 8, 9])}
    text = '"x $C" y'
    assert expand(Text.of(text, 0, len(text)), values.get).value == "x 1 2 y"
    assert expand(Text.of("$Z", 0, 2), values.get) is None


@given(st.text(st.sampled_from(list("ab \t\n\\'\"$`{}()<>|&;#=:-+")), max_size=40))
def test_any_text_is_read(script: str) -> None:
    for command in commands(Text.of(script, 0, len(script))):
        for word in command.words:
            kept = [script[at] for at in word.text.at if at >= 0]
            assert "".join(kept) == word.value.replace(UNKNOWN, "")


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("bash -c 'a b && c'", ["", "a", "c"]),
        ('sh -exc "a" x', ["", "a"]),
        ("bash run.sh -c x", ["bash"]),
        ("sudo -H -u me a b", ["a"]),
        ("env -i A=1 a", ["a"]),
    ],
)
def test_what_is_run_in_the_end(script: str, expected: list[str]) -> None:
    assert [command.name for command in commands(Text.of(script, 0, len(script)))] == expected


def test_assignments_go_with_their_command() -> None:
    script = "A=1 a && export B=2; b"
    found = commands(Text.of(script, 0, len(script)))
    assert [(c.name, [(name, value.value) for name, value in c.assigned]) for c in found] == [
        ("a", [("A", "1")]),
        ("", [("B", "2")]),
        ("b", []),
    ]


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("V#*.", "1.1"),
        ("V##*.", "1"),
        ("V%.*", "12.1"),
        ("V%%.*", "12"),
        ("V#v", "12.1.1"),
        ("V/./", "121.1"),
        ("V//./", "1211"),
        ("V//./-", "12-1-1"),
        ("V//[0-9]/x", "xx.x.x"),
        ("V:0:4", "12.1"),
        ("V: -3", None),
        ("V^^", None),
        ("V/$X/y", None),
        ("V/[z-a]/y", None),
        ("V%.*.*.*.*.*", None),
        ("W%.*", None),
    ],
)
def test_cuts(inner: str, expected: str | None) -> None:
    value = Text("12.1.1", range(50, 56))
    found = expand(Text.of("${" + inner + "}", 0, len(inner) + 3), {"V": value}.get)
    assert (found and found.value) == expected
    for char, at in zip(found.value, found.at, strict=True) if found else ():
        assert at < 50 or value.value[at - 50] == char


@given(st.text(max_size=20), st.text(alphabet="#%/:*?[]!-.\\v1", max_size=12))
def test_any_cut(value: str, operation: str) -> None:
    text = "${V" + operation + "}"
    expand(Text.of(text, 0, len(text)), {"V": Text(value, range(len(value)))}.get)
