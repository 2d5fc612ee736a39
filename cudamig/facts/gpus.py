"""GPUs by name or compute capability, and which of them a build of torch serves (rules/facts/cuda.yaml)."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from cudamig.config import ConfigError
from cudamig.facts import store
from cudamig.facts.versions import key

_CAPABILITY = re.compile(r"(?:sm|compute|cc)?[_ -]?(?:(\d{1,2})\.(\d)|(\d{1,2})(\d))[a-z]?")
_FILLERS = re.compile(r"\b(?:nvidia|tesla|geforce|pcie|sxm\d?|\d+ ?gb|super)\b")


class Gpu(NamedTuple):
    """A GPU. ``brand``: data-centre, professional, geforce (titan too), embedded, ``""`` when only its capability
    is known.
    """

    name: str
    capability: str  # "7.5"
    brand: str

    def __str__(self) -> str:
        return f"{self.name} (compute capability {self.capability})" if self.brand else self.name


def find(word: str) -> Gpu:
    """The GPU that a user calls ``T4``, ``tesla-t4``, ``rtx 3090``, ``7.5`` or ``sm_75``.

    Raises ConfigError, with near names, for one that the table does not have.
    """
    match = _CAPABILITY.fullmatch(word.strip().lower())
    if match:
        capability = f"{match.group(1) or match.group(3)}.{match.group(2) or match.group(4)}"
        if capability in _known():
            return Gpu(f"compute capability {capability}", capability, "")
        raise ConfigError(f"no known GPU has compute capability {capability} (known: {', '.join(_known())})")
    names = _names()
    for spelling in (_plain(word), _short(word)):
        if spelling in names:
            return names[spelling]
    raise ConfigError(f"unknown GPU {word!r}{_near(word)}; its compute capability (7.5) will do too")


def _near(word: str) -> str:
    """Names that are spelled alike or hold the word, for the error about an unknown one."""
    import difflib

    shown = {spelling: gpu.name for spelling, gpu in _names().items()}
    short = _short(word)
    holding = [spelling for spelling in shown if len(short) > 2 and short in spelling]
    close = dict.fromkeys(shown[s] for s in (*holding, *difflib.get_close_matches(short, list(shown), 3, 0.5)))
    return f"; did you mean {' or '.join(map(repr, list(close)[:3]))}?" if close else ""


def serves(built: tuple[str, ...], capability: str) -> bool:
    """Whether kernels built for some compute capabilities run on a GPU (source K)."""
    major, _, minor = capability.partition(".")
    return any(major == a and int(minor) >= int(b) for a, _, b in (item.partition(".") for item in built))


def within(limits: tuple[str, str], built: tuple[str, ...], capability: str) -> bool:
    """Whether a row serves a GPU: it is within the row's limits, and kernels for it were built as far as is known."""
    inside = key(limits[0]) <= key(capability) and key(capability)[0] <= key(limits[1])[0]
    return inside and (not built or serves(built, capability))


@functools.cache
def built(torch: str, build: str) -> tuple[str, ...]:
    """The compute capabilities that a wheel was built for (source W); empty when not known."""
    for row in store.load("facts-cuda")["wheel_gpus"] if torch else ():
        first, last = row["torch"]
        if build in row["builds"] and key(first) <= key(torch) <= key(last):
            return tuple(row["gpus"])
    return ()


def last_builds(capability: str) -> list[str]:
    """The newest builds that still served a GPU, one a CUDA version, the newest torch first: ``torch 2.5.1+cu118``."""
    last: dict[str, str] = {}
    for row in store.load("facts-cuda")["wheel_gpus"]:
        if serves(tuple(row["gpus"]), capability):
            from cudamig.facts import wheels

            for name, release in wheels.releases().items():
                inside = key(row["torch"][0]) <= key(name) <= key(row["torch"][1])
                last.update((build, name) for build in row["builds"] if inside and build in release.cuda)
    ordered = sorted(last.items(), key=lambda item: (key(item[1]), item[0]), reverse=True)
    return [f"torch {torch}+{build}" for build, torch in ordered]


def _known() -> list[str]:
    return list(store.load("facts-cuda")["gpus"])


@functools.cache
def _names() -> dict[str, Gpu]:
    rows = store.load("facts-cuda")["gpus"]
    found = {}
    for capability, brands in rows.items():
        for brand, names in brands.items():
            for name in names:
                gpu = Gpu(name, capability, brand)
                found[_plain(name)] = gpu
                found.setdefault(_short(name), gpu)
    return found


def _plain(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower())


def _short(word: str) -> str:
    """The name without maker, line, form and memory: ``NVIDIA A100-SXM4-80GB`` is ``a100``."""
    words = re.sub(r"[^a-z0-9]+", " ", word.lower())
    return _plain(_FILLERS.sub("", words))
