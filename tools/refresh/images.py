"""NVIDIA's lists of supported and unsupported nvidia/cuda tags."""

from __future__ import annotations

import re
from typing import NamedTuple

from refresh.fetch import Fetch, Unreadable

BASE = "https://gitlab.com/nvidia/container-images/cuda/-/raw/master/doc"
_TAG = re.compile(r"`(\d+\.\d+\.\d+)-((?:[a-z0-9]+-)?(?:base|runtime|devel))-([a-z]+[\d.]*)`")


class Listed(NamedTuple):
    """One CUDA version as the lists have it."""

    version: str
    status: str  # supported or unsupported
    systems: dict[str, tuple[str, ...]]  # system -> flavours, sorted

    @property
    def cudnn(self) -> str:
        """The infix of its cuDNN tags, ``""`` when it has none."""
        found = {flavour.split("-")[0] for some in self.systems.values() for flavour in some if "cudnn" in flavour}
        return min(found, default="")


def listed(fetch: Fetch) -> dict[str, Listed]:
    """All versions of both lists. Raises Unreadable when one of them cannot be read or names no tag."""
    out: dict[str, Listed] = {}
    for status in ("unsupported", "supported"):
        url = f"{BASE}/{status}-tags.md"
        found = _TAG.findall(fetch(url).decode("utf-8", "replace"))
        if not found:
            raise Unreadable(f"{url}: names no tag where it did")
        for version in dict.fromkeys(row[0] for row in found):
            systems: dict[str, set[str]] = {}
            for other, flavour, system in found:
                if other == version:
                    systems.setdefault(system, set()).add(flavour)
            out[version] = Listed(version, status, {name: tuple(sorted(some)) for name, some in systems.items()})
    return out
