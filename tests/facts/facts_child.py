"""Runs snippets under the Python that has torch; needs nothing but that. JSON comes in on stdin and goes to stdout.

Each snippet runs in a process of its own, forked after torch was imported: no warning is swallowed because another
snippet had it, no state is left behind, and one that hangs is killed.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import inspect
import json
import math
import os
import platform
import re
import select
import signal
import sys
import tempfile
import time
import traceback
import types
import warnings
from typing import Any

KEPT = 5  # warnings of a snippet
LARGEST = 200  # elements of a tensor
PACKAGES = ("torch", "numpy", "torchvision", "torchaudio", "lightning")


def encode(value: Any) -> Any:
    """A result as JSON, with everything in it that a rewrite must not change."""
    kind = type(value)
    if value is None or kind in (bool, int, str):
        return value
    if kind in (float, complex):
        return [kind.__name__, *_number(value)]
    if isinstance(value, (tuple, list)):
        return ["list" if kind is list else "tuple", *map(encode, value)]
    if isinstance(value, dict):
        return ["dict", *([encode(key), encode(item)] for key, item in value.items())]
    if isinstance(value, type):
        return ["type", f"{value.__module__}.{value.__qualname__}"]
    if kind.__module__ in ("torch", "numpy", "torch.nn.parameter", "numpy.dtypes"):
        return _array(value, kind)
    raise TypeError(f"a result of {kind} cannot be compared")


def _array(value: Any, kind: type) -> Any:
    if not hasattr(value, "shape"):
        return [f"{kind.__module__}.{kind.__name__}", str(value)]  # a dtype, a device
    if math.prod(value.shape) > LARGEST:
        raise ValueError(f"a result of shape {tuple(value.shape)} is too large to be kept")
    gradient = getattr(value, "requires_grad", False)
    plain = value.detach() if hasattr(value, "detach") else value
    items = [part for item in plain.reshape(-1).tolist() for part in _number(item)]
    return [kind.__name__, str(value.dtype), list(value.shape), bool(gradient), items]


def _number(item: Any) -> list[Any]:
    """Numbers of JSON, and texts for what JSON does not have."""
    if isinstance(item, complex):
        return [*_number(item.real), *_number(item.imag)]
    return [repr(item)] if isinstance(item, float) and not math.isfinite(item) else [item]


def run(code: str) -> dict[str, Any]:
    """What a snippet does: its ``result``, or its exception; and the warnings that it gives."""
    with tempfile.TemporaryDirectory(prefix="probe-") as folder, contextlib.chdir(folder):
        with open("probe.py", "w", encoding="utf-8") as handle:
            handle.write(code)  # torch.jit reads the source
        module = sys.modules["__main__"] = types.ModuleType("__main__")
        module.__file__ = os.path.abspath("probe.py")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                exec(compile(code, module.__file__, "exec"), module.__dict__)
                told = {"result": encode(module.__dict__["result"])}
            except (Exception, SystemExit) as error:
                told = {"error": type(error).__name__, "detail": _brief(error)}
            said = [f"{each.category.__name__}: {str(each.message).strip()}"[:300] for each in caught]
    return {**told, "warnings": list(dict.fromkeys(said))[:KEPT]}


def _brief(error: BaseException) -> str:
    """The first line of what it says, without the folders of this machine."""
    return re.sub(r"(/[^\s/'\"()]+)+/", "", (str(error).strip().splitlines() or [""])[0])[:200]


def forked(work: Any, limit: float) -> dict[str, Any]:
    """What ``work()`` gives in a process of its own, which has ``limit`` seconds."""
    read, write = os.pipe()
    process = os.fork()
    if not process:
        os.close(read)
        os.setsid()
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        try:
            text = json.dumps(work())
        except BaseException:
            text = json.dumps({"error": "Fault", "detail": traceback.format_exc()[-300:], "warnings": []})
        with os.fdopen(write, "w") as handle:
            handle.write(text)
        os._exit(0)
    os.close(write)
    data, end = b"", time.monotonic() + limit
    while select.select([read], [], [], max(0.0, end - time.monotonic()))[0]:
        part = os.read(read, 65536)
        if not part:
            break
        data += part
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)
    os.close(read)
    os.waitpid(process, 0)
    late = time.monotonic() >= end
    return json.loads(data) if data and not late else {"error": "Timeout" if late else "Crash", "warnings": []}


def name(dotted: str) -> str | None:
    """The parameters of what a name stands for, ``""`` when it tells none, None when there is no such name."""
    parts = dotted.rstrip(".").split(".")
    found = importlib.import_module(parts[0])
    for place, part in enumerate(parts[1:], 2):
        if not hasattr(found, part):
            try:
                importlib.import_module(".".join(parts[:place]))
            except ImportError:
                return None
        found = getattr(found, part, None) or sys.modules.get(".".join(parts[:place]))
    try:
        return ", ".join(_parameter(each) for each in inspect.signature(found).parameters.values())
    except (TypeError, ValueError):
        return ""


def _parameter(each: inspect.Parameter) -> str:
    marks = {each.VAR_POSITIONAL: "*", each.VAR_KEYWORD: "**", each.KEYWORD_ONLY: "="}
    return marks.get(each.kind, "") + each.name


def names(dotted: list[str]) -> dict[str, str | None]:
    """``name`` of those whose package is installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {each: name(each) for each in dotted if importlib.util.find_spec(each.partition(".")[0])}


def about() -> dict[str, Any]:
    """Which torch this is."""
    import torch

    here = [package for package in PACKAGES if importlib.util.find_spec(package)]
    versions = {package: str(importlib.import_module(package).__version__) for package in here}
    return {"versions": versions, "python": platform.python_version(), "cuda-build": torch.version.cuda}


def main() -> None:
    """Answer one request."""
    request = json.load(sys.stdin)
    told: dict[str, Any] = {"about": about()}
    import torch

    torch.set_num_threads(1)
    torch.set_warn_always(True)
    told["names"] = forked(lambda: names(request["names"]), 120)
    told["snippets"] = {
        each["id"]: {"error": "Lacks", "warnings": []}
        if [package for package in each["needs"] if not importlib.util.find_spec(package)]
        else forked(lambda each=each: run(each["code"]), each["limit"])
        for each in request["snippets"]
    }
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
