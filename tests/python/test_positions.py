"""Edits land where they should, whatever the encoding, line ends and characters before them; other bytes stay."""

from __future__ import annotations

import pytest
from pytree import session

from cudamig.examples import run
from cudamig.hosts.python import parse
from cudamig.rules.load import known
from cudamig.source import Source

OLD, NEW = "torch.cuda.amp.autocast(False)", 'torch.amp.autocast("cuda", enabled=False)'
BEFORE = {
    "plain": "",
    "emoji": 'x = "🙂🙂"; ',
    "combining": 'é = "e\u0301"; ',
    "tab": "if 1:\t",
    "form feed": "\f",
    "form feed in line": "x = 1;\f",
    "other line breaks": 'x = "\u2028 \x0b \x1c \x85"; ',
    "semicolon": "x = 1; ",
    "continuation": "x = \\\n  ",
    "string of lines": 'x = """\n🙂\n"""; ',
}


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE)
def test_places(before: str, bom: bytes, newline: str) -> None:
    text = f"import torch\n# é 🙂\n{before}{OLD}  # tail\nlast = 1".replace("\n", newline)
    raw = bom + text.encode()
    after = session(raw).after["a.py"]
    assert after == raw.replace(OLD.encode(), NEW.encode())


@pytest.mark.parametrize(
    ("cookie", "codec"),
    [("latin-1", "latin-1"), ("gbk", "gbk"), ("iso-8859-15", "iso-8859-15"), ("cp1251", "cp1251"), ("utf8", "utf-8")],
)
def test_encoding_cookies(cookie: str, codec: str) -> None:
    word = {"gbk": "中文", "cp1251": "привет"}.get(codec, "naïve")
    raw = f'# -*- coding: {cookie} -*-\nimport torch\nx = "{word}"; {OLD}  # {word}\n'.encode(codec)
    assert session(raw).after["a.py"] == raw.replace(OLD.encode(), NEW.encode())


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_new_lines_end_as_the_file_does(newline: str) -> None:
    text = "from torch.cuda import amp\nwith amp.autocast(\n    True,  # on\n):\n    amp.other()\n"
    after = session(text.replace("\n", newline)).after["a.py"].decode()
    assert after == (
        "import torch\nfrom torch.cuda import amp\n"
        'with torch.amp.autocast(\n    "cuda",\n    enabled=True,  # on\n):\n    amp.other()\n'
    ).replace("\n", newline)


@pytest.mark.parametrize(
    "text",
    [
        "import torch\nx = " + "(" * 5000 + "torch.load(p)" + ")" * 5000,
        "import torch\nx = " + "[" * 150 + "torch.load(p)" + "]" * 150,
        "import torch\nx = " + " + ".join(["torch.load(p)"] * 3000),
        "import torch\nx = torch" + ".a" * 5000,
        "import torch\nx = torch.load(p)" + ".a()" * 900,
        "import torch\n" + "".join("if x:\n return\n" for _ in range(3000)) + "torch.load(p)",
        "import torch\n" + "if x: a\n" + "".join("elif x: b\n" for _ in range(900)) + "else: torch.load(p)",
    ],
    ids=["brackets", "lists", "sum", "attributes", "calls", "returns", "elifs"],
)
def test_deep_or_long_code_is_read_or_refused(text: str) -> None:
    """Python's own parser refuses some of these; ours must not fail on what it takes."""
    outcome = run({"a.py": text}, [rule for rule in known() if rule.id == "PYT101"], unsafe=True)
    assert not outcome.faults
    assert bool(outcome.findings) != bool(outcome.unread) or ".a.a" in text


def test_spans_leave_parentheses_out() -> None:
    document = parse(Source("a.py", 'é = "🙂"; (torch).x'.encode(), "python"))
    value = document.tree.body[1].value  # type: ignore[attr-defined]
    assert document.source.slice(document.span(value.value)) == "torch"
