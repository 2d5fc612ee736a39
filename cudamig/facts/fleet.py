"""The hosts that a stack has to run on: drivers, GPUs, Pythons, systems, as a user lists them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from cudamig.config import Config, ConfigError, near
from cudamig.facts import gpus, store
from cudamig.facts.gpus import Gpu
from cudamig.facts.targets import Target

_KEYS = ("drivers", "gpus", "geforce", "python", "os", "max-cuda")
_DRIVER = re.compile(r"[rR]?(\d{3}(?:\.\d+){0,2})(?:\.x+)?")
_PYTHON = re.compile(r"(?:py(?:thon)?)?(3\.\d{1,2})(?:\.\d+)?", re.I)
_CUDA = re.compile(r"(?:cuda-?)?(\d{1,2}(?:\.\d{1,2}){0,2})", re.I)


class Fleet(NamedTuple):
    """Every host is taken to be any of the drivers with any of the GPUs. Empty: nothing is said of it."""

    drivers: tuple[str, ...] = ()  # "470" (all of a branch) or "525.60.13"
    gpus: tuple[Gpu, ...] = ()
    geforce: bool = False  # whether there are GeForce cards among them
    python: tuple[str, ...] = ()  # "3.10"
    systems: tuple[str, ...] = ()  # "ubuntu22.04", of what the wheels are installed on
    max_cuda: str = ""  # "12.6"

    def __str__(self) -> str:
        """In words, short."""
        parts = [
            "GPUs " + ", ".join(gpu.name for gpu in self.gpus) if self.gpus else "",
            "GeForce" if self.geforce else "",
            "driver " + ", ".join(self.drivers) if self.drivers else "",
            "Python " + ", ".join(self.python) if self.python else "",
            ", ".join(self.systems),
            f"CUDA up to {self.max_cuda}" if self.max_cuda else "",
        ]
        return "; ".join(part for part in parts if part) or "nothing is said of it"


def of(config: Config) -> Fleet | None:
    """The fleet of the configuration, or None. Raises ConfigError naming file and key."""
    if config.fleet is None:
        return None
    where = f"{config.file}: fleet"
    for name in config.fleet:
        if name not in _KEYS:
            raise ConfigError(f"{where}: unknown key {name!r}{near(name, _KEYS)}")
    geforce = config.fleet.get("geforce", False)
    if not isinstance(geforce, bool):
        raise ConfigError(f"{where}.geforce must be true or false")
    words = {name: _words(config.fleet, name, where) for name in _KEYS if name != "geforce"}
    return make(words, geforce, where + ".")


def make(words: Mapping[str, tuple[str, ...]], geforce: bool, where: str = "") -> Fleet:
    """A fleet of what a user wrote, by key. Raises ConfigError naming ``where`` and the key that is wrong."""

    def each(name: str, read: Any) -> tuple[Any, ...]:
        try:
            return tuple(dict.fromkeys(read(word) for word in words.get(name, ())))
        except ConfigError as error:
            raise ConfigError(f"{where}{name}: {error}" if where else str(error)) from None

    cards = each("gpus", gpus.find)
    return Fleet(
        each("drivers", driver),
        cards,
        geforce or any(gpu.brand == "geforce" for gpu in cards),
        each("python", _python),
        each("os", system),
        next(iter(each("max-cuda", _cuda)), ""),
    )


def driver(word: str) -> str:
    """``R525`` -> ``525``. Raises ConfigError for what is no driver."""
    match = _DRIVER.fullmatch(word.strip())
    if not match:
        raise ConfigError(f"{word!r} is no Linux driver; write 525, R525 or 525.60.13")
    return match.group(1)


def system(word: str) -> str:
    """``Ubuntu 22.04`` -> ``ubuntu22.04``. Raises ConfigError, naming a near one, for one that is not known."""
    known = store.load("facts-distributions")["systems"]
    plain = re.sub(r"[\s:_-]", "", word.lower())
    plain = f"ubuntu{plain}" if re.fullmatch(r"\d\d\.\d\d", plain) else plain
    if plain not in known:
        raise ConfigError(f"unknown system {word!r}{near(plain, list(known))} (known: {', '.join(known)})")
    return plain


def _python(word: str) -> str:
    match = _PYTHON.fullmatch(word.strip())
    if not match:
        raise ConfigError(f"{word!r} is no release of Python 3; write 3.10")
    return match.group(1)


def _cuda(word: str) -> str:
    match = _CUDA.fullmatch(word.strip())
    if not match:
        raise ConfigError(f"{word!r} is no release of CUDA; write 12.6")
    return match.group(1)


def _words(table: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    value = table.get(name, [])
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str) for item in items):
        raise ConfigError(f"{where}.{name} must be a list of strings (a number needs quotes: 3.10 is not 3.1)")
    return tuple(items)


def best(rows: list[Target]) -> Target | None:
    """Of rows that fit, the one to prefer: the lowest rank, the user's own first."""
    return min(rows, key=lambda row: (row.rank, not row.own), default=None)
