"""Notebooks: only the source of code cells changes, and everything stands where it is said to stand."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudamig.hosts import NotUnderstood
from cudamig.hosts.notebook import parse
from cudamig.hosts.notebook_cells import python, scripts
from cudamig.hosts.notebook_json import cells, escaped
from cudamig.model import Edit, Finding, Severity, Span, manual
from cudamig.source import Source
from cudamig.text import Text

INDEX = "https://download.pytorch.org/whl/cu121"
OUTPUT = {"output_type": "stream", "name": "stdout", "text": [f"pip install torch==2.2.0+cu121 -i {INDEX}\n", "\ud83d"]}


def notebook(*sources: Any, **more: Any) -> dict[str, Any]:
    """A notebook of code cells, after a markdown cell that quotes an install."""
    quoted = {"cell_type": "markdown", "metadata": {}, "source": [f"`pip install torch==2.2.0+cu121 -i {INDEX}`"]}
    code = [{"cell_type": "code", "metadata": {"cells": [1]}, "source": s, "outputs": [OUTPUT]} for s in sources]
    return {"cells": [quoted, *code], "nbformat": 4, "metadata": {"source": "torch==2.2.0"}, **more}


def sources(text: str) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"]]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    "line",
    [
        "!pip install {torch} --extra-index-url {index}",
        "  %pip install -q {torch} -i {index}",
        "!{{sys.executable}} -m pip install {torch} -i {index}",
        "out = !pip install {torch} -i {index}",
        "!pip install \\\n   '{torch}' \"--index-url={index}\"",
        "%%bash\nset -e\npip install {torch} -i {index}",
        "import os\nos.system('pip install {torch} -i {index}')",
        "if x:\n    !pip install {torch} -i {index} # caf\u00e9 \U0001f600",
    ],
)
def test_installs_move_after_review(check, line: str, indent: int | None) -> None:
    old = line.format(torch="torch==2.2.0+cu121", index=INDEX)
    new = line.format(torch="torch==2.13.0+cu126", index=INDEX.replace("cu121", "cu126"))
    for before, after in ((old, new), (old.splitlines(keepends=True), new.splitlines(keepends=True))):
        text = json.dumps(notebook("x = 1", before), indent=indent) + "\n"
        assert check({"a.ipynb": text}).after["a.ipynb"].decode() == text
        done = check({"a.ipynb": text}, unsafe=True)
        assert json.loads(done.after["a.ipynb"]) == notebook("x = 1", after)
        assert not done.left


def test_the_python_of_cells_is_one_module(check) -> None:
    before = ["import torch\n", "%matplotlib inline\n"], ["with torch.cuda.amp.autocast():\n", '    print("\u00e9\\n")']
    after = ["import torch\n", "%matplotlib inline\n"], ['with torch.amp.autocast("cuda"):\n', '    print("\u00e9\\n")']
    text = json.dumps(notebook(*before), indent=1)
    fixed = check({"a.ipynb": text}).after["a.ipynb"].decode()
    assert fixed == json.dumps(notebook(*after), indent=1)


LINES = {
    "a line goes": (
        ["import os\n", "from torch._six import PY3\n", "x = PY3, os"],
        ["import os\n", "x = True, os"],
    ),
    "several lines go": (["from torch._six import (\n", "    PY3,\n", ")\n", "x = PY3"], ["x = True"]),
    "the last line goes": (["x = 1\n", "from torch._six import PY3"], ["x = 1\n"]),
    "the only line goes": (["from torch._six import PY3"], [""]),
    "a line comes": (
        ["from torch._six import PY3, inf\n", "x = PY3, inf"],
        ["from torch import inf\n", "x = True, inf"],
    ),
    "two lines come": (
        ["from torch._six import container_abcs, inf\n", "x = container_abcs, inf"],
        ["import collections.abc as container_abcs\n", "from torch import inf\n", "x = container_abcs, inf"],
    ),
}


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(("before", "after"), LINES.values(), ids=LINES)
def test_lines_of_a_cell_are_strings_of_their_own(
    check, before: list[str], after: list[str], indent: int | None
) -> None:
    rest = "x = PY3" if before[-1].startswith("from") else "y = 2"
    new = rest.replace("PY3", "True")
    done = check({"a.ipynb": json.dumps(notebook(before, [rest]), indent=indent)})
    assert done.after["a.ipynb"].decode() == json.dumps(notebook(after, [new]), indent=indent)
    whole = check({"a.ipynb": json.dumps(notebook("".join(before), rest), indent=indent)})
    assert sources(whole.after["a.ipynb"].decode())[1:] == ["".join(after), new]


@pytest.mark.parametrize(
    "source",
    [
        "# !pip install torch==2.2.0+cu121",
        "print('pip install torch==2.2.0+cu121')",
        "%%writefile requirements.txt\ntorch==2.2.0+cu121",
        "%%html\n!pip install torch==2.2.0+cu121",
        "!pip install torch==2.2.0+cu121\n!pip install torch==2.0.1+cu118",
        "!pip install torch=={version}",
    ],
)
def test_left_alone(check, source: str) -> None:
    text = json.dumps(notebook(source))
    done = check({"a.ipynb": text}, unsafe=True)
    assert not done.findings
    assert done.after["a.ipynb"].decode() == text


def test_a_compiled_wheel_file_holds_a_notebook(check) -> None:
    text = json.dumps(notebook("!pip install torch==2.2.0+cu121 https://x.org/spam-1.7-cp310-cp310-linux_x86_64.whl"))
    done = check({"a.ipynb": text}, unsafe=True)
    assert done.after["a.ipynb"].decode() == text
    assert {finding.rule for finding in done.findings} == {"REQ101"}


def test_format_3_and_what_is_no_notebook() -> None:
    old = {"worksheets": [{"cells": [{"cell_type": "code", "language": "python", "input": ["a = 1\n", "b"]}]}]}
    assert [cell.text.value for cell in cells(json.dumps(old))] == ["a = 1\nb"]
    twice = '{"cells": [{"cell_type": "code", "source": ["x"], "source": "y"}]}'
    assert [cell.text.value for cell in cells(twice)] == ["y"]
    for text in ("", "[]", "{}", '{"cells": [', "<<<<<<< HEAD\n{}", "null"):
        with pytest.raises(NotUnderstood):
            cells(text)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("x = 1\n", "x = 1\n"),
        ("!ls\nx = ('a %s'\n%y)\n", None),
        ("x = ('a %s'\n% y)\n", "x = ('a %s'\n% y)\n"),
        ("!ls -l\nx\n", "0     \nx\n"),
        ("if a:\n  %time f()\n", "if a:\n  0        \n"),
        ("f = !ls\nf?\n", "f = 0  \n0 \n"),
        ("%%time\nx = 1", "      \nx = 1"),
        ("%%bash\nls", "      \n  "),
        ("!a \\\n b\nx", "0   \n  \nx"),
        ("def", None),
    ],
)
def test_python_of_a_cell(cell: str, expected: str | None) -> None:
    assert python(cell) == expected
    assert expected is None or len(expected) == len(cell)


STRINGS = st.text(alphabet=st.sampled_from(list("ab1 \n\r\t\\\"'%!#{}()=\u00e9\U0001f600\ud800\0:")), max_size=20)
VALUES = st.recursive(
    STRINGS | st.none() | st.integers(), lambda v: st.lists(v) | st.dictionaries(STRINGS, v), max_leaves=5
)
CELLS = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "markdown"]), "source": STRINGS | st.lists(STRINGS, max_size=4)},
    optional={"outputs": VALUES, "metadata": VALUES},
)


@given(st.lists(CELLS, max_size=4), VALUES, st.booleans(), st.sampled_from([None, 1]), st.data())
def test_any_notebook(
    found: list[Any], metadata: Any, ascii_only: bool, indent: int | None, data: st.DataObject
) -> None:
    whole = {"metadata": metadata, "cells": found}
    text = json.dumps(whole, indent=indent, ensure_ascii=ascii_only)
    if not ascii_only:
        text = text.encode("utf-8", "replace").decode()
    read = cells(text)
    assert len(read) == len(found)
    for cell in read:
        for char, begin, end in zip(cell.text.value, cell.begins, cell.text.at, strict=True):
            assert char == "\ufffd" or json.loads(f'"{text[begin : end + 1]}"') == char
    document = parse(Source("a.ipynb", text.encode(), "notebook"))
    module = document.source.text
    start = data.draw(st.integers(0, len(module)))
    end = data.draw(st.integers(start, min(len(module), start + 5)))
    fix = manual("", "")._replace(edits=(Edit("a.ipynb", Span(start, end), 'n"\n'),))
    placed = document.placed(Finding("X", "a.ipynb", Span(start, end), "", Severity.INFO, fix))
    if not module.strip("\n"):
        return
    fixed = json.loads(Source("a.ipynb", text.encode(), "notebook").apply(list(placed.fix.edits)))
    for before, after in zip(json.loads(text)["cells"], fixed["cells"], strict=True):
        changed = before | {"source": after["source"]}
        assert changed == after
        assert before["cell_type"] == "code" or before == after
    assert fixed["metadata"] == json.loads(text)["metadata"]


@given(STRINGS)
def test_any_cell(text: str) -> None:
    masked = python(text)
    assert masked is None or len(masked) == len(text)
    list(scripts(Text.of(text, 0, len(text))))
    if not any("\ud800" <= char <= "\udfff" for char in text):
        assert json.loads(f'"{escaped(text)}"') == text
