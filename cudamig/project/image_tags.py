"""Tags of nvidia/cuda and pytorch/pytorch: whether they exist, and what they would be at the target."""

from __future__ import annotations

import re
from typing import NamedTuple

from cudamig.facts import images, wheels
from cudamig.facts.targets import Target
from cudamig.facts.versions import key, minor
from cudamig.model import Severity


class Part(NamedTuple):
    """A part of a tag that must read differently; offsets are of the whole reference."""

    start: int
    end: int
    new: str


class Judged(NamedTuple):
    """An image that is not as it should be: what to say, and the parts to change or why not."""

    message: str
    severity: Severity
    parts: tuple[Part, ...] = ()
    blocks: str = ""
    demands: str = ""
    newer: bool = False
    todo: str = ""  # advice on a newer image
    reason: str = ""


def cuda(match: re.Match[str], target: Target) -> Judged | None:
    """Judge an nvidia/cuda tag; None when it is at the target and exists."""
    tag, base = match.group("tag") or "latest", match.start("tag")
    if tag == "latest":
        why = "a person must choose the tag to use"
        return Judged("nvidia/cuda has no `latest` tag any more", Severity.ERROR, blocks=why)
    parts = images.parse_cuda_tag(tag)
    if not parts:
        return _unread(tag, target)
    version, cudnn, flavour, system = (parts.group(g) or "" for g in ("version", "cudnn", "flavour", "system"))
    gone = images.missing(version, cudnn, flavour, system)
    near = images.nearest(version, bool(cudnn), flavour, system) if gone else ""
    built = f"nvidia/cuda:{tag} does not exist: {gone}"
    known = images.cuda_tag(version, bool(cudnn), flavour, system)
    if key(version) == key(target.cuda) or (gone and known and minor(version) == target.cuda_minor):
        if not gone:
            return None
        if known and cudnn:
            infix = known.name[len(version) + 1 :].split("-", 1)[0]
            part = Part(base + parts.start("cudnn"), base + parts.end("cudnn"), infix)
            return Judged(built, Severity.ERROR, (part,))
        return Judged(built, Severity.ERROR, blocks=f"the nearest image that exists is nvidia/cuda:{near}")
    if (key(version) > key(target.cuda) and version.count(".") > 1) or key(minor(version)) > key(target.cuda_minor):
        if gone:
            return Judged(built, Severity.ERROR, newer=True, todo=f"use nvidia/cuda:{near}", reason=gone)
        told = f"nvidia/cuda:{version} is newer than the target {target.name} (CUDA {target.cuda}); left alone"
        return Judged(told, Severity.INFO, newer=True)
    return _behind(parts, base, target, f"{built}; the nearest is {near}" if gone and near else "")


def _unread(tag: str, target: Target) -> Judged | None:
    """A tag that the naming scheme does not know, of a version behind the target."""
    lead = re.match(r"\d+\.\d+(?:\.\d+)?", tag)
    if not lead or key(lead.group()) >= key(target.cuda):
        return None
    why = "its tag is not made as NVIDIA's are (VERSION-cudnn-FLAVOUR-SYSTEM)"
    return Judged(f"cannot tell which image nvidia/cuda:{tag} is", Severity.INFO, blocks=why)


def _behind(parts: re.Match[str], base: int, target: Target, gone: str) -> Judged:
    """An older image. ``gone``: what to say where it does not exist."""
    tag = parts.group()
    version, cudnn, flavour, system = parts.group("version", "cudnn", "flavour", "system")
    age = images.cuda_age(version)
    message = f"nvidia/cuda:{tag} is behind the target's CUDA {target.cuda}, and {_age(age)}"
    severity = Severity.ERROR if age.status == "removed" else Severity.WARNING
    if gone and version.count(".") > 1:
        message, severity = gone, _certain(version)
    if not flavour or not system:
        return Judged(message, severity, blocks=f"the tag names no {'system' if flavour else 'flavour'}; choose one")
    new = images.cuda_tag(target.cuda, bool(cudnn), flavour, system)
    if not new:
        have = ", ".join(images.cuda_systems(target.cuda)[:4])
        what = f"{'cuDNN ' if cudnn else ''}{flavour} image"
        return Judged(message, severity, blocks=f"CUDA {target.cuda} has no {what} on {system} (it has {have})")
    changes = [Part(base + parts.start("version"), base + parts.end("version"), target.cuda)]
    if cudnn:
        infix = new.name[len(target.cuda) + 1 :].split("-", 1)[0]
        changes.append(Part(base + parts.start("cudnn"), base + parts.end("cudnn"), infix))
    demands = ". ".join(filter(None, (_gate(version, target), _derived(new))))
    return Judged(message, severity, tuple(changes), demands=demands)


def _certain(version: str) -> Severity:
    """An error from CUDA 12 on: the lists of older versions may have lost systems that were built once."""
    return Severity.ERROR if key(version) >= key("12") else Severity.WARNING


def torch(match: re.Match[str], target: Target) -> Judged | None:
    """Judge a pytorch/pytorch tag, like ``cuda``."""
    tag, base = match.group("tag") or "latest", match.start("tag")
    if tag == "latest":
        newest = list(wheels.releases())[-1]
        told = f"pytorch/pytorch without a version is whatever was built last: torch {newest} or newer"
        why = "the image changes its torch, its CUDA and what it demands of the driver from one pull to the next"
        return Judged(told, Severity.INFO, todo="name a version", reason=why)
    parts = images.parse_torch_tag(tag)
    if not parts:
        return None
    release, version, cudnn, flavour = parts.group("torch", "cuda", "cudnn", "flavour")
    gone = _never_built(release, version, cudnn, flavour)
    if key(release) > key(target.torch) or key(version) > key(target.cuda_minor):
        if gone:
            return Judged(
                f"pytorch/pytorch:{tag} {gone}", Severity.ERROR, newer=True, todo="correct the tag", reason=gone
            )
        told = f"pytorch/pytorch:{tag} is newer than the target {target.name}; left alone"
        return Judged(told, Severity.INFO, newer=True)
    if key(release) == key(target.torch) and key(version) == key(target.cuda_minor) and not gone:
        return None
    message = f"pytorch/pytorch:{tag} is behind the target's torch {target.torch} on CUDA {target.cuda_minor}"
    severity = Severity.WARNING
    if gone:
        message, severity = f"pytorch/pytorch:{tag} {gone}", Severity.ERROR
    new = images.torch_tag(target.torch, target.cuda_minor, flavour)
    if not new:
        return Judged(message, severity, blocks=f"there is no pytorch/pytorch image of torch {target.torch}")
    wanted = images.parse_torch_tag(new.name)
    assert wanted, new
    changes = tuple(
        Part(base + parts.start(g), base + parts.end(g), wanted.group(g)) for g in ("torch", "cuda", "cudnn")
    )
    return Judged(message, severity, changes, demands=_derived(new))


def _never_built(release: str, version: str, cudnn: str, flavour: str) -> str:
    """Why there is no such pytorch/pytorch image, in words that follow its name; or ``""``."""
    known = images.torch_cudas(release)
    modern = key(release) >= key("2")  # older images are not all in the tables
    if known and version not in known and not wheels.built(release, version):
        near = images.torch_tag(release, known[-1], flavour)
        told = f"was never built: torch {release} images have CUDA {', '.join(known)}"
        return f"{told}; the nearest is {near.name}" if near else told
    if modern and release.count(".") < 2 and images.torch_cudas(f"{release}.0"):
        return f"was never built: its tags name the release in full, {release}.0"
    right = images.torch_cudnn(release)
    if modern and version in known and right and right != cudnn:
        return f"was never built: torch {release} images have cudnn{right}"
    return ""


def _age(age: images.Age) -> str:
    words = {
        "removed": "its tags were removed",
        "unsupported": "end of life" + (f" since {age.eol}" if age.eol else "") + ": it may be deleted",
        "supported": "still on NVIDIA's supported list",
        "unknown": "on none of NVIDIA's lists",
    }
    return words[age.status]


def _gate(version: str, target: Target) -> str:
    """What the new image demands of the host driver, where that rises."""
    refused = images.refused_drivers(version, target.cuda) or images.refused_drivers(minor(version) + ".1", target.cuda)
    after = images.gate(target.cuda)
    if not after:
        return ""
    branches = ", ".join(sorted(after[0], key=key))
    text = f"The new container starts on driver {branches} (data centre GPUs) or {after[1]} and newer"
    return text + (f": hosts on {', '.join(refused)} are newly refused" if refused else "")


def _derived(tag: images.Tag) -> str:
    return f"The tag {tag.name} is derived from the naming scheme and was not seen itself" if tag.derived else ""
