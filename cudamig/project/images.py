"""Image references: what the target's tag would be, and whether there is one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cudamig.facts import images, wheels
from cudamig.facts.targets import Target
from cudamig.facts.versions import key, minor
from cudamig.model import Safety, Severity, Span
from cudamig.nodes import ImageRef
from cudamig.project.place import Place
from cudamig.text import Text

REFERENCE = re.compile(
    r"(?P<registry>(?:[\w.-]+[.:][\w.:-]*|localhost)/)?(?P<path>(?:[\w.-]+/)*)"
    r"(?P<name>nvidia/cuda|pytorch/pytorch)(?::(?P<tag>[\w][\w.-]*))?(?P<digest>@sha256:[0-9a-f]+)?"
)
OFFICIAL = ("", "docker.io/", "index.docker.io/", "registry-1.docker.io/", "nvcr.io/")
_ROLES = {"nvidia/cuda": "cuda-image", "pytorch/pytorch": "pytorch-image"}


class Part(NamedTuple):
    """A part of a tag that must read differently; offsets are of the whole reference."""

    start: int
    end: int
    new: str


def judge(path: str, ref: ImageRef, target: Target) -> Iterator[Place]:
    """The places of one image reference; none when it is no CUDA image of ours, or at the target already."""
    match = REFERENCE.fullmatch(ref.text.value)
    if not match:
        yield from _unknown(path, ref)
        return
    role = _ROLES[match.group("name")]
    registry, tag = match.group("registry") or "", match.group("tag") or ""
    if registry == "nvcr.io/" and role == "pytorch-image":
        return
    judged = _cuda(match, target) if role == "cuda-image" else _torch(match, target)
    if judged is None:
        return
    span = _primary(ref, match.start("tag") if tag else 0)
    if isinstance(judged, str):
        yield Place(role, path, span, judged, Severity.INFO, newer=True)
    elif match.group("digest"):
        why = "the digest holds the image where it is: resolve the new tag's digest"
        yield Place(role, path, span, judged.message, judged.severity, blocks=why)
    elif judged.blocks:
        yield Place(role, path, span, judged.message, judged.severity, blocks=judged.blocks)
    else:
        mirror = registry not in OFFICIAL or bool(match.group("path"))
        yield from _moves(path, ref, role, judged, span, registry + match.group("path") if mirror else "")


class Judged(NamedTuple):
    """An image behind the target: what to say, and the parts to change or why not."""

    message: str
    severity: Severity
    parts: tuple[Part, ...] = ()
    blocks: str = ""
    demands: str = ""


def _unknown(path: str, ref: ImageRef) -> Iterator[Place]:
    """A CUDA image whose tag cannot be known here."""
    found = re.match(r"(?:[\w.-]+/)*(nvidia/cuda|pytorch/pytorch):", ref.text.value)
    if found and not ref.text.known:
        why = "its tag comes from a variable without a value here"
        message = f"cannot tell which {found.group(1)} image this is"
        yield Place(_ROLES[found.group(1)], path, _primary(ref, 0), message, Severity.INFO, blocks=why)


def _cuda(match: re.Match[str], target: Target) -> Judged | str | None:
    """Judge an nvidia/cuda tag. None: at the target; a string: newer than the target, and what to say."""
    tag, base = match.group("tag") or "latest", match.start("tag")
    parts = images.parse_cuda_tag(tag)
    if not parts:
        return (
            None
            if tag != "latest"
            else Judged(
                "nvidia/cuda has no `latest` tag any more", Severity.ERROR, blocks="a person must choose the tag to use"
            )
        )
    version, cudnn, flavour, system = parts.group("version", "cudnn", "flavour", "system")
    if key(version) == key(target.cuda):
        return None
    if key(version) > key(target.cuda):
        return f"nvidia/cuda:{version} is newer than the target {target.name} (CUDA {target.cuda}); left alone"
    age = images.cuda_age(version)
    message = f"nvidia/cuda:{tag} is behind the target's CUDA {target.cuda}, and {_age(age)}"
    severity = Severity.ERROR if age.status == "removed" else Severity.WARNING
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
    return Judged(
        message, severity, tuple(changes), demands=". ".join(filter(None, (_gate(version, target), _derived(new))))
    )


def _torch(match: re.Match[str], target: Target) -> Judged | str | None:
    """Judge a pytorch/pytorch tag, like ``_cuda``."""
    tag, base = match.group("tag") or "latest", match.start("tag")
    parts = images.parse_torch_tag(tag)
    if not parts:
        return None
    torch, cuda, _, flavour = parts.group("torch", "cuda", "cudnn", "flavour")
    if key(torch) > key(target.torch) or key(cuda) > key(target.cuda_minor):
        return f"pytorch/pytorch:{tag} is newer than the target {target.name}; left alone"
    if key(torch) == key(target.torch) and key(cuda) == key(target.cuda_minor):
        return None
    known = images.torch_cudas(torch)
    message = f"pytorch/pytorch:{tag} is behind the target's torch {target.torch} on CUDA {target.cuda_minor}"
    severity = Severity.WARNING
    if known and cuda not in known and not wheels.built(torch, cuda):
        message = f"pytorch/pytorch:{tag} was never built: torch {torch} images have CUDA {', '.join(known)}"
        severity = Severity.ERROR
    new = images.torch_tag(target.torch, target.cuda_minor, flavour)
    if not new:
        return Judged(message, severity, blocks=f"there is no pytorch/pytorch image of torch {target.torch}")
    wanted = images.parse_torch_tag(new.name)
    assert wanted, new
    changes = tuple(
        Part(base + parts.start(g), base + parts.end(g), wanted.group(g)) for g in ("torch", "cuda", "cudnn")
    )
    return Judged(message, severity, changes, demands=_derived(new))


def _moves(path: str, ref: ImageRef, role: str, judged: Judged, span: Span, mirror: str) -> Iterator[Place]:
    """One place for each stretch of the file that holds parts of the reference; each says its own change."""
    changes = [ref.text.replace(part.start, part.end, part.new) for part in judged.parts]
    if not all(changes):
        why = "its parts come from places that cannot be changed one by one"
        yield Place(role, path, span, judged.message, judged.severity, blocks=why)
        return
    safety = Safety.UNSAFE if mirror else Safety.SAFE
    reason = f"whether {mirror} holds the new tag cannot be known here" if mirror else ""
    wanted = [change for change in changes if change and change[1] != _written(ref.text, change[0])]
    groups = [wanted] if ref.text.span() else [[change] for change in wanted]
    for number, group in enumerate(groups):
        where = span if ref.text.span() else group[0][0]
        message = judged.message if not number else f"part of {ref.text.value}"
        demands = "" if number else judged.demands
        yield Place(role, path, where, message, judged.severity, tuple(group), "", safety, reason, demands)


def _written(text: Text, span: Span) -> str:
    """What stands at ``span`` now, as far as it is part of ``text``."""
    return "".join(char for char, at in zip(text.value, text.at, strict=True) if span.start <= at < span.end)


def _primary(ref: ImageRef, offset: int) -> Span:
    """Where a finding about the reference stands: all of it in one piece, or the stretch that holds its version."""
    whole = ref.text.span()
    if whole:
        return whole
    return ref.text[offset:].stretch() or ref.span


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
