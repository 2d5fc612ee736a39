"""Lock files: where they say which torch they hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudamig.hosts.lock import parse
from cudamig.nodes import IndexOption, Requirement
from cudamig.source import Source

WHL = "https://download.pytorch.org/whl"


def held(text: str) -> list[tuple[str, str]]:
    found = parse(Source("uv.lock", text.encode(), "lock")).nodes
    urls = {node.scope: node.url.value for node in found if isinstance(node, IndexOption)}
    return [(n.clauses[0].version.value, urls.get(n.scope, "")) for n in found if isinstance(n, Requirement)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f'[[package]]\nname = "torch"\nversion = "2.2.0+cu121"\nsource = {{ registry = "{WHL}/cu121" }}\n', [("2.2.0+cu121", f"{WHL}/cu121")]),
        (f'[[package]]\r\nname = "torch"\r\nversion = "2.2.0"\r\n\r\n[[package]]\r\nname = "x"\r\nurl = "{WHL}/cpu"\r\n', [("2.2.0", "")]),
        ('{"default": {\n  "torch": {\n    "hashes": ["sha256:0"],\n    "version": "==2.1.0"\n  }\n}}', [("2.1.0", "")]),
        ("package:\n- name: pytorch\n  version: 2.1.0\n  manager: conda\n", [("2.1.0", "")]),
        (f"- pypi: {WHL}/cu121/torch-2.5.1%2Bcu121-cp311-cp311-linux_x86_64.whl\n", [("2.5.1+cu121", f"{WHL}/cu121/torch-2.5.1%2Bcu121-cp311-cp311-linux_x86_64.whl")]),
        ('[[package]]\nname = "torchmetrics"\nversion = "1.0"\n', []),
    ],
)  # fmt: skip
def test_held(text: str, wanted: list[tuple[str, str]]) -> None:
    assert held(text) == wanted


@given(
    st.lists(
        st.sampled_from(
            [
                'name = "torch"',
                "\n",
                'version = "',
                '2.1"',
                '"torch": {',
                '"version": "==',
                "}",
                "- ",
                "[[",
                "é",
                "- pypi: x/torch-2.1-",
            ]
        ),
        max_size=20,
    )
)
def test_any_text(parts: list[str]) -> None:
    held("".join(parts))
