"""Methods and attributes that change: what is rewritten, how, and what is only told."""

from __future__ import annotations

import json

import pytest

from cudamig.model import Safety
from tests.conftest import Check

HEAD = "import torch\n"
REWRITTEN = {
    "nested": (
        "x = torch.ones(2)\nx.add_(1, x.add(2, x.sub(3, z)))",
        "x = torch.ones(2)\nx.add_(x.add(x.sub(z, alpha=3), alpha=2), alpha=1)",
    ),
    "parentheses": ("p.add_((a + b), (g))", "p.add_((g), alpha=(a + b))"),
    "comments": ("p.add_(-lr,  # step\n       g)  # end", "p.add_(g,  # step\n       alpha=-lr)  # end"),
    "trailing comma": ("p.addcmul_(v, a, b,)", "p.addcmul_(a, b, value=v,)"),
    "out": ("torch.add(a, 2, b, out=c)", "torch.add(a, b, alpha=2, out=c)"),
    "both factors": ("m.addmm_(0, 2, a, b)", "m.addmm_(a, b, beta=0, alpha=2)"),
    "line end": ("p.add_(\r\n    2,\r\n    g,\r\n)", "p.add_(\r\n    g,\r\n    alpha=2,\r\n)"),
    "qr of a sum": ("a = torch.eye(2)\nq = (\n    a + b\n).qr()", "a = torch.eye(2)\nq = torch.linalg.qr(a + b)"),
}
TOLD = {
    "f-string": "print(f'{p.add_(2, g)}')",
    "walrus": "p.add_(a := 2, g)",
    "both have effects": "p.add_(rate(), step())",
}
SILENT = {
    "starred": "p.add_(*args)\np.add_(2, *g)",
    "keywords": "p.add_(2, g, out=c)\np.add_(g, alpha=2)",
    "words": "p.add_('rate', g)\np.add_(None, g)\np.add_([1], g)",
    "sets": "seen.add(1, g)\npattern.sub(1, g)\nparts.addr(1, 2, 3)",
    "its own": "def addcmul_(self, a, b, c): ...\nstore.addcmul_(1, a, b)",
    "module": "import ops\nops.addcmul(1, a, b)",
    "paddle": "import paddle\np.add_(2, g)",
    "hidden": "def f(torch): return torch.add(a, 2, b)",
    "not an iterator": "it = iter(x)\nfor it in y: it.next()",
    "next with an argument of another": "stream.next(3)",
    "array": "import numpy as np\nnp.eye(2).qr()\n1 - (np.eye(2) > 0)",
}


@pytest.mark.parametrize("name", REWRITTEN)
def test_rewritten(check: Check, name: str) -> None:
    before, after = REWRITTEN[name]
    assert check({"a.py": HEAD + before}).after["a.py"].decode() == HEAD + after


@pytest.mark.parametrize("name", TOLD)
def test_told_and_left(check: Check, name: str) -> None:
    outcome = check({"a.py": HEAD + TOLD[name]})
    assert outcome.after["a.py"].decode() == HEAD + TOLD[name]
    assert [finding.fix.safety is Safety.SAFE for finding in outcome.findings] == [False]


@pytest.mark.parametrize("name", SILENT)
def test_silent(check: Check, name: str) -> None:
    assert not check({"a.py": HEAD + SILENT[name]}).findings


def test_a_notebook(check: Check) -> None:
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 1}
    book = {
        "cells": [{**cell, "source": [HEAD, "%time p.add_(1, g)\n", "p.add_(2, g)"]}],
        "metadata": {},
        "nbformat": 4,
    }
    fixed = check({"a.ipynb": json.dumps(book)}).after["a.ipynb"]
    assert json.loads(fixed)["cells"][0]["source"][2] == "p.add_(g, alpha=2)"
