"""Target stacks: named, coherent rows of rules/targets/."""

from __future__ import annotations

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
    sources: dict[str, str]

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
        value = getattr(self, name, None)
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
        raise ConfigError(f"unknown target {name!r}{near(name, list(table))} (targets: {', '.join(table)})")
    row: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in table[name].items()}
    row["cupy"] = (row["cupy"]["package"], row["cupy"]["version"])
    return Target(**row)
