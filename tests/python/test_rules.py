"""The rules of this family beyond their examples: the traps that a fix can fall into."""

from __future__ import annotations

import pytest
from pytree import RULES, fixed, left, reasons, session

from cudamig.codemods.python_rows import rows
from cudamig.model import Severity

FIXED = {
    # PYT101
    "load": ("import torch\ntorch.load(p)", "import torch\ntorch.load(p, weights_only=False)"),
    "load from alias": ("from torch import load as l\nl(p)", "from torch import load as l\nl(p, weights_only=False)"),
    # PYT110: the old order was enabled, dtype, cache_enabled
    "autocast off": (
        "import torch\ntorch.cuda.amp.autocast(False)",
        'import torch\ntorch.amp.autocast("cuda", enabled=False)',
    ),
    "autocast all": (
        "import torch\ntorch.cuda.amp.autocast(on, torch.float16, False)",
        'import torch\ntorch.amp.autocast("cuda", enabled=on, dtype=torch.float16, cache_enabled=False)',
    ),
    "autocast keywords": (
        "import torch\ntorch.cuda.amp.autocast(dtype=torch.float16, enabled=on)",
        'import torch\ntorch.amp.autocast("cuda", dtype=torch.float16, enabled=on)',
    ),
    "autocast cpu": (
        "import torch\ntorch.cpu.amp.autocast(True, torch.bfloat16)",
        'import torch\ntorch.amp.autocast("cpu", enabled=True, dtype=torch.bfloat16)',
    ),
    "autocast decorator": (
        "import torch\n@torch.cuda.amp.autocast(enabled=False)\ndef f(): ...",
        'import torch\n@torch.amp.autocast("cuda", enabled=False)\ndef f(): ...',
    ),
    "autocast kw": (
        "import torch\ntorch.cuda.amp.autocast(**k)",
        'import torch\ntorch.amp.autocast("cuda", **k)',
    ),
    "autocast type": (
        "import torch\nisinstance(x, (torch.cuda.amp.autocast, int))",
        "import torch\nisinstance(x, (torch.amp.autocast, int))",
    ),
    # PYT111: the order did not change
    "scaler": (
        "import torch\ntorch.cuda.amp.GradScaler(1.0, 2.0)",
        'import torch\ntorch.amp.GradScaler("cuda", 1.0, 2.0)',
    ),
    "scaler stars": (
        "import torch\ntorch.cuda.amp.GradScaler(*a, **k)",
        'import torch\ntorch.amp.GradScaler("cuda", *a, **k)',
    ),
    "scaler cpu": ("import torch\ntorch.cpu.amp.GradScaler()", 'import torch\ntorch.amp.GradScaler("cpu")'),
    "scaler type": (
        "import torch\nx: torch.cuda.amp.grad_scaler.GradScaler | None = None",
        "import torch\nx: torch.amp.GradScaler | None = None",
    ),
    # PYT112
    "custom_fwd call": (
        "import torch\nf = torch.cuda.amp.custom_fwd(f)",
        'import torch\nf = torch.amp.custom_fwd(f, device_type="cuda")',
    ),
    "custom_bwd empty": (
        "import torch\n@torch.cuda.amp.custom_fwd()\ndef f(): ...",
        'import torch\n@torch.amp.custom_fwd(device_type="cuda")\ndef f(): ...',
    ),
    # PYT130
    "verbose": (
        "from torch.optim import lr_scheduler as s\ns.StepLR(o, 3, verbose=args.verbose)",
        "from torch.optim import lr_scheduler as s\ns.StepLR(o, 3)",
    ),
    "verbose compared": (
        "from torch.optim import lr_scheduler as s\ns.StepLR(o, 3, verbose=(rank == 0 and not args.quiet))",
        "from torch.optim import lr_scheduler as s\ns.StepLR(o, 3)",
    ),
    "verbose of a subclass": (
        "from torch.optim.lr_scheduler import LRScheduler\nclass A(LRScheduler):\n"
        "    def __init__(self, o, verbose=False):\n        super().__init__(o, verbose=verbose)",
        "from torch.optim.lr_scheduler import LRScheduler\nclass A(LRScheduler):\n"
        "    def __init__(self, o, verbose=False):\n        super().__init__(o)",
    ),
    # PYT140: what follows the function belongs to it
    "checkpoint": (
        "from torch.utils.checkpoint import checkpoint\ncheckpoint(f, *x)",
        "from torch.utils.checkpoint import checkpoint\ncheckpoint(f, *x, use_reentrant=True)",
    ),
    "checkpoint rng": (
        "import torch.utils.checkpoint\ntorch.utils.checkpoint.checkpoint(f, x, preserve_rng_state=False)",
        "import torch.utils.checkpoint\n"
        "torch.utils.checkpoint.checkpoint(f, x, preserve_rng_state=False, use_reentrant=True)",
    ),
    "sequential keywords": (
        "from torch.utils.checkpoint import checkpoint_sequential as c\nc(f, segments=2, input=x)",
        "from torch.utils.checkpoint import checkpoint_sequential as c\nc(f, segments=2, input=x, use_reentrant=True)",
    ),
    # through other names
    "load partial": (
        "import torch, functools\nfunctools.partial(torch.load, p)",
        "import torch, functools\nfunctools.partial(torch.load, p, weights_only=False)",
    ),
    "scaler partial": (
        "from functools import partial\nfrom torch.cuda.amp import GradScaler\npartial(GradScaler), partial(GradScaler,)",
        "from functools import partial\nfrom torch.amp import GradScaler\n"
        'partial(GradScaler, "cuda"), partial(GradScaler, "cuda",)',
    ),
    "autocast from a star": (
        "from torch.cuda.amp import *\nautocast(False)",
        'import torch\nfrom torch.cuda.amp import *\ntorch.amp.autocast("cuda", enabled=False)',
    ),
    "autocast of a module by another name": (
        "import torch as th\namp = th.cuda.amp\namp.autocast(False), amp.x",
        'import torch as th\namp = th.cuda.amp\nth.amp.autocast("cuda", enabled=False), amp.x',
    ),
    # PYT150
    "onnx": (
        "import torch\ntorch.onnx.export(m, a, p, True, False, input_names=n)",
        "import torch\ntorch.onnx.export(m, a, p, export_params=True, verbose=False, input_names=n, dynamo=False)",
    ),
}


@pytest.mark.parametrize(("before", "after"), FIXED.values(), ids=FIXED)
def test_fixed(before: str, after: str) -> None:
    assert fixed(before, unsafe=True) == after
    assert left(before, unsafe=True) == ()


REPORTED = {
    "load star": ("import torch\ntorch.load(*a)", "`*` argument"),
    "load kw": ("import torch\ntorch.load(p, **k)", "`**` argument"),
    "load bare": ("import torch\nread = torch.load", "without a call"),
    "autocast by name": ("import torch\nx = getattr(torch.cuda.amp, 'autocast')", "looked up by its name"),
    "load from one of two stars": ("from torch import *\nfrom .x import *\nload(p)", "another star import"),
    "autocast partial": ("import torch\nfrom functools import *\npartial(torch.cuda.amp.autocast)", "given elsewhere"),
    "six star": ("from torch._six import *\nx: int", "which of the names"),
    "load replaced": ("import torch\ntorch.load = f\ntorch.load(p)", "replaces it"),
    "autocast four": ("import torch\ntorch.cuda.amp.autocast(1, 2, 3, 4)", "more positional"),
    "autocast bare": ("import torch\nf = torch.cuda.amp.autocast", "without a call"),
    "autocast class": ("import torch\nclass A(torch.cuda.amp.autocast): ...", "subclassed"),
    "autocast decorator": ("import torch\n@torch.cuda.amp.autocast\ndef f(): ...", "without parentheses"),
    "custom_fwd bare": ("import torch\nx = [torch.cuda.amp.custom_fwd]", "without a call"),
    "verbose computed": ("from torch.optim.lr_scheduler import StepLR\nStepLR(o, verbose=f())", "computed"),
    "verbose position": ("from torch.optim.lr_scheduler import StepLR\nStepLR(o, 1, 2, 3, True)", "by position"),
    "verbose of a subclass, position": (
        "from torch.optim.lr_scheduler import _LRScheduler as S\nclass A(S):\n"
        "    def __init__(self, o, last=-1, verbose=False):\n        super(A, self).__init__(o, last, verbose)",
        "by position",
    ),
    "verbose partial": (
        "from functools import partial\nfrom torch.optim.lr_scheduler import StepLR\npartial(StepLR, verbose=True)",
        "given elsewhere",
    ),
    "checkpoint kw": ("from torch.utils.checkpoint import checkpoint\ncheckpoint(f, **k)", "`**` argument"),
    "checkpoint other kw": (
        "from torch.utils.checkpoint import checkpoint\nk = {'x': 1}\ncheckpoint(f, **k)",
        "`**` argument",
    ),
    "verbose kw": (
        "from torch.optim.lr_scheduler import StepLR\ndef f(o):\n    k = dict(verbose=True)\n    StepLR(o, 3, **k)",
        "`**` argument",
    ),
    "checkpoint mask": ("from torch.utils.checkpoint import checkpoint\ncheckpoint(f, mask=1)", "does not take"),
    "sequential star": (
        "from torch.utils.checkpoint import checkpoint_sequential as c\nc(f, 2, *x)",
        "`*` argument",
    ),
    "onnx nine": ("import torch\ntorch.onnx.export(1, 2, 3, 4, 5, 6, 7, 8, 9)", "more positional"),
    "six unknown": ("import torch\nx = torch._six.raise_from", "nothing is known"),
    "bindings of a context": (
        "import tensorrt as trt\nlog = trt.Logger()\nc.get_binding_shape(0)",
        "same engine or context",
    ),
    "profiles": (
        "import tensorrt as trt\nlog = trt.Logger()\nbinding = e.get_profile_shape(0, 1)",
        "get_tensor_profile_shape",
    ),
}


@pytest.mark.parametrize(("text", "reason"), REPORTED.values(), ids=REPORTED)
def test_reported(text: str, reason: str) -> None:
    given = reasons(text, unsafe=True)
    assert given
    assert reason in given[-1]


SILENT = {
    "load given": "import torch\ntorch.load(p, weights_only=w)",
    "load pickle": "import torch\ntorch.load(p, None, pickle)",
    "load annotation": "import torch\nx: torch.load",
    "load partial given": "import torch, functools\nfunctools.partial(torch.load, weights_only=True)",
    "load of another": "import torch, json\njson.load(p); self.load(p); load(p)",
    "load knows": "import torch\nwith torch.serialization.safe_globals([A]): torch.load(p)",
    "load asks": "import torch\nx = 'weights_only' in torch.load.__code__.co_varnames",
    "load tries": "import torch\ntry: torch.load(p, weights_only=True)\nexcept TypeError: torch.load(p)",
    "new autocast": "import torch\ntorch.amp.autocast('cuda'); torch.autocast('cuda')",
    "other amp": "from mine import amp\namp.autocast(); amp.GradScaler()",
    "shadowed": "from torch.cuda.amp import autocast\ndef f(autocast): autocast()",
    "scheduler": "from torch.optim.lr_scheduler import StepLR\nStepLR(o, 1, 2, 3); isinstance(x, StepLR)",
    "scheduler subclass": "from torch.optim.lr_scheduler import LRScheduler\nclass A(LRScheduler):\n"
    "    def __init__(self, o, last=-1):\n        super().__init__(o, last)",
    "scheduler options": "from torch.optim.lr_scheduler import StepLR\nStepLR(o, **k); StepLR(*a)",
    "chained": "from torch.optim.lr_scheduler import ChainedScheduler\nChainedScheduler([a])",
    "checkpoint given": "from torch.utils.checkpoint import checkpoint\ncheckpoint(f, x, use_reentrant=False)",
    "checkpoint given by kw": "from torch.utils.checkpoint import checkpoint\ndef f(x):\n"
    "    k: dict = {'use_reentrant': False} if new else {}\n    checkpoint(g, x, **k)",
    "load given by kw": "import torch\ntorch.load(p, **{'weights_only': True})",
    "sequential given": "from torch.utils.checkpoint import checkpoint_sequential as c\nc(f, 2, x, False)",
    "onnx given": "import torch\ntorch.onnx.export(m, a, p, dynamo=d)",
    "onnx utils": "import torch.onnx.utils\ntorch.onnx.utils.export(m, a, p)",
}


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT)
def test_silent(text: str) -> None:
    findings = session(text, unsafe=True).findings
    assert [finding for finding in findings if "import" not in finding.fix.reason] == []


OPTIONS = {
    "quotes": ("p.add_argument('--local_rank')", "p.add_argument('--local-rank', '--local_rank')"),
    "short first": ("p.add_argument('-l', '--local_rank')", "p.add_argument('-l', '--local-rank', '--local_rank')"),
    "layout": (
        "p.add_argument(  # c\n    '--local_rank',\n    default=0,\n)",
        "p.add_argument(  # c\n    '--local-rank', '--local_rank',\n    default=0,\n)",
    ),
    "dest": (
        'p.add_argument("--local_rank", dest="rank")',
        'p.add_argument("--local-rank", "--local_rank", dest="rank")',
    ),
    "in parentheses": ("p.add_argument(('--local_rank'))", "p.add_argument('--local-rank', ('--local_rank'))"),
    "known already": ("p.add_argument('--local-rank', '--local_rank')",) * 2,
    "known elsewhere": ("p.add_argument('--local_rank')\np.add_argument('--local-rank')",) * 2,
    "other method": ("p.add_option('--local_rank')\nf('--local_rank')",) * 2,
    "computed": ("p.add_argument('--local_' + 'rank')",) * 2,
    "in two pieces": ("p.add_argument('--local_' 'rank')",) * 2,
    "star": ("p.add_argument('--local_rank', *a)",) * 2,
}


@pytest.mark.parametrize(("before", "after"), OPTIONS.values(), ids=OPTIONS)
def test_local_rank(before: str, after: str) -> None:
    assert fixed(f"import torch.distributed as dist\n{before}\n") == f"import torch.distributed as dist\n{after}\n"
    assert fixed(f"import os\n{before}\n") == f"import os\n{before}\n"


@pytest.mark.parametrize(
    ("rule", "target", "severity"),
    [
        ("PYT101", "cu126", "warning"),
        ("PYT110", "cu126", "warning"),
        ("PYT132", "cu126", "error"),
        ("PYT130", "cu126", "error"),
        ("PYT130", "cu126-torch26", "warning"),
        ("PYT150", "cu126", "warning"),
        ("PYT150", "cu126-torch26", None),
    ],
)
def test_severity_follows_the_target(rule: str, target: str, severity: str | None) -> None:
    text = (
        "import torch\nfrom torch.optim.lr_scheduler import StepLR\ntorch.load(p)\ntorch.cuda.amp.autocast()\n"
        "torch._six.PY3\nStepLR(o, verbose=True)\ntorch.onnx.export(m, a, p)\n"
    )
    found = {finding.rule: finding.severity for finding in session(text, target=target).findings}
    assert found.get(rule) == (Severity(severity) if severity else None)


def test_every_row_has_something_to_say() -> None:
    tables = {rule.id: rows(rule) for rule in RULES if rule.matcher == "python-name"}
    assert tables
    for table in tables.values():
        assert all("{name}" in row.message for row in table)


def test_findings_of_one_file_do_not_depend_on_each_other() -> None:
    """A name that cannot be read does not silence the rest of the file."""
    text = "import torch\ntorch.load(*a)\ntorch.cuda.amp.autocast(1, 2, 3, 4)\ntorch.load(p)\n"
    outcome = session(text, unsafe=True)
    assert [finding.rule for finding in outcome.findings] == ["PYT101", "PYT110", "PYT101"]
    assert outcome.after["a.py"].decode().endswith("torch.load(p, weights_only=False)\n")


@pytest.mark.parametrize(
    "text",
    [
        "import torch\ntorch.load(p)\n",
        "import torch as th\nth.load(p)\n",
        "from torch import load\nload(p)\n",
        "from torch import (\n    load as read,\n    save,\n)\nread(p)\n",
        "from torch.serialization import load\nload(p)\n",
        "import torch.serialization as s\ns.load(p)\n",
    ],
)
def test_every_spelling_of_torch_load_is_found(text: str) -> None:
    assert [finding.rule for finding in left(text)] == ["PYT101"]
