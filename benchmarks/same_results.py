"""Run two versions of a module statement by statement, and compare what each statement gives.

    python benchmarks/same_results.py BEFORE AFTER

Needs torch. Every statement of one version runs with the same random numbers as its counterpart in the other; import
statements have none. Names that a fixture leaves free get small tensors.
"""

from __future__ import annotations

import ast
import contextlib
import random
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import torch  # type: ignore[import-not-found, unused-ignore]

LOADED: list[str] = []
FREE = {"pos_seq": (4,), "inv_freq": (3,), "dim": None}


def results(code: str) -> Iterator[tuple[str, Any]]:
    """The text of each statement and what it gives: a value, what it binds, or the exception."""
    names: dict[str, Any] = {}
    for name, shape in FREE.items():
        names[name] = torch.arange(12.0)[: shape[0]] if shape else 5
    number = 0
    for statement in ast.parse(code).body:
        text = ast.unparse(statement)
        imports = isinstance(statement, ast.Import | ast.ImportFrom)
        number += not imports
        torch.manual_seed(number)
        random.seed(number)
        value: Any = None
        try:
            if isinstance(statement, ast.Expr):
                value = eval(compile(ast.Expression(statement.value), "x", "eval"), names)
            else:
                exec(compile(ast.Module([statement], []), "x", "exec"), names)
                targets = statement.targets if isinstance(statement, ast.Assign) else []
                value = [
                    names[each.id] for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)
                ]
        except Exception as error:
            value = error
        if not imports:
            yield text, value if isinstance(value, Exception) else [value, _loaded()]


def _no_downloads() -> None:
    """Weights of torchvision's models are not fetched; which ones are asked for is noted."""
    with contextlib.suppress(ImportError):
        from torchvision.models._api import WeightsEnum  # type: ignore[import-not-found, unused-ignore]

        mock.patch.object(WeightsEnum, "get_state_dict", lambda self, *_, **__: LOADED.append(str(self))).start()
        mock.patch.object(torch.nn.Module, "load_state_dict", return_value=None).start()


def _loaded() -> list[str]:
    """The weights that the last statement asked for."""
    found, LOADED[:] = LOADED[:], []
    return found


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal, tensors with shape and type."""
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        return one.dtype == other.dtype and one.shape == other.shape and bool(torch.allclose(one, other))
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, torch.nn.Module) and isinstance(other, torch.nn.Module):
        return same(list(one.parameters()), list(other.parameters()))
    if isinstance(one, torch.amp.autocast) and isinstance(other, torch.amp.autocast):
        return bool(vars(one) == vars(other))
    return type(one) is type(other) and (callable(one) or one == other or repr(one) == repr(other))


def main() -> int:
    """Print one line: how many statements a fix changed, how many of those give the same, cannot run, or differ."""
    warnings.simplefilter("ignore")
    _no_downloads()
    before, after = (list(results(Path(path).read_text())) for path in sys.argv[1:3])
    if len(before) != len(after):
        print("the versions have different statements")
        return 1
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a[0] != b[0]]
    failed = [a for a, b in changed if isinstance(a[1], Exception)]
    differ = [f"\n  {a[0]} -> {b[0]}" for a, b in changed if a not in failed and not same(a[1], b[1])]
    print(
        f"{len(changed)} changed, {len(changed) - len(failed) - len(differ)} the same, {len(failed)} cannot run", end=""
    )
    print("".join(f"\n  cannot run: {a[0]}: {a[1]!r}" for a in failed) + "".join(differ))
    return int(bool(differ))


if __name__ == "__main__":
    sys.exit(main())
