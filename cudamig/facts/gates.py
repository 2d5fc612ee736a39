"""On which host drivers an nvidia/cuda image starts (rules/facts/cuda.yaml, source G)."""

from __future__ import annotations

from typing import NamedTuple

from cudamig.facts import store
from cudamig.facts.versions import key, minor


class Gate(NamedTuple):
    """What an image asks of the host's driver before it starts."""

    version: str  # of the image whose list was read; another release of the same minor has the same one
    branches: tuple[str, ...]  # older branches that it names for some brands of GPU
    newest: str  # from this branch on the driver reports the CUDA version itself
    geforce: bool  # whether geforce and titan are among the brands
    unread: bool  # the list of branches was not read

    def starts(self, driver: str, geforce: bool) -> bool | None:
        """Whether a host with ``driver`` ("470", "525.60.13") starts the image; None when that is not known."""
        branch = driver.split(".")[0]
        if key(branch) >= key(self.newest):
            return True
        if self.unread:
            return None
        return branch in self.branches and (self.geforce or not geforce)

    def by_list(self, driver: str) -> bool:
        """Whether a host's driver is too old to report the CUDA version, so that only the list lets it start."""
        return key(driver.split(".")[0]) < key(self.newest)


def gate(version: str) -> Gate | None:
    """The gate of nvidia/cuda images of a CUDA version ("12.6.3"); None when nothing is known of it."""
    table = store.load("facts-cuda")["image_gate"]
    same = [name for name in table if name == version] or [n for n in table if minor(n) == minor(version)]
    if not same:
        return None
    row = table[same[0]]
    return Gate(same[0], tuple(row["branches"]), row["newest"], row["geforce"], row.get("unread", False))


def source(gate: Gate) -> str:
    """Where a gate is from."""
    table = store.load("facts-cuda")
    return str(table["sources"][table["image_gate"][gate.version]["source"]])
