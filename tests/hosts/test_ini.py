"""setup.cfg and tox.ini."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cudamig.hosts.ini import parse
from cudamig.nodes import Include, IndexOption, PythonRange, Requirement
from cudamig.source import Source

SETUP = "[metadata]\r\nname = torch\r\n\r\n[options]\r\npython_requires = >=3.8\r\ninstall_requires =\r\n    torch==2.1.0  # é\r\n    # torch==1.0\r\n\r\n\tnumpy>=1\r\n[options.extras_require]\r\ngpu = cupy-cuda11x\r\n[isort]\r\nknown_third_party = torch\r\n"
TOX = """[tox]
envlist = a
[testenv:gpu]
setenv =
    PIP_EXTRA_INDEX_URL = https://e
deps =
    torch112: torch==1.12.1
    -r{toxinidir}/requirements.txt
commands =
    pip install \\
        torchvision==0.17.0 --index-url https://i
    pytest
"""


def nodes(text: str, name: str, kind: type) -> list:
    host = "tox" if name == "tox.ini" else "ini"
    return [node for node in parse(Source(name, text.encode(), host)).nodes if isinstance(node, kind)]


def test_setup_cfg() -> None:
    items = nodes(SETUP, "setup.cfg", Requirement)
    assert [item.text.value for item in items] == ["torch==2.1.0", "numpy>=1", "cupy-cuda11x"]
    for item in items:
        span = item.text.span()
        assert span
        assert SETUP[span.start : span.end] == item.text.value
    assert [node.text.value for node in nodes(SETUP, "setup.cfg", PythonRange)] == [">=3.8"]


def test_tox() -> None:
    assert [item.text.value for item in nodes(TOX, "tox.ini", Requirement)] == ["torch==1.12.1", "torchvision==0.17.0"]
    assert [node.url.value for node in nodes(TOX, "tox.ini", IndexOption)] == ["https://e", "https://i"]
    assert [node.target for node in nodes(TOX, "tox.ini", Include)] == ["requirements.txt"]


@given(st.text(st.sampled_from(list("[]testenv:=deps torch2.1\n\r\t #;\\{}-é")), max_size=120))
def test_any_text(text: str) -> None:
    for head, name in (("[testenv]\ncommands =\n", "tox.ini"), ("[options]\ninstall_requires=\n", "setup.cfg")):
        for item in nodes(head + text, name, Requirement):
            span = item.text.span()
            assert span is None or (head + text)[span.start : span.end] == item.text.value
