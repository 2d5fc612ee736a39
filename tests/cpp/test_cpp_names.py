"""A header that a rule takes to bring another one does so (what the names are declared in: ``test_symbols.py``)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import cpp_toolchain as toolchain
import pytest

from cudamig.rules.load import known


def brought() -> Iterator[tuple[str, str, str]]:
    """Rule, header, and a header that brings it."""
    for rule in known():
        if "cpp" in rule.kinds:
            for row in (rule.fix, *rule.args.get("needs", ())):
                headers = [row["header"]] if "header" in row else list(row.get("headers", {}).values())
                yield from ((rule.id, header, other) for header in headers for other in row.get("brought-by", ()))


PAIRS = sorted({row for row in brought() if "/" in row[2]})  # <float.h> is no header of torch


def includes(torch: Path, header: str) -> set[str]:
    """The headers of torch that a header includes, directly or not, and the others that it names."""
    seen, todo = set[str](), [header]
    while todo:
        name = todo.pop()
        files = [folder / name for folder in (torch, torch / "torch/csrc/api/include")]
        text = "".join(file.read_text() for file in files if file.is_file())
        fresh = set(re.findall(r"^\s*#\s*include\s*[<\"]([^>\"]+)", text, re.M)) - seen
        seen |= fresh
        todo += fresh
    return seen


def test_the_rules_are_read() -> None:
    assert ("CPP131", "ATen/cuda/Exceptions.h", "ATen/cuda/CUDAContext.h") in PAIRS


@pytest.mark.skipif(toolchain.torch_include() is None, reason="torch is not installed, so its headers are not here")
@pytest.mark.parametrize(("rule", "header", "other"), PAIRS)
def test_torch_brings_it(rule: str, header: str, other: str) -> None:
    folder = toolchain.torch_include()
    assert folder
    assert header in includes(folder, other), rule
