"""A package that the tree holds itself is not the library of that name."""

from __future__ import annotations

import pytest
from pytree import RULES

from cudamig import examples

USE = "from torch.cuda.amp import autocast\nwith autocast(): ...\n"

TREES = {
    "beside": ({"torch/__init__.py": "", "a.py": USE}, "a.py", False),
    "around": ({"torch/__init__.py": "", "torch/nn/a.py": USE}, "torch/nn/a.py", False),
    "above": ({"torch/__init__.py": "", "tests/deep/a.py": USE}, "tests/deep/a.py", False),
    "in src": ({"src/torch/__init__.py": "", "tests/a.py": USE}, "tests/a.py", False),
    "elsewhere": ({"stubs/torch/__init__.py": "", "a.py": USE}, "a.py", True),
    "below another package": ({"own/__init__.py": "", "own/torch/__init__.py": "", "own/a.py": USE}, "own/a.py", True),
    "no package": ({"torch/notes.txt": "", "a.py": USE}, "a.py", True),
}


@pytest.mark.parametrize(("tree", "path", "found"), TREES.values(), ids=TREES)
def test_own_packages(tree: dict[str, str], path: str, found: bool) -> None:
    outcome = examples.run(tree, RULES)
    assert bool(outcome.findings) == found
    assert (outcome.after[path].decode() != USE) == found
