"""A name that another file takes from a module stays what it is there."""

from __future__ import annotations

import pytest
from pytree import RULES, fixed

from cudamig import examples

AMP = "import torch\nfrom torch.cuda.amp import autocast\n\nwith autocast(): ...\n"
MOVED = 'import torch\nfrom torch.amp import autocast\n\nwith autocast("cuda"): ...\n'

TAKERS = {
    "by name": ("from pkg.common import autocast\n", True),
    "from beside it": ("from .common import f, autocast as ac\n", True),
    "on lines": ("from .common import (\n    f,  # f\n    autocast,\n)\n", True),
    "all names": ("from pkg.common import *\nwith autocast(): ...\n", True),
    "through the module": ("from pkg import common\ncommon.autocast()\n", True),
    "through a renamed module": ("import pkg.common as c\nc.autocast()\n", True),
    "in a function": ("def f():\n    from .common import autocast\n", True),
    "all names, but not this one": ("from pkg.common import *\nprint(f)\n", False),
    "its own": ("from pkg.common import *\nfrom torch.cuda.amp import autocast\nprint(autocast)\n", False),
    "another name": ("from pkg.common import f\nautocast = f\n", False),
    "another module": ("from other.common import autocast\n", False),
    "another module beside it": ("from ..common import autocast\n", False),
    "in a comment": ("# from pkg.common import autocast\n", False),
}


@pytest.mark.parametrize(("text", "taken"), TAKERS.values(), ids=TAKERS)
def test_names_that_others_take(text: str, taken: bool) -> None:
    outcome = examples.run({"pkg/common.py": AMP, "pkg/b.py": text}, RULES)
    assert outcome.after["pkg/common.py"].decode() == (AMP if taken else MOVED)


def test_takers_of_takers() -> None:
    tree = {"common.py": AMP, "b.py": "from common import *\n", "c.py": "from b import *\nautocast()\n"}
    assert examples.run(tree, RULES).after["common.py"].decode() == AMP
    tree["b.py"] += "from c import *\n"
    tree["c.py"] = "from b import *\n"
    assert examples.run(tree, RULES).after["common.py"].decode() == MOVED


def test_takers_in_notebooks() -> None:
    cell = '{"cells": [{"cell_type": "code", "source": ["from common import autocast\\n"]}], "nbformat": 4}'
    assert examples.run({"common.py": AMP, "a.ipynb": cell}, RULES).after["common.py"].decode() == AMP


def test_readers_in_the_file() -> None:
    """A class's attribute is read by its objects, and a type comment by type checkers."""
    owner = "class A:\n    from torch.autograd import Variable\n\n    x = Variable(y)\n"
    assert "import Variable" in fixed(owner, unsafe=True)
    comment = "from torch.autograd import Variable\n\n\ndef f(x):\n    # type: (Variable) -> Variable\n"
    assert "import Variable" in fixed(f"{comment}    return Variable(x)\n", unsafe=True)
