"""devcontainer.json and cog.yaml: what they install, and that any text is survived."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudamig import hosts
from cudamig.hosts import NotUnderstood
from cudamig.source import Source, Unreadable

WHL = "https://download.pytorch.org/whl"


def test_all_of_a_container_moves(check) -> None:
    text = (
        "\ufeff// head: nvidia/cuda:11.8.0-base-ubuntu22.04\r\n{\r\n"
        '\t"image": "nvidia/cuda:12.1.1-devel-ubuntu22.04", /* "image": "nvidia/cuda:11.8.0-base-ubuntu22.04" */\r\n'
        '\t"note": "a // b \\/ \\ud83d\\ude00",\r\n'
        f'\t"onCreateCommand": ["pip", "install", "torch==2.2.0+cu121", "-i", "{WHL}/cu121"],\r\n'
        f'\t"postCreateCommand": {{"a": "pip install \\"torchvision==0.17.0+cu121\\" -i {WHL}/cu121",}},\r\n'
        '\t"features": {"ghcr.io/devcontainers/features/nvidia-cuda:1": {"cudaVersion": "12.1"}},\r\n}\r\n'
    )
    path = ".devcontainer/gpu/devcontainer.json"
    outcome = check({path: text}, unsafe=True)
    wanted = text.replace("12.1.1", "12.6.3").replace("cu121", "cu126").replace("2.2.0", "2.13.0")
    wanted = wanted.replace("0.17.0", "0.28.0").replace('"12.1"', '"12.6"')
    assert outcome.after[path].decode() == wanted
    assert not outcome.left


@pytest.mark.parametrize("text", ["", "[]", "{", '{"image": nvidia/cuda:12.1.1', "null", "// only a comment"])
def test_what_is_no_object_is_not_understood(check, text: str) -> None:
    outcome = check({"devcontainer.json": text + "\n// nvidia/cuda"})
    assert outcome.unread == ("devcontainer.json",)
    assert not outcome.faults


COG = 'build:\n  gpu: true\n  cuda: "12.1"\n  python_version: "3.11"\n  python_packages: ["torch==2.2.0"]\n'


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('  cuda: "12.1"\n', "", 'write `cuda: "12.6"`'),
        ("3.11", "3.8", "Python 3.8"),
        ('"torch==2.2.0"', '"torch==2.2.0", "xformers==0.0.24"', "xformers"),
    ],
)
def test_a_cog_build_is_held(check, old: str, new: str, reason: str) -> None:
    text = COG.replace(old, new)
    outcome = check({"cog.yaml": text}, unsafe=True)
    assert outcome.after["cog.yaml"].decode() == text
    assert outcome.findings
    assert any(reason in finding.fix.reason for finding in outcome.findings)


def test_a_cog_build_for_cpu_is_left_alone(check) -> None:
    assert not check({"cog.yaml": COG.replace("true", "false")}).findings


PIECES = ["{", "}", "[", "]", '"image"', ":", ",", '"nvidia/cuda:12.1.1-base-ubuntu22.04"', "// x", "/*", "*/", "\n"]
WORDS = [
    "jobs:",
    "\n",
    "  ",
    "- ",
    "run: ",
    "${{ matrix.a }}",
    "strategy: {matrix: {a: [1]}}",
    "pip install torch==2",
    "image: ",
]


@pytest.mark.parametrize(("path", "kind", "pieces"), [
    (".devcontainer.json", "json", [*PIECES, '"postCreateCommand"', '"pip install torch==2"', '"features"', "\\", "\t"]),
    (".github/workflows/a.yml", "yaml", WORDS),
    ("cog.yaml", "yaml", ["build:", "\n  ", "cuda: '12.1'", "python_packages: [torch==2, '--x y']", "run:", "\n  - "]),
    ("environment.yml", "yaml", ["name: x\n", "dependencies:\n", "  - a=1=b\n", "  - pip:\n", "    - -i\n", "    - torch==2\n"]),
])  # fmt: skip
@given(data=st.data())
def test_any_text_is_survived(path: str, kind: str, pieces: list[str], data: st.DataObject) -> None:
    text = "".join(data.draw(st.lists(st.one_of(st.sampled_from(pieces), st.text(max_size=3)), max_size=20)))
    try:
        source = Source(path, text.encode("utf-8", "replace"), kind)
        document = hosts.parse(source)
    except (NotUnderstood, Unreadable):
        return
    for node in document.nodes:
        for part in node:
            for offset in getattr(part, "at", ()):
                assert -1 <= offset < len(source.text)
