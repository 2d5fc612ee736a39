"""Rewrites that another tool for torch gets wrong, each reproduced there: what we make of the same code.

The tool is TorchFix (pytorch-labs/torchfix, last commit 0ee382c).
"""

from __future__ import annotations

import pytest
from pytree import session

IMPORT = "import torch\n"
AUTOCAST = "from torch.cuda.amp import autocast\nwith autocast():\n    pass\n"

FAULTS = {
    # the second parameter of the new class is dtype: it stays enabled
    "1 a positional flag of autocast": (
        "import torch\nwith torch.cuda.amp.autocast(False):\n    pass\n",
        'import torch\nwith torch.amp.autocast("cuda", enabled=False):\n    pass\n',
    ),
    "1 all of them": (
        "import torch\nc = torch.cuda.amp.autocast(on, torch.bfloat16, False)\n",
        'import torch\nc = torch.amp.autocast("cuda", enabled=on, dtype=torch.bfloat16, cache_enabled=False)\n',
    ),
    # amp.amp.autocast
    "2 the module imported by name": (
        "from torch.cuda import amp\nwith amp.autocast():\n    pass\n",
        'from torch import amp\nwith amp.autocast("cuda"):\n    pass\n',
    ),
    # torch.amp.autocast without an import of torch, and a dead import
    "2 the class imported by name": (
        AUTOCAST,
        AUTOCAST.replace("torch.cuda.amp", "torch.amp").replace("()", '("cuda")'),
    ),
    # the flag is lost
    "3 a flag of qr": (
        IMPORT + "q, r = torch.qr(A, some=flag)\n",
        IMPORT + 'q, r = torch.linalg.qr(A, mode="reduced" if flag else "complete")\n',
    ),
    "3 a flag of cholesky": (IMPORT + "L = torch.cholesky(A, up)\n",) * 2,
    "3 a flag of cholesky by name": (IMPORT + "L = torch.cholesky(A, upper=flag)\n",) * 2,
    # multi_dot([mats])
    "4 matrices given with a star": (IMPORT + "m = torch.chain_matmul(*mats)\n",) * 2,
    # n + 1; and the type becomes int64
    "5 a range that goes down": (
        IMPORT + "r = torch.range(10, len(x), -1)\n",
        IMPORT + "r = torch.arange(10, len(x) - 1, -1, dtype=torch.get_default_dtype())\n",
    ),
    "5 a range whose ends are not known": (IMPORT + "r = torch.range(10, n, -1)\n",) * 2,
    "5 the type of a range": (
        IMPORT + "r = torch.range(0, 9)\n",
        IMPORT + "r = torch.arange(0, 10, dtype=torch.get_default_dtype())\n",
    ),
    "5 a range of fractions": (IMPORT + "r = torch.range(0, 1, 0.25)\n",) * 2,
    # weights_only twice
    "6 load with keywords": (IMPORT + "s = torch.load(f, **kw)\n",) * 2,
    # only the outer one
    "6 calls in calls": (
        IMPORT + "x = torch.qr(torch.cholesky(torch.ger(a, b)))[0]\n",
        IMPORT + "x = torch.linalg.qr(torch.linalg.cholesky(torch.outer(a, b)))[0]\n",
    ),
    "6 loads in loads": (
        IMPORT + "s = torch.load(torch.load(f))\n",
        IMPORT + "s = torch.load(torch.load(f, weights_only=False), weights_only=False)\n",
    ),
    "6 products in products": (
        IMPORT + "m = torch.chain_matmul(torch.chain_matmul(a, b), c)\n",
        IMPORT + "m = torch.linalg.multi_dot([torch.linalg.multi_dot([a, b]), c])\n",
    ),
    # these end the whole file's findings there
    "7 a negated flag": (
        IMPORT + "L = torch.cholesky(A, upper=not f)\ns = torch.load(p)\n",
        IMPORT + "L = torch.cholesky(A, upper=not f)\ns = torch.load(p, weights_only=False)\n",
    ),
    "7 the function imported by name": (
        "import torch\nfrom torch import cholesky\nL = cholesky(A)\n",
        "import torch\nfrom torch.linalg import cholesky\nL = cholesky(A)\n",
    ),
    "7 the function alone imported by name": (
        "from torch import cholesky\nL = cholesky(A)\n",
        "from torch.linalg import cholesky\nL = cholesky(A)\n",
    ),
    # further ones: no rule there, or imports that are left
    "a name without a call": (IMPORT + "f = torch.ger\n", IMPORT + "f = torch.outer\n"),
    "imports of functorch": (
        "from functorch import vmap\nf = vmap(g)\n",
        "from torch.func import vmap\nf = vmap(g)\n",
    ),
    "Variable": (
        "import torch\nfrom torch.autograd import Variable\nx = Variable(y * 2)\n",
        "import torch\nx = (y * 2).detach()\n",
    ),
}


@pytest.mark.parametrize(("before", "after"), FAULTS.values(), ids=FAULTS)
def test_what_becomes_of_it(before: str, after: str) -> None:
    outcome = session(before, unsafe=True)
    assert outcome.after["a.py"].decode() == after
    assert session(after, unsafe=True).after["a.py"].decode() == after
    assert outcome.findings
    left = before == after or "not f" in before
    assert bool(outcome.left) is left


def test_nothing_is_lost_when_one_call_is_not_understood() -> None:
    text = IMPORT + "torch.cholesky(A, upper=not f)\ntorch.load(p, **kw)\ntorch.qr(A, *rest)\ntorch.ger(a, b)\n"
    assert [finding.rule for finding in session(text).findings] == ["PYT172", "PYT101", "PYT172", "PYT157"]
