"""The CUDA toolkit: its headers and its release."""

from __future__ import annotations

import os
import re
import shutil
from typing import NamedTuple

from cudamig.facts import store
from cudamig.facts.targets import Target
from cudamig.facts.versions import key
from cudamig.verify import Missing

_USUAL = "/usr/local/cuda"
_VERSION = re.compile(r"#\s*define\s+CUDA_VERSION\s+(\d+)")


class Toolkit(NamedTuple):
    """A CUDA toolkit."""

    home: str
    version: str  # "13.0", "" when its headers do not tell

    @property
    def folders(self) -> tuple[str, ...]:
        """Include folders. CUDA 13 moved thrust and cub into one of their own, which only nvcc knows by itself."""
        include = os.path.join(self.home, "include")
        return tuple(folder for folder in (include, os.path.join(include, "cccl")) if os.path.isdir(folder))


def find(named: str | None) -> Toolkit | None:
    """The toolkit that is named, of the environment, of the nvcc on the PATH, or in the usual place."""
    if named:
        if not _is_one(named):
            raise Missing(f"--cuda-home {named}: no CUDA toolkit there (include/cuda_runtime.h is missing)")
        return Toolkit(os.path.abspath(named), _version(named))
    nvcc = shutil.which("nvcc")
    homes = [os.environ.get("CUDA_HOME"), os.environ.get("CUDA_PATH")]
    if nvcc:  # a link to it, and what a package manager puts beside it, have no headers next to them
        homes += [os.path.dirname(os.path.dirname(path)) for path in (nvcc, os.path.realpath(nvcc))]
    return next((Toolkit(home, _version(home)) for home in (*homes, _USUAL) if home and _is_one(home)), None)


def _is_one(home: str) -> bool:
    return os.path.isfile(os.path.join(home, "include", "cuda_runtime.h"))


def _version(home: str) -> str:
    try:
        with open(os.path.join(home, "include", "cuda.h"), encoding="utf-8", errors="replace") as handle:
            found = _VERSION.search(handle.read())
    except OSError:
        found = None
    return f"{int(found.group(1)) // 1000}.{int(found.group(1)) % 1000 // 10}" if found else ""


def architecture(version: str, target: Target) -> str:
    """The oldest architecture that the target's toolkit builds for and this nvcc too, ``sm_75``; ``""``: not known."""
    oldest = [_oldest(release) for release in (version, target.cuda_minor)]
    return f"sm_{max(oldest)}" if oldest[0] else ""


def _oldest(release: str) -> int:
    """The oldest compute capability of a toolkit, without the dot: its own row, or that of the last release before."""
    rows = store.load("facts-cuda")["toolkits"]
    known = [row for row in rows if release and key(row) <= key(release) and key(row)[0] == key(release)[0]]
    return min((int(code) for code in rows[max(known, key=key)]["sass"] if code.isdigit()), default=0) if known else 0
