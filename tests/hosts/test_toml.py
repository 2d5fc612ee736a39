"""TOML with places, and what pyproject.toml and its likes declare."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudamig.hosts import NotUnderstood, poetry
from cudamig.hosts.toml import parse
from cudamig.hosts.toml_tables import Item, Table, read
from cudamig.nodes import Group, Include, IndexOption, IndexUse, PythonRange, Requirement
from cudamig.source import Source
from cudamig.text import Text

EVERYTHING = """\ufeff# é
a.b = {c = "d", e = [1, {f = 'g'}, "x\\u00e9\\ty"]} # c
"q k" = '''
two\r
lines'''
m = \"\"\"\\
   folded \\"
   end\"\"\"
[[t.u]]
n = "é" \r
[[t.u]]
n = 2020-01-01
[t.u.v]
w = ["z", # c
  'y',]
"""


def source(text: str, name: str = "pyproject.toml") -> Source:
    return Source(name, text.encode(), "toml")


def plain(item: Item) -> object:
    if isinstance(item, Table):
        return {name: plain(value) for name, value in item.values.items()}
    return [plain(part) for part in item] if isinstance(item, list) else item.value


def same(got: object, wanted: object) -> bool:
    """Whether two readings agree; what is no string is a token in ours."""
    if isinstance(wanted, dict):
        return isinstance(got, dict) and got.keys() == wanted.keys() and all(same(got[k], wanted[k]) for k in wanted)
    if isinstance(wanted, list):
        return isinstance(got, list) and len(got) == len(wanted) and all(map(same, got, wanted))
    return isinstance(got, str) and (not isinstance(wanted, str) or got.replace("\r\n", "\n") == wanted)


def test_it_reads_what_tomllib_reads() -> None:
    assert same(plain(read(source(EVERYTHING))), tomllib.loads(EVERYTHING.removeprefix("\ufeff")))


@pytest.mark.parametrize("text", [EVERYTHING, "'é' = 'ü'\r\nx = ['ß', \"ö\"]\n"])
def test_strings_know_where_they_stand(text: str) -> None:
    file = source(text)
    spans = [(item.span(), item.value) for item in read(file).all_texts()]
    assert any(span for span, _ in spans)
    for span, value in spans:
        assert span is None or file.slice(span) == value


@given(
    st.lists(
        st.sampled_from(
            [
                "[a]",
                "[[b]]",
                "k",
                "=",
                '"s"',
                "'",
                "{",
                "}",
                "[",
                "]",
                ",",
                "\n",
                "\r\n",
                "#",
                "1",
                ".",
                "é",
                " ",
                '"""',
                "\\",
            ]
        ),
        max_size=25,
    )
)
def test_any_text(parts: list[str]) -> None:
    text = "".join(parts)
    try:
        got = plain(read(source(text)))
    except NotUnderstood:
        return
    assert same(got, tomllib.loads(text))


def nodes(text: str, kind: type, name: str = "pyproject.toml") -> list:
    return [node for node in parse(source(text, name)).nodes if isinstance(node, kind)]


@pytest.mark.parametrize(
    ("version", "wanted"),
    [
        ("2.1.0", "==2.1.0"),
        ("^2.1.0", ">=2.1.0,<3"),
        ("^0.4.1", ">=0.4.1,<0.5"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0", ">=0,<1"),
        ("^2.0.1+cu117", ">=2.0.1,<3"),
        ("~2.1", ">=2.1,<2.2"),
        ("~2.1.3", ">=2.1.3,<2.2"),
        ("~2", ">=2,<3"),
        ("~=2.1", "~=2.1"),
        ("2.1.*", "==2.1.*"),
        (">=2.1 <3", ">=2.1,<3"),
        (">=2.1, !=2.2", ">=2.1,!=2.2"),
        ("*", ""),
        ("2.0 || >=2.2", None),
        ("latest", None),
    ],
)
def test_poetry_versions(version: str, wanted: str | None) -> None:
    found = poetry.clauses(Text.of(version, 0, len(version)))
    assert (None if found is None else ",".join(c.operator + c.version.value for c in found)) == wanted


DECLARED = """
[build-system]
requires = ["setuptools", "torch==2.1.0"]
[project]
requires-python = ">=3.10"
dependencies = ["torch>=2.0 ; sys_platform == 'linux'", "numpy"]
[project.optional-dependencies]
cu121 = ["xformers==0.0.24"]
[dependency-groups]
dev = ["pytest", {include-group = "x"}]
[tool.uv]
constraint-dependencies = ["torch<3"]
find-links = ["https://l"]
[tool.uv.pip]
torch-backend = "cu121"
[tool.uv.sources]
torch = [{index = "a", marker = "m"}, {index = "b", extra = "x"}]
torchvision = {url = "https://h/torchvision-0.17.0%2Bcu121-cp310-cp310-linux_x86_64.whl"}
[[tool.uv.index]]
name = "a"
url = "https://a"
explicit = true
[[tool.pdm.source]]
url = "https://p"
type = "find_links"
[tool.hatch.envs.gpu]
extra-dependencies = ["torchaudio==2.1.0"]
env-vars = {PIP_EXTRA_INDEX_URL = "https://e"}
[tool.setuptools.dynamic]
dependencies = {file = ["requirements.txt"]}
"""


def test_what_a_pyproject_declares() -> None:
    items = {
        (item.name, ",".join(c.operator + c.version.value for c in item.clauses), bool(item.url))
        for item in nodes(DECLARED, Requirement)
    }
    assert {
        ("torch", "==2.1.0", False),
        ("torch", ">=2.0", False),
        ("torch", "<3", False),
        ("xformers", "==0.0.24", False),
        ("torchaudio", "==2.1.0", False),
        ("torchvision", "", True),
    } <= items
    assert [(o.option, o.url.value, o.name.value, o.only) for o in nodes(DECLARED, IndexOption)] == [
        ("--extra-index-url", "https://a", "a", True),
        ("--find-links", "https://l", "", False),
        ("--torch-backend", "cu121", "", False),
        ("--find-links", "https://p", "", False),
        ("--extra-index-url", "https://e", "", False),
    ]
    assert [(u.project, u.name.value, u.choice, u.marker) for u in nodes(DECLARED, IndexUse)] == [
        ("torch", "a", "", "m"),
        ("torch", "b", "x", ""),
    ]
    assert [group.name.value for group in nodes(DECLARED, Group)] == ["cu121", "dev"]
    assert [(p.text.value, p.resolver) for p in nodes(DECLARED, PythonRange)] == [(">=3.10", "uv")]
    assert [i.target for i in nodes(DECLARED, Include)] == ["requirements.txt"]


def test_a_name_that_stands_for_something_else() -> None:
    text = '[[tool.uv.index]]\nname = "gpu"\nurl = "https://a"\n[tool.other]\nwhere = "gpu"\n'
    assert [use.project for use in nodes(text, IndexUse)] == [""]
