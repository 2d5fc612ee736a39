"""Scripts of all languages of commands: what they install, set and print."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudamig import hosts
from cudamig.nodes import Generated, ImageRef, IndexOption, Install, Requirement, Setting
from cudamig.source import Source
from cudamig.text import NOWHERE, Text

PATHS = {
    "shell": "a.sh",
    "make": "Makefile",
    "batch": "a.bat",
    "singularity": "a.def",
    "cmake": "CMakeLists.txt",
    "bake": "docker-bake.hcl",
}


def nodes(kind: str, text: str, path: str = "") -> list:
    return list(hosts.parse(Source(path or PATHS[kind], text.encode(), kind)).nodes)


def installed(kind: str, text: str, path: str = "") -> list[str]:
    return [node.text.value for node in nodes(kind, text, path) if isinstance(node, Requirement)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("pip install a==1 \\\n  b==2 # c==3\n", ["a==1", "b==2"]),
        ("pip install a==1 \\\r\n  b==2\r\n", ["a==1", "b==2"]),
        ("V=1\npip install a==$V\n", ["a==1"]),
        ("V=1\nV=2\npip install a==$V\n", ["a==\N{OBJECT REPLACEMENT CHARACTER}"]),
        ("V=${V:-1}\npip install a==$V\n", ["a==\N{OBJECT REPLACEMENT CHARACTER}"]),
        ("pip install a==$1\n", ["a==\N{OBJECT REPLACEMENT CHARACTER}"]),
        ("cat > f <<EOF\npip install a==1\nEOF\npip install b==1\n", ["b==1"]),
        ("cat <<'E' | bash\npip install a==1\nE\n", ["a==1"]),
        ("sudo bash <<-E\n\tpip install a==1\n\tE\n", ["a==1"]),
        ("(( x << y ))\npip install a==1\n", ["a==1"]),
        ('export T="pip install a==1"\n$T\n', ["a==1"]),
        ("x=$(pip install a==1)\n", ["a==1"]),
        ("# x=$(pip install a==1)\n", []),
        ("echo pip install a==1\n", []),
        ("eval pip install a==1\n", ["a==1"]),
        ("f() {\n  local V=1\n  pip install a==$V\n}\n", ["a==1"]),
        ("case $X in\n  y) pip install a==1;;\nesac\n", ["a==1"]),
        ("if true; then timeout 60 pip install a==1; fi\n", ["a==1"]),
        ("$PYTHON -m pip install a==1\n", ["a==1"]),
    ],
)
def test_shell(script: str, expected: list[str]) -> None:
    assert installed("shell", script) == expected


@pytest.mark.parametrize(
    ("makefile", "expected"),
    [
        ("all:\n\t@pip install a==1\n", ["a==1"]),
        ("V := 1\nall: x\n\t-pip install a==$(V) b==${V}\n", ["a==1", "b==1"]),
        ("V ?= 1\nall:\n\tpip install a==$(V)\n", ["a==\N{OBJECT REPLACEMENT CHARACTER}"]),
        ("all:\n\tV=1; pip install a==$$V\n", ["a==1"]),
        ("all:\n\tpip install \\\n\t  a==1\n", ["a==1"]),
        ("all: ; pip install a==1\n", ["a==1"]),
        ("# all:\n#\tpip install a==1\n", []),
        ("define X\npip install a==1\nendef\n", []),
        ("P = pip install a==1\nall:\n\t$(P)\n", ["a==1"]),
    ],
)
def test_make(makefile: str, expected: list[str]) -> None:
    assert installed("make", makefile) == expected


@pytest.mark.parametrize(
    ("path", "script", "expected"),
    [
        ("a.bat", "call pip install a==1 ^\r\n  b==2\r\n", ["a==1", "b==2"]),
        ("a.bat", 'set "V=1"\r\n%PY% -m pip install "a==%V%"\r\n', ["a==1"]),
        ("a.bat", "set T=pip install a==1\r\n%T%\r\n", ["a==1"]),
        ("a.cmd", "@REM pip install a==1\n:: pip install a==1\n", []),
        ("a.cmd", "echo pip install a==1\n", []),
        ("a.cmd", "pip install a==%1 && pip install b==1\n", ["a==\N{OBJECT REPLACEMENT CHARACTER}", "b==1"]),
        ("a.ps1", "pip install a==1 `\n  'b==2' # c\n", ["a==1", "b==2"]),
        ("a.ps1", '$V = "1"\n<# pip install x==1\n#>\npip install a==$V\n', ["a==1"]),
    ],
)
def test_windows(path: str, script: str, expected: list[str]) -> None:
    assert installed("batch", script, path) == expected


DEFINITION = """\
Bootstrap: docker
From: nvidia/cuda:{{ CUDA }}-base
Stage: build
%arguments
  CUDA=11.8.0
%environment
  export PIP_EXTRA_INDEX_URL=https://example.org/a
%files
  a.txt /opt/a.txt
%post
  pip install a==1
Bootstrap: library
From: x/y
%files from build
  /opt/a
"""


def test_a_definition_file() -> None:
    found = nodes("singularity", DEFINITION)
    images = [node for node in found if isinstance(node, ImageRef)]
    assert (images[0].text.value, images[0].stage, images[0].name) == ("nvidia/cuda:11.8.0-base", 0, "build")
    assert not images[1].text.known
    assert [node.url.value for node in found if isinstance(node, IndexOption)] == ["https://example.org/a"]
    assert installed("singularity", DEFINITION) == ["a==1"]


def test_a_module_definition_of_windows_is_none() -> None:
    assert nodes("singularity", "LIBRARY x\nEXPORTS\n  cuda_f @1\n") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("set(A 1 2)", [("A", "1 2")]),
        ("SET(A\n  1\n  2)", [("A", "1\n  2")]),
        ('set(A "1;2" CACHE STRING "x")', [("A", "1;2")]),
        ('set(A "1" "2")', [("A", "1"), ("A", "2")]),
        ("set(A 1 # x\n 2)", [("A", "1"), ("A", "2")]),
        ("list(APPEND A 3)", [("A", "3")]),
        ("set_target_properties(t PROPERTIES A 1 B 2)", [("A", "1"), ("B", "2")]),
        ("set_property(TARGET t PROPERTY A 1 2)", [("A", "1 2")]),
        ("# set(A 1)\n#[[ set(A 1)\n]]", []),
        ('message("set(A 1)")', []),
        ("set(A 1", []),
    ],
)
def test_cmake(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(n.name, n.value.value) for n in nodes("cmake", text) if isinstance(n, Setting)] == expected


def test_a_block_of_cmake_knows_all_its_conditions() -> None:
    text = "if(A)\nelseif(B)\nset(x 1)\nendif()\n"
    guard = next(n for n in nodes("cmake", text) if isinstance(n, Install) and n.tool == "guard")
    assert ([w.value for w in guard.words], guard.span) == (["A", "B"], (0, len(text) - 1))


def test_a_generated_script_says_so() -> None:
    assert isinstance(nodes("shell", "#!/bin/sh\n# Automatically generated by x; do not edit\n")[0], Generated)


PARTS = [
    *(
        "pip install ",
        "a==1",
        "torch==2.0",
        "\n",
        "\r\n",
        "\t",
        " ",
        "\\\n",
        "^\n",
        "`",
        "'",
        '"',
        "$",
        "$(",
        "${",
        ")",
    ),
    *("<<E\n", "E\n", "V=1", "%V%", "set ", "set(", "if(", "endif()", "%post\n", "Bootstrap: docker\n", "From: x\n"),
    *("all:", "#", "[[", "]]", ":=", "{{ A }}", "é", "&&", "|", "case", "(", "}", "<#", "%", "!"),
    *('target "a" {', "args = {", 'A = "1.1"', 'A = "${B}"', "A = B", "variable B { default = "),
]


@pytest.mark.parametrize("kind", PATHS)
@given(parts=st.lists(st.sampled_from(PARTS), max_size=30))
def test_any_text_is_read_and_every_character_is_where_it_says(kind: str, parts: list[str]) -> None:
    text = "".join(parts)
    for path in (PATHS[kind], "a.ps1") if kind == "batch" else (PATHS[kind],):
        for node in nodes(kind, text, path):
            for field in node:
                for item in field if isinstance(field, tuple) else (field,):
                    if isinstance(item, Text):
                        for char, at in zip(item.value, item.at, strict=True):
                            assert at == NOWHERE or text[at] == char or char.isspace() or not char.isascii()
