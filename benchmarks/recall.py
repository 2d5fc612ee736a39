"""How many of the places that a plain count finds are findings of ours too.

    python benchmarks/recall.py [--missed] TREES...

The count is another program's on purpose: it takes imports at their word, knows no scopes, no guards and no rebinding,
and looks for the patterns that matter most in real code. A place is found when we have a finding of the rule on one of
its lines; code that is written for several versions of a library is not to be found, and ``--missed`` lists what is
left for reading. ``cudamig`` must be on PATH.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

AMP = {"torch.cuda.amp.autocast": "PYT110", "torch.cuda.amp.GradScaler": "PYT111"}
CALLS = {
    **AMP,
    "torch.cpu.amp.autocast": "PYT110",
    "torch.autograd.Variable": "PYT184",
    "torch.nn.utils.weight_norm": "PYT192",
    "torch.nn.utils.clip_grad_norm": "PYT162",
    "torch.jit.script": "PYT190",
    "torch.jit.trace": "PYT190",
    "torch.jit.load": "PYT190",
    "torch.qr": "PYT172",
    "torch.cholesky": "PYT172",
    "torch.symeig": "PYT170",
    "torch.ger": "PYT157",
    "apex.amp.initialize": "PYT201",
    "apex.amp.scale_loss": "PYT201",
    "apex.parallel.DistributedDataParallel": "PYT202",
    "apex.parallel.convert_syncbn_model": "PYT203",
}
LACKS = {  # calls without any of these keywords
    "torch.load": ("PYT101", ("weights_only", "pickle_module")),
    "torch.meshgrid": ("PYT165", ("indexing",)),
    "torch.utils.checkpoint.checkpoint": ("PYT140", ("use_reentrant",)),
    "torch.onnx.export": ("PYT150", ("dynamo",)),
}
WITH = ("size_average", "reduce")  # keywords of torch.nn that say something unless they are None
NAMES = {f"numpy.{name}": "PYT301" for name in ("float", "int", "bool", "object", "str", "complex")}
NAMES["torch.distributed.reduce_op"] = "PYT197"
NUMBER_FIRST = frozenset(("add", "add_", "sub", "sub_", "addcmul_", "addcdiv_", "addcmul", "addcdiv"))


def places(tree: ast.Module) -> Iterator[tuple[str, int, int]]:
    """Rule, first and last line of every place that the count knows."""
    local: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            local.update(
                {a.asname or a.name.split(".")[0]: a.name if a.asname else a.name.split(".")[0] for a in node.names}
            )
        elif isinstance(node, ast.ImportFrom) and not node.level:
            local.update({a.asname or a.name: f"{node.module}.{a.name}" for a in node.names})
    for node in ast.walk(tree):
        rule = _rule(node, local)
        if rule and isinstance(node, ast.expr):
            yield rule, node.lineno, node.end_lineno or node.lineno


def _rule(node: ast.AST, local: dict[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        return NAMES.get(_dotted(node, local), "")
    if not isinstance(node, ast.Call):
        return ""
    name = _dotted(node.func, local)
    keywords = {keyword.arg for keyword in node.keywords}
    if name in LACKS:
        rule, lacking = LACKS[name]
        return rule if keywords.isdisjoint((*lacking, None)) else ""
    flags = [each.value for each in node.keywords if each.arg in WITH]
    if name.startswith("torch.nn.") and any(not isinstance(v, ast.Constant) or v.value is not None for v in flags):
        return "PYT160"
    if isinstance(node.func, ast.Attribute) and node.func.attr in NUMBER_FIRST and len(node.args) >= 2:
        first = node.args[0].operand if isinstance(node.args[0], ast.UnaryOp) else node.args[0]
        return "PYT164" if isinstance(first, ast.Constant) and isinstance(first.value, int | float) else ""
    if isinstance(node.func, ast.Attribute) and node.func.attr == "add_argument":
        given = [each.value for each in node.args if isinstance(each, ast.Constant)]
        torch = any(value.split(".")[0] == "torch" for value in local.values())
        return "PYT120" if torch and "--local_rank" in given and "--local-rank" not in given else ""
    return CALLS.get(name, "")


def _dotted(node: ast.expr, local: dict[str, str]) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in local:
        return ""
    return ".".join((local[node.id], *reversed(parts)))


def main() -> int:
    """Print a line for each rule."""
    shown = "--missed" in sys.argv
    counted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for tree in (Path(each) for each in sys.argv[1:] if each != "--missed"):
        command = ["cudamig", "check", "--target", "cu132", "--output-format", "json", "."]
        report = json.loads(subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False).stdout)
        ours = {(row["rule"], row["path"], row["line"]) for row in report["findings"]}
        for file in sorted(each for each in tree.rglob("*.py") if not each.is_symlink()):
            path = file.relative_to(tree).as_posix()
            for rule, first, last in _places(file):
                hit = any((rule, path, line) in ours for line in range(first, last + 1))
                counted[rule] += 1
                found[rule] += hit
                if shown and not hit:
                    print(f"{tree.name}/{path}:{first}: {rule}")
    for rule in sorted(counted):
        print(f"{rule}: {found[rule]} of {counted[rule]}")
    total = counted.total()
    print(f"all: {found.total()} of {total}, {100 * found.total() / max(total, 1):.1f} %")
    return 0


def _places(file: Path) -> list[tuple[str, int, int]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return list(places(ast.parse(file.read_bytes())))
        except (SyntaxError, ValueError, OSError):
            return []


if __name__ == "__main__":
    sys.exit(main())
