"""What is said to be deprecated and is not: no rule may speak of it, at any target."""

from __future__ import annotations

import pytest
from pytree import session

from cudamig.facts import targets

FINE = {
    "type by name": 'x.type("torch.FloatTensor"); x.type(torch.cuda.FloatTensor); x.type_as(y); x.type()',
    "constructors by type": "torch.FloatTensor(2, 3); torch.LongTensor([1]); torch.Tensor(4); torch.ByteTensor(x)",
    "constructors on a GPU": "torch.cuda.FloatTensor(2, 3); torch.cuda.LongTensor([1])",
    "private base of schedulers": (
        "from torch.optim.lr_scheduler import _LRScheduler\nclass Warmup(_LRScheduler):\n"
        "    def __init__(self, optimizer):\n        super().__init__(optimizer)"
    ),
    "model zoo": "from torch.utils import model_zoo\nmodel_zoo.load_url(url); torch.utils.model_zoo.load_url(url)",
    "aliases of quantization": (
        "import torch.quantization\nfrom torch.quantization import QuantStub, DeQuantStub, get_default_qconfig\n"
        "q = QuantStub(), DeQuantStub(), get_default_qconfig('x86'), torch.quantization.fuse_modules(m, n)"
    ),
    "quantized modules": "import torch.nn.quantized as nnq\nnnq.Linear(2, 2); torch.nn.quantized.FloatFunctional()",
    "backward hook": "m.register_backward_hook(f); torch.nn.Module.register_backward_hook(m, f)",
    "spectral norm": "from torch.nn.utils import spectral_norm\nspectral_norm(torch.nn.Linear(2, 2))",
    "the older ToTensor": "from torchvision import transforms\ntransforms.ToTensor()(x)",
    "timm's patch_embed": "import timm\nmodel = timm.create_model('vit')\nmodel.patch_embed.proj(x)",
    "floor_divide": "torch.floor_divide(x, 2); x.floor_divide(2); x.floor_divide_(2)",
    "TF32": (
        "torch.backends.cuda.matmul.allow_tf32 = True; torch.backends.cudnn.allow_tf32 = True\n"
        "torch.set_float32_matmul_precision('high'); torch.backends.cuda.matmul.fp32_precision = 'tf32'"
    ),
    "activations": "F.tanh(x); F.sigmoid(x); F.relu(x)",
    "layers that upsample": "nn.Upsample(scale_factor=2); nn.functional.interpolate(x, scale_factor=2)",
    "norm and svd, which only documents disown": "torch.norm(x); x.norm(); torch.svd(x); x.svd()",
    "solvers of factors": "torch.cholesky_solve(b, L); torch.cholesky_inverse(L); torch.lu_unpack(LU, pivots)",
    "interpolate": 'F.interpolate(x, scale_factor=2, mode="bilinear"); F.interpolate(x, size=4)',
    "flags without a warning": "torch.has_mkl; torch.has_lapack; torch.has_openmp",
    "default of autocast": "torch.is_autocast_enabled(); torch.set_autocast_enabled(True); torch.is_autocast_enabled('cpu')",
    "queries of TorchScript": "torch.jit.is_scripting(); torch.jit.is_tracing(); torch.jit.annotate(int, 1)",
    "marks for TorchScript": "torch.jit.ignore(f); torch.jit.unused(f); torch.jit.export(f); torch.jit.Final",
    "the module fft": "import torch.fft\ntorch.fft.fft(x); torch.fft.rfft(x); torch.fft.irfft2(x)",
    "losses": 'nn.MSELoss(reduction="sum"); nn.MSELoss(None, None, "sum"); F.kl_div(x, y, None, None, "batchmean")',
    "TripletMarginWithDistanceLoss": "nn.TripletMarginWithDistanceLoss(); nn.CTCLoss(0, 'sum'); nn.HuberLoss('sum')",
    "init": "nn.init.normal_(w); nn.init.zeros_(w); nn.init.calculate_gain('relu'); nn.init.trunc_normal_(w)",
    "softmax with a dimension": "F.softmax(x, -1); torch.softmax(x, 0); x.softmax(1); nn.Softmax(dim=1); nn.Softmax2d()",
    "the engine behind Variable": (
        "from torch.autograd import Variable\nVariable._execution_engine.run_backward(x)\n"
        "torch.autograd.Variable._execution_engine.queue_callback(f)"
    ),
    "new names": (
        "torch.outer(a, b); torch.linalg.qr(A); torch.arange(3); torch.func.vmap(f); torch.nn.utils.clip_grad_norm_(p, 1)\n"
        "torch.meshgrid(a, b, indexing='ij'); torch.cross(a, b, dim=1); torch.nn.utils.parametrizations.weight_norm(m)"
    ),
}
HEAD = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n"


@pytest.mark.parametrize("text", FINE.values(), ids=FINE)
def test_nothing_is_found_at_any_target(text: str) -> None:
    for target in targets.names():
        assert session(f"{HEAD}{text}\n", unsafe=True, target=target).findings == ()
