"""Rewrites of torch's functions that need more than a table."""

from __future__ import annotations

import pytest
from pytree import reasons, session

HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\nfrom torch.autograd import Variable\n"

REWRITTEN = {
    # Variable: its result has no graph
    "Variable": ("x = Variable(y)", "x = y.detach()"),
    "Variable of a sum": ("x = Variable(a + b)", "x = (a + b).detach()"),
    "Variable in parentheses": ("x = Variable((a + b), requires_grad=True)", "x = (a + b).detach().requires_grad_()"),
    "Variable with a flag": ("x = Variable(y, requires_grad=on)", "x = y.detach().requires_grad_(on)"),
    "Variable with a position": ("x = Variable(y, True)", "x = y.detach().requires_grad_()"),
    "Variable in Variable": ("x = Variable(Variable(y), requires_grad=False)", "x = y.detach().detach()"),
    "Variable detached": ("x = Variable(y).detach()", "x = y.detach()"),
    "Variable of a new tensor": ("x = Variable(torch.zeros(2).cuda())", "x = torch.zeros(2).cuda()"),
    "Variable of another's new tensor": ("x = Variable(y.data.new(2).zero_())", "x = y.data.new(2).zero_()"),
    "Variable filled": ("x = Variable(torch.Tensor(2).fill_(1))", "x = torch.Tensor(2).fill_(1)"),
    "Variable filled with a tensor": ("x = Variable(torch.ones(2).fill_(y))", "x = torch.ones(2).fill_(y).detach()"),
    "Variable of a new one with a graph": (
        "x = Variable(torch.ones(2, requires_grad=True))",
        "x = torch.ones(2, requires_grad=True).detach()",
    ),
    "Variable of integers": ("x = Variable(y.long().cuda())", "x = y.long().cuda()"),
    "Variable on lines": (
        "x = Variable(\n    torch.from_numpy(z),\n    requires_grad=False,\n)",
        "x = torch.from_numpy(z)",
    ),
    "Variable of a call on lines": ("x = Variable(f(\n    y))", "x = f(\n    y).detach()"),
    "Variable of a name on lines": ("x = Variable(y\n    .z)", "x = (y\n    .z).detach()"),
    # linear algebra
    "solve": ("x, _ = torch.solve(b, A)", "x = torch.linalg.solve(A, b)"),
    "solve in parentheses": ("(x, _lu) = torch.solve(b, A)", "x = torch.linalg.solve(A, b)"),
    "eigenvalues": ("e, _ = torch.symeig(A, upper=False)", "e = torch.linalg.eigvalsh(A)"),
    "eigenvectors": ("e, v = torch.symeig(A, eigenvectors=True, upper=False)", "e, v = torch.linalg.eigh(A)"),
    "triangular": (
        "x = torch.triangular_solve(b, A, False)[0]",
        "x = torch.linalg.solve_triangular(A, b, upper=False)",
    ),
    "lu solve by name": (
        "x = torch.lu_solve(b, LU_data=LU, LU_pivots=p)",
        "x = torch.linalg.lu_solve(B=b, LU=LU, pivots=p)",
    ),
    "upper cholesky": ("U = torch.cholesky(A, True)", "U = torch.linalg.cholesky(A).mH"),
    # losses
    "sum": ("l = F.cross_entropy(x, y, size_average=False)", 'l = F.cross_entropy(x, y, reduction="sum")'),
    "none": ("l = nn.L1Loss(reduce=False, size_average=False)", 'l = nn.L1Loss(reduction="none")'),
    "mean": ("l = nn.L1Loss(size_average=True)", 'l = nn.L1Loss(reduction="mean")'),
    # others
    "stft": ("s = torch.stft(x, 8)", "s = torch.view_as_real(torch.stft(x, 8, return_complex=True))"),
    "range down": ("r = torch.range(9, 0, -1)", "r = torch.arange(9, -1, -1, dtype=torch.get_default_dtype())"),
    "range with a type": ("r = torch.range(0, n.size(0), dtype=t)", "r = torch.arange(0, n.size(0) + 1, dtype=t)"),
    "one backend": (
        "c = torch.backends.cuda.sdp_kernel(True, False, False, False)",
        "c = torch.nn.attention.sdpa_kernel([torch.nn.attention.SDPBackend.FLASH_ATTENTION])",
    ),
    "default type": ("torch.set_default_tensor_type('torch.HalfTensor')", "torch.set_default_dtype(torch.float16)"),
}


@pytest.mark.parametrize(("before", "after"), REWRITTEN.values(), ids=REWRITTEN)
def test_rewritten(before: str, after: str) -> None:
    outcome = session(f"{HEAD}{before}\n", unsafe=True).after["a.py"].decode()
    head = HEAD.replace("from torch.autograd import Variable\n", "") if "Variable" in before else HEAD
    assert outcome == f"{head}{after}\n"
    assert session(outcome, unsafe=True).after["a.py"].decode() == outcome


LEFT = {
    "volatile": ("x = Variable(y, volatile=True)", "volatile"),
    "volatile by position": ("x = Variable(y, False, True)", "not known"),
    "Variable of what": ("x = Variable(*y)", "position"),
    "Variable of a number": ("x = Variable(3)", "no tensor"),
    "Variable of a list": ("x = Variable([1, 2])", "no tensor"),
    "Variable with a comment": ("x = Variable(y,  # why\n    requires_grad=True)", "comments"),
    "both results": ("x, lu = torch.solve(b, A)", "both may be used"),
    "a result that is read": ("x, _ = torch.solve(b, A)\nprint(_)", "both may be used"),
    "the whole result": ("x = torch.solve(b, A)", "only the first"),
    "the other result": ("v = torch.symeig(A)[1]", "only the first"),
    "a flag": ("l = F.mse_loss(x, y, size_average=average)", "True, False or None"),
    "a flag beside reduction": ("l = F.mse_loss(x, y, size_average=True, reduction='sum')", "`reduction` too"),
    "a flag with others behind": ("l = nn.CrossEntropyLoss(w, size_average, 255)", "True, False or None"),
    "a literal with others behind": ("l = nn.CrossEntropyLoss(weight, False, 255)", "by position"),
    "fractions": ("r = torch.range(0, 1.5)", "whole numbers"),
    "step": ("r = torch.range(0, 9, k)", "step"),
    "no backend": ("c = torch.backends.cuda.sdp_kernel(False, False, False, False)", "every backend"),
    "a type on a GPU": ("torch.set_default_tensor_type('torch.cuda.FloatTensor')", "GPU"),
    "a type that is not known": ("torch.set_default_tensor_type(kind)", "GPU"),
    "parts of the old norm": ("c = nn.utils.weight_norm(c)\nc.weight_g.data", "weight_g"),
}


@pytest.mark.parametrize(("text", "reason"), LEFT.values(), ids=LEFT)
def test_left(text: str, reason: str) -> None:
    given = reasons(f"{HEAD}{text}\n", unsafe=True)
    assert any(reason in each for each in given), given


def test_a_flag_of_none_asks_for_nothing() -> None:
    assert session(f"{HEAD}F.kl_div(x, y, None, None, 'sum')\nnn.MSELoss(size_average=None)\n").findings == ()
