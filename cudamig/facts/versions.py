"""Release numbers as tables write them: dotted integers, compared as such (2.10 is newer than 2.9)."""

from __future__ import annotations

import re

_NUMBERS = re.compile(r"\d+(?:\.\d+)*")


def key(version: str) -> tuple[int, ...]:
    """``"2.13.0"`` -> ``(2, 13)``; trailing zeros do not count. Raises ValueError when no number leads."""
    found = _NUMBERS.match(version)
    if not found:
        raise ValueError(f"not a release number: {version!r}")
    numbers = [int(n) for n in found.group().split(".")]
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def minor(version: str) -> str:
    """``"12.6.3"`` -> ``"12.6"``."""
    return ".".join(version.split(".")[:2])


def major(version: str) -> str:
    """``"12.6.3"`` -> ``"12"``."""
    return version.split(".")[0]
