"""Which image tags exist, and what is known of their age (rules/facts/images.yaml)."""

from __future__ import annotations

import functools
import re
from typing import Any, NamedTuple

from cudamig.facts import store
from cudamig.facts.versions import key, minor

_CUDA_TAG = re.compile(
    r"(?P<version>\d+\.\d+(?:\.\d+)?)(?:-(?P<cudnn>cudnn\d*))?(?:-(?P<flavour>base|runtime|devel))?(?:-(?P<system>[a-z]+[\d.]*))?"
)
_TORCH_TAG = re.compile(
    r"(?P<torch>\d+\.\d+(?:\.\d+)?)-cuda(?P<cuda>\d+\.\d+)-cudnn(?P<cudnn>\d+)-(?P<flavour>runtime|devel)"
)


class Tag(NamedTuple):
    """A tag that may be written. ``derived``: known from the naming scheme and a version list, not seen itself."""

    name: str
    derived: bool


class Age(NamedTuple):
    """What is known of a CUDA version's images. ``status``: removed, unsupported, supported or unknown."""

    status: str
    eol: str  # year-month, "" when not known


def _table(repository: str) -> Any:
    return store.load("facts-images")[repository]


def parse_cuda_tag(tag: str) -> re.Match[str] | None:
    """Groups ``version``, ``cudnn``, ``flavour`` and ``system`` of an nvidia/cuda tag, or None."""
    return _CUDA_TAG.fullmatch(tag)


def parse_torch_tag(tag: str) -> re.Match[str] | None:
    """Groups ``torch``, ``cuda``, ``cudnn`` and ``flavour`` of a pytorch/pytorch tag, or None."""
    return _TORCH_TAG.fullmatch(tag)


def cuda_tag(version: str, cudnn: bool, flavour: str, system: str) -> Tag | None:
    """The nvidia/cuda tag of a version on a system, or None when it was never built (source N1, T1).

    ``version`` in full ("12.6.3"), ``flavour`` base, runtime or devel, ``system`` as tags write it ("ubuntu22.04").
    """
    table = _table("nvidia/cuda")
    row = table["versions"].get(version)
    if not row or (cudnn and not row["cudnn"]):
        return None
    name = f"{version}-{row['cudnn']}-{flavour}-{system}" if cudnn else f"{version}-{flavour}-{system}"
    listed = table["tags"].get(version)
    if listed is not None:
        wanted = f"cudnn-{flavour}" if cudnn else flavour
        flavours = {re.sub(r"^cudnn\d+", "cudnn", f) for f in listed.get(system, ())}
        return Tag(name, False) if wanted in flavours else None
    return Tag(name, True) if system in row.get("os", ()) else None


def cuda_systems(version: str) -> list[str]:
    """Systems that a version's images are built for, Ubuntu first and the newest first."""
    table = _table("nvidia/cuda")
    systems = table["tags"].get(version) or table["versions"].get(version, {}).get("os", ())
    return sorted(systems, key=lambda name: ("ubuntu" not in name, name != "ubuntu22.04", name))


def missing(version: str, cudnn: str, flavour: str, system: str) -> str:
    """Why there is no nvidia/cuda image of these parts of a tag, or ``""`` when there is one or nobody knows.

    Only what the lists rule out counts: a version that they do not name may be newer than they are, and systems
    other than Ubuntu were dropped from them.
    """
    table = _table("nvidia/cuda")
    row = table["versions"].get(version)
    if version in table["never"] or minor(version) in table["never"]:
        return f"there is no CUDA {minor(version)}"
    if version.count(".") < 2:
        return "tags without a point release were removed"
    if not row:
        return ""
    if not flavour or not system:
        return "a tag names flavour and system"
    if cudnn and flavour == "base":
        return "cuDNN comes with runtime and devel only"
    if cudnn and not row["cudnn"]:
        return f"CUDA {version} has no cuDNN images"
    if cudnn and cudnn != row["cudnn"]:
        return f"the cuDNN tags of CUDA {version} say `{row['cudnn']}`, not `{cudnn}`"
    if system.startswith("ubuntu") and not cuda_tag(version, bool(cudnn), flavour, system):
        what = f"{'cuDNN ' if cudnn else ''}{flavour} image"
        have = [name for name in cuda_systems(version) if cuda_tag(version, bool(cudnn), flavour, name)]
        return f"CUDA {version} has no {what} on {system} (it has {', '.join(have[:4])})"
    return ""


def nearest(version: str, cudnn: bool, flavour: str, system: str) -> str:
    """The nvidia/cuda tag that exists and is nearest to one that does not: version first, then system; or ``""``."""
    versions = sorted(_table("nvidia/cuda")["versions"], key=key, reverse=True)
    same = [v for v in versions if minor(v) == minor(version) and v != version]
    below = [v for v in versions if key(v) < key(version) and minor(v) != minor(version)]
    kind = "runtime" if cudnn and flavour in ("", "base") else flavour or "base"
    for candidate in (version, *same):
        tag = cuda_tag(candidate, cudnn, kind, system or "ubuntu22.04")
        if tag:
            return tag.name
    for candidate in (version, *same, *below[:3]):
        for other in (system, *cuda_systems(candidate)):
            tag = cuda_tag(candidate, cudnn, kind, other)
            if tag:
                return tag.name
    return ""


def other(reference: str) -> dict[str, str] | None:
    """What is known of an image of another repository: ``role``, ``what``, ``why`` and ``todo``; None for most."""
    name = reference.partition("@")[0]
    rows: list[dict[str, str]] = store.load("facts-images")["others"]
    return next((row for row in rows if re.match(rf"(?:[\w.:-]+/)?{row['pattern']}(?::|$)", name)), None)


def cuda_age(version: str) -> Age:
    """What NVIDIA's lists say of a version (sources N1, N3). A two-part version speaks of all its releases."""
    table = _table("nvidia/cuda")
    if version in table["removed"] or version.count(".") < 2:
        return Age("removed", "")
    row = table["versions"].get(version)
    return Age(row["status"], row.get("eol", "")) if row else Age("unknown", "")


def torch_cudas(torch: str) -> list[str]:
    """CUDA versions ("12.6") that pytorch/pytorch images of a torch release carry (source P1); empty when unknown."""
    row = _table("pytorch/pytorch")["releases"].get(torch)
    return list(row["cuda"]) if row else []


def torch_cudnn(torch: str) -> str:
    """The cuDNN number ("9") of a torch release's pytorch/pytorch images, ``""`` when not known (source P1)."""
    row = _table("pytorch/pytorch")["releases"].get(torch)
    return str(row["cudnn"]).removeprefix("cudnn") if row else ""


def torch_tag(torch: str, cuda: str, flavour: str) -> Tag | None:
    """The pytorch/pytorch tag of a torch release for a CUDA version ("12.6"), or None when it was never built."""
    row = _table("pytorch/pytorch")["releases"].get(torch)
    if not row or cuda not in row["cuda"]:
        return None
    return Tag(f"{torch}-cuda{cuda}-{row['cudnn']}-{flavour}", row["confidence"] != "quoted")


@functools.cache
def gate(version: str) -> tuple[frozenset[str], str] | None:
    """Driver branches whose hosts start an nvidia/cuda image although they report an older CUDA, and the first branch
    that reports this CUDA itself (facts/cuda.yaml, source G). None when the image of no such release was read.
    """
    table = store.load("facts-cuda")["image_gate"]
    row = table.get(version) or next((r for v, r in table.items() if minor(v) == minor(version)), None)
    return (frozenset(row["branches"]), row["newest"]) if row and not row.get("unread") else None


def refused_drivers(old: str, new: str) -> list[str]:
    """Driver branches that start images of CUDA ``old`` but not of ``new``; only branches that the tables name."""
    before, after = gate(old), gate(new)
    if not before or not after:
        return []
    rows = store.load("facts-cuda")["image_gate"].values()
    branches = {b for row in rows for b in (*row["branches"], row["newest"])}

    def starts(branch: str, allowed: tuple[frozenset[str], str]) -> bool:
        return branch in allowed[0] or key(branch) >= key(allowed[1])

    return sorted(b for b in branches if starts(b, before) and not starts(b, after))
