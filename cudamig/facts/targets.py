"""Target stacks: named, coherent rows of rules/targets/; own.py has those of a user's configuration."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from cudamig.config import ConfigError, near
from cudamig.facts import store
from cudamig.facts.versions import key, minor


class Target(NamedTuple):
    """One coherent row. Versions are strings as the tables write them."""

    name: str
    title: str
    summary: str
    cuda: str  # full version of the toolkit and the nvidia/cuda images, "12.6.3"
    wheels: str  # PyTorch wheel index and local version, "cu126"
    torch: str
    torchvision: str
    torchaudio: str
    cudnn: str
    cupy: tuple[str, str]  # package, version
    lightning: str
    python: tuple[str, str]  # oldest and newest CPython with a wheel, "3.10"
    driver: str  # oldest Linux driver for the wheels
    gpus: tuple[str, str]  # oldest and newest compute capability in the wheels
    cxx: int  # C++ standard that torch's headers need
    trainer: str  # Kubeflow Trainer release whose API is written, "2.3"
    end: str
    next: str
    notes: tuple[str, ...]
    checked: str  # date
    sources: dict[str, str]  # fields, divided by commas, -> source
    rank: int = 0  # of several that fit, the lowest is preferred
    own: str = ""  # the configuration file that defines it; "" for those that come with the program

    @property
    def index_url(self) -> str:
        """The wheel index of this target."""
        return f"https://download.pytorch.org/whl/{self.wheels}"

    @property
    def cuda_minor(self) -> str:
        """``"12.6"``."""
        return minor(self.cuda)

    def component(self, name: str) -> str | None:
        """The version of a component that a rule may be gated by, or None where the target does not say."""
        value = self.cupy[1] if name == "cupy" else getattr(self, name, None)
        return value if isinstance(value, str) else None

    def reaches(self, since: dict[str, str]) -> bool:
        """Whether this target is at or past every version of ``since``; components it does not name count as newest."""
        for name, version in since.items():
            mine = self.component(name)
            if mine is not None and key(mine) < key(version):
                return False
        return True

    def has_python(self, version: str) -> bool:
        """Whether the wheels support CPython ``version`` (``"3.9"``)."""
        return key(self.python[0]) <= key(version) <= key(self.python[1])


def names() -> list[str]:
    """All targets, the default first."""
    return list(store.load("targets"))


def get(name: str) -> Target:
    """The target ``name``. Raises ConfigError, naming a near one, when there is none."""
    table = store.load("targets")
    if name not in table:
        raise unknown(name, list(table))
    return read(table[name], f"rules/targets/{name}.yaml")


def unknown(name: str, known: list[str]) -> ConfigError:
    """The error about a target that does not exist."""
    return ConfigError(f"unknown target {name!r}{near(name, known)} (targets: {', '.join(known)})")


_TEXTS = tuple("name title summary cuda wheels torch torchvision torchaudio cudnn lightning driver trainer".split())
_PAIRS = ("python", "gpus")
_PROSE = ("end", "next", "checked")
_VERSION = re.compile(r"\d+(?:\.\d+)*")
_VERSIONS = ("cuda", "torch", "torchvision", "torchaudio", "cudnn", "lightning", "driver", "trainer")


def read(table: dict[str, Any], where: str) -> Target:
    """A row as its file holds it -> Target. Raises ConfigError naming ``where`` and the key that is wrong."""
    known = tuple(name for name in Target._fields if name != "own")
    for name in table:
        if name not in known:
            raise ConfigError(f"{where}: unknown key {name!r}{near(name, known)}")
    missing = [name for name in known if name not in table and name not in Target._field_defaults]
    if missing:
        raise ConfigError(f"{where}: {missing[0]!r} is missing")
    for name in (*_TEXTS, *_PROSE):
        if not isinstance(table[name], str):
            raise ConfigError(f"{where}: {name!r} must be a string")
    for name in _VERSIONS:
        if not _VERSION.fullmatch(table[name]):
            raise ConfigError(f"{where}: {name!r} must be a release number, not {table[name]!r}")
    row: dict[str, Any] = dict(table)
    for name in _PAIRS:
        row[name] = _pair(table[name], f"{where}: {name!r}")
    cupy = table["cupy"]
    if not isinstance(cupy, dict) or sorted(cupy) != ["package", "version"] or not _texts(cupy.values()):
        raise ConfigError(f"{where}: 'cupy' must be a table of package and version")
    for name in ("cxx", "rank"):
        if not isinstance(table.get(name, 0), int):
            raise ConfigError(f"{where}: {name!r} must be a number")
    if not isinstance(table["notes"], list | tuple) or not _texts(table["notes"]):
        raise ConfigError(f"{where}: 'notes' must be a list of strings")
    if not isinstance(table["sources"], dict) or not _texts(table["sources"].values()):
        raise ConfigError(f"{where}: 'sources' must be a table of field = source")
    return Target(**{**row, "cupy": (cupy["package"], cupy["version"]), "notes": tuple(table["notes"])})


def _texts(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)


def _pair(value: object, where: str) -> tuple[str, str]:
    if isinstance(value, list | tuple) and len(value) == 2 and _texts(value) and all(map(_VERSION.fullmatch, value)):
        return value[0], value[1]
    raise ConfigError(f"{where} must be a list of two release numbers, the oldest and the newest")
