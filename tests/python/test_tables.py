"""What a rule's table can say beyond what the shipped rules use yet."""

from __future__ import annotations

from typing import Any

import pytest
from pytree import RULES

from cudamig import examples
from cudamig.model import Safety

BASE = next(rule for rule in RULES if rule.matcher == "python-name")


def fixed(text: str, names: Any, match: dict[str, Any] | None = None, **fix: Any) -> str:
    """``text`` after the fixes of one rule with the table ``names``; nothing of it may be left."""
    args = {"names": names, "message": "{name}", **(match or {})}
    rule = BASE._replace(anchors=(("import",),), args=args, fix=fix, since={}, removed={}, replacement_since={})
    outcome = examples.run({"a.py": text}, [rule], unsafe=True)
    assert not outcome.faults
    assert [finding.message for finding in outcome.left] == []
    return outcome.after["a.py"].decode()


ACCUMULATE = {"torch._utils._accumulate": "itertools.accumulate"}
LAYERS = {"timm.models.layers.": "timm.layers"}
FLAG = {"torch.has_cuda": {"to": "torch.backends.cuda.is_built()", "import": "torch"}}

CASES = {
    "renamed, uses follow": (
        ACCUMULATE,
        "from torch._utils import _accumulate\nx = _accumulate(y), map(_accumulate, z)\n",
        "from itertools import accumulate\nx = accumulate(y), map(accumulate, z)\n",
    ),
    "renamed, the name is taken": (
        ACCUMULATE,
        "from torch._utils import _accumulate\naccumulate = 1\nx = _accumulate(y)\n",
        "from itertools import accumulate as _accumulate\naccumulate = 1\nx = _accumulate(y)\n",
    ),
    "renamed, looked up": (
        ACCUMULATE,
        "from torch._utils import _accumulate\nx = _accumulate(y), globals()['_accumulate']\n",
        "from itertools import accumulate as _accumulate\nx = _accumulate(y), globals()['_accumulate']\n",
    ),
    "renamed, with an alias": (
        ACCUMULATE,
        "from torch._utils import _accumulate as acc\nx = (acc)(y)\n",
        "from itertools import accumulate as acc\nx = (acc)(y)\n",
    ),
    "renamed, other package": (
        ACCUMULATE,
        "import os\n\nimport torch\nx = torch._utils._accumulate(y)\n",
        "import itertools\nimport os\n\nimport torch\nx = itertools.accumulate(y)\n",
    ),
    "prefix, name": (
        LAYERS,
        "from timm.models.layers import DropPath, trunc_normal_ as t\nx = DropPath(), t\n",
        "from timm.layers import DropPath, trunc_normal_ as t\nx = DropPath(), t\n",
    ),
    "prefix, module": (
        LAYERS,
        "from timm.models import layers\nx = layers.DropPath, (layers).helpers.x\n",
        "from timm import layers\nx = layers.DropPath, (layers).helpers.x\n",
    ),
    "prefix, module alias": (
        LAYERS,
        "import timm.models.layers as L\nx = L.DropPath\n",
        "import timm.layers as L\nx = L.DropPath\n",
    ),
    "prefix, package import": (
        LAYERS,
        "import timm.models.layers\nx = timm.models.layers.DropPath, timm.create_model\n",
        "import timm.layers\nx = timm.layers.DropPath, timm.create_model\n",
    ),
    "prefix, below": (
        LAYERS,
        "from timm.models.layers.helpers import to_2tuple\nx = to_2tuple\n",
        "from timm.layers.helpers import to_2tuple\nx = to_2tuple\n",
    ),
    "package": (
        {"pytorch_lightning.": "lightning.pytorch"},
        "import pytorch_lightning as pl\nfrom pytorch_lightning.callbacks import Callback\nx = pl.Trainer, Callback\n",
        "import lightning.pytorch as pl\nfrom lightning.pytorch.callbacks import Callback\nx = pl.Trainer, Callback\n",
    ),
    "attribute to call": (
        FLAG,
        "import torch as th\nif th.has_cuda: ...\n",
        "import torch as th\nif th.backends.cuda.is_built(): ...\n",
    ),
    "a method of a class": (
        {"apex.convert": {"to": "torch.nn.SyncBatchNorm.convert", "import": "torch"}},
        "import torch.nn as nn\nfrom apex import convert\nx = convert(nn.Linear())\n",
        "import torch.nn as nn\nimport torch\nx = torch.nn.SyncBatchNorm.convert(nn.Linear())\n",
    ),
    "imported attribute to call": (
        FLAG,
        "from torch import nn, has_cuda\nif has_cuda: nn\n",
        "import torch\nfrom torch import nn\nif torch.backends.cuda.is_built(): nn\n",
    ),
    "attribute below a renamed one": (
        {"torch.distributed.reduce_op": "torch.distributed.ReduceOp"},
        "import torch.distributed as dist\nx = dist.reduce_op.SUM\n",
        "import torch.distributed as dist\nx = dist.ReduceOp.SUM\n",
    ),
}


@pytest.mark.parametrize(("names", "before", "after"), CASES.values(), ids=CASES)
def test_renames(names: Any, before: str, after: str) -> None:
    assert fixed(before, names) == after
    assert fixed(after, names) == after


def test_literals_are_replaced() -> None:
    text = "import torch\ntorch.p(use_cuda=True)\ntorch.p(1, use_cuda=False)\ntorch.p()\n"
    table = {"use_cuda": {"True": 'use_device="cuda"', "False": "use_device=None"}}
    assert fixed(text, ["torch.p"], {"has": ["use_cuda"]}, replace=table) == (
        'import torch\ntorch.p(use_device="cuda")\ntorch.p(1, use_device=None)\ntorch.p()\n'
    )


def test_a_rename_with_an_argument_more() -> None:
    text = "import torch\nx = torch.meshgrid(*a), torch.meshgrid(a, b)\n"
    after = fixed(text, ["torch.meshgrid"], {"lacks": ["indexing"], "signature": "*tensors"}, add={"indexing": '"ij"'})
    assert after == 'import torch\nx = torch.meshgrid(*a, indexing="ij"), torch.meshgrid(a, b, indexing="ij")\n'


def test_a_replacement_that_the_target_lacks_is_not_written() -> None:
    """The name counts as one that cannot move, and its neighbour leaves the import alone."""
    text = "from torch.cuda.amp import GradScaler, autocast\nx = GradScaler(), autocast()\n"
    rules = [rule._replace(replacement_since={"torch": "99"}) if rule.id == "PYT111" else rule for rule in RULES]
    outcome = examples.run({"a.py": text}, rules)
    assert outcome.after["a.py"].decode() == (
        'from torch.amp import autocast\nfrom torch.cuda.amp import GradScaler\nx = GradScaler(), autocast("cuda")\n'
    )
    assert [finding.fix.reason for finding in outcome.left] == ["the target does not have the replacement yet"]


def test_a_rule_for_people_gives_its_own_reason() -> None:
    rule = BASE._replace(
        anchors=(("import",),),
        args={"names": ["torch.jit.script"], "message": "{name}"},
        fix={},
        safety=Safety.MANUAL,
        reason="choose torch.compile or torch.export",
    )
    outcome = examples.run({"a.py": "from torch import jit\njit.script(f)\n"}, [rule])
    assert [finding.fix.reason for finding in outcome.left] == ["choose torch.compile or torch.export"]


QR = {
    "torch.qr": {
        "to": "torch.linalg.qr",
        "signature": "input, some",
        "replace": {"some": {"True": "", "False": 'mode="complete"', "any": 'mode="reduced" if {} else "complete"'}},
    }
}
CHOLESKY = {
    "torch.cholesky": {
        "to": "torch.linalg.cholesky",
        "signature": "input, upper",
        "cases": [
            {"when": {"upper": ["absent", "False"]}, "drop": []},
            {"when": {"upper": ["True"]}, "suffix": ".mH"},
        ],
        "replace": {"upper": {"True": "", "False": ""}},
    }
}
CHAIN = {"torch.chain_matmul": {"to": "torch.linalg.multi_dot", "enclose": "[]", "least": 2}}
GPUS = {"pl.Trainer": {"replace": {"gpus": {"positive": 'accelerator="gpu", devices={}', "-1": "devices=-1"}}}}

CALLS = {
    "dropped": (QR, "import torch\nx = torch.qr(A, True)\n", "import torch\nx = torch.linalg.qr(A)\n"),
    "mapped": (
        QR,
        "import torch\nx = torch.qr(A, some=False)\n",
        'import torch\nx = torch.linalg.qr(A, mode="complete")\n',
    ),
    "a flag that is not known": (
        QR,
        "import torch\nx = torch.qr(\n    A,\n    (flag or  # why\n     other),\n)\n",
        'import torch\nx = torch.linalg.qr(\n    A,\n    mode="reduced" if (flag or  # why\n     other) else "complete",\n)\n',
    ),
    "one that binds less": (
        QR,
        "import torch\nx = torch.qr(A, some=not flag)\n",
        'import torch\nx = torch.linalg.qr(A, mode="reduced" if (not flag) else "complete")\n',
    ),
    "cases": (
        CHOLESKY,
        "import torch\nx = torch.cholesky(A), torch.cholesky(A, upper=True), torch.cholesky(A, False)\n",
        "import torch\nx = torch.linalg.cholesky(A), torch.linalg.cholesky(A).mH, torch.linalg.cholesky(A)\n",
    ),
    "brackets around arguments": (
        CHAIN,
        "import torch\nx = torch.chain_matmul(\n    A,  # first\n    torch.chain_matmul(B, C),\n)\n",
        "import torch\nx = torch.linalg.multi_dot(\n    [A,  # first\n    torch.linalg.multi_dot([B, C]),]\n)\n",
    ),
    "a value that stays": (
        GPUS,
        "import pl\nx = pl.Trainer(gpus=2, max_epochs=3), pl.Trainer(gpus=-1)\n",
        'import pl\nx = pl.Trainer(accelerator="gpu", devices=2, max_epochs=3), pl.Trainer(devices=-1)\n',
    ),
}


@pytest.mark.parametrize(("names", "before", "after"), CALLS.values(), ids=CALLS)
def test_calls(names: Any, before: str, after: str) -> None:
    assert fixed(before, names, **({"has": ["gpus"]} if names is GPUS else {})) == after


REFUSED = {
    "no case": (CHOLESKY, "torch.cholesky(A, upper=flag)"),
    "hidden by a star": (CHOLESKY, "torch.cholesky(A, *rest)"),
    "hidden by two stars": (CHOLESKY, "torch.cholesky(A, **rest)"),
    "too few": (CHAIN, "torch.chain_matmul(A)"),
    "how many is not known": (CHAIN, "torch.chain_matmul(*matrices)"),
    "another keyword": (QR, "torch.qr(A, out=(q, r))"),
}


@pytest.mark.parametrize(("names", "call"), REFUSED.values(), ids=REFUSED)
def test_calls_that_stay(names: Any, call: str) -> None:
    args = {"names": names, "message": "{name}", "keywords": []}
    rule = BASE._replace(anchors=(("import",),), args=args, fix={}, since={}, removed={}, replacement_since={})
    text = f"import torch\nx = {call}\n"
    outcome = examples.run({"a.py": text}, [rule], unsafe=True)
    assert outcome.after["a.py"].decode() == text
    assert len(outcome.left) == 1


def test_names_with_alternatives() -> None:
    text = "from old import models\nx = models.a(), models.one.b(), models.c()\n"
    after = "from old import models\nx = models.new(), models.new(), models.c()\n"
    assert fixed(text, {"old.models.{,one.}{a,  b}": "old.models.new"}) == after


def test_an_argument_that_is_a_persons() -> None:
    rule = BASE._replace(
        anchors=(("import",),),
        args={"names": ["pl.Trainer"], "message": "{name}", "has": ["gpus", "resume"]},
        fix={"replace": {"gpus": {"any": "devices={}"}}, "refuse": {"resume": "give it to fit"}},
        since={},
        removed={},
        replacement_since={},
    )
    text = "import pl\nx = pl.Trainer(gpus=1), pl.Trainer(gpus=1, resume=path)\n"
    outcome = examples.run({"a.py": text}, [rule], unsafe=True)
    assert outcome.after["a.py"].decode() == text.replace("gpus=1)", "devices=1)")
    assert [finding.fix.reason for finding in outcome.left] == ["give it to fit"]


def test_one_finding_for_an_import() -> None:
    rule = BASE._replace(
        anchors=(("import",),),
        args={"names": {"gone.": None}, "message": "{name}", "once": True},
        fix={},
        safety=Safety.MANUAL,
        reason="find another",
        since={},
        removed={},
        replacement_since={},
    )
    text = "import gone\nfrom gone.data import load, save\nx = load(), load(), save(), gone.y, gone.z\n"
    outcome = examples.run({"a.py": text}, [rule])
    assert [finding.message for finding in outcome.findings] == ["gone", "gone.data.load", "gone.data.save"]


def test_a_role_in_which_a_name_may_mean_something_else() -> None:
    table = {"np.bool": {"to": "bool", "doubtful": ["call", "classinfo", "loose"], "doubt": "another in numpy 2"}}
    rule = BASE._replace(
        anchors=(("import",),),
        args={"names": table, "message": "{name}"},
        fix={},
        safety=Safety.SAFE,
        since={},
        removed={},
        replacement_since={},
    )
    outcome = examples.run(
        {"a.py": "import np\nx = f(np.bool), np.bool(y), isinstance(z, np.bool)\ny = np.bool\n"}, [rule]
    )
    assert outcome.after["a.py"].decode() == "import np\nx = f(bool), np.bool(y), isinstance(z, np.bool)\ny = np.bool\n"
    assert [finding.fix.reason for finding in outcome.left] == ["another in numpy 2"] * 3


GONE = {"torchaudio.set_audio_backend": {"codemod": "statement_gone"}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("torchaudio.set_audio_backend('sox')\nx = 1\n", "x = 1\n"),
        ("\ntorchaudio.set_audio_backend('sox')\n\n\nx = 1\n", "\n\nx = 1\n"),
        ("if x:\n    torchaudio.set_audio_backend(y)\n    z = 1\n", "if x:\n    z = 1\n"),
        ("if x:\n    torchaudio.set_audio_backend('sox')\n", None),
        ("torchaudio.set_audio_backend(f())\n", None),
        ("x = torchaudio.set_audio_backend('sox')\n", None),
        ("torchaudio.set_audio_backend('sox'); x = 1\n", None),
        ("torchaudio.set_audio_backend('sox')  # on Linux\n", None),
    ],
)
def test_statements_that_go(before: str, after: str | None) -> None:
    text = f"import torchaudio\n{before}torchaudio.load\n"
    rule = BASE._replace(anchors=(("import",),), args={"names": GONE, "message": "{name}"}, fix={}, since={})
    outcome = examples.run({"a.py": text}, [rule._replace(removed={}, replacement_since={})], unsafe=True)
    assert outcome.after["a.py"].decode() == (text if after is None else f"import torchaudio\n{after}torchaudio.load\n")
    assert len(outcome.left) == (after is None)


def test_an_import_that_only_such_a_statement_needed_goes() -> None:
    rule = BASE._replace(anchors=(("import",),), args={"names": GONE, "message": "{name}"}, fix={}, since={})
    text = "import os\nimport torchaudio\ntorchaudio.set_audio_backend('sox')\nos.x\n"
    outcome = examples.run({"a.py": text}, [rule._replace(removed={}, replacement_since={})], unsafe=True)
    assert outcome.after["a.py"].decode() == "import os\nos.x\n"
