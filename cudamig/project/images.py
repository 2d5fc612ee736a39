"""Image references: what the target's tag would be, and whether there is one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cudamig.facts import images
from cudamig.facts.targets import Target
from cudamig.model import Safety, Severity, Span
from cudamig.nodes import ImageRef
from cudamig.project import image_tags
from cudamig.project.image_tags import Judged
from cudamig.project.place import Place
from cudamig.text import UNKNOWN, Text

REFERENCE = re.compile(
    r"(?P<registry>(?:[\w.-]+[.:][\w.:-]*|localhost)/|" + UNKNOWN + r"/?)?(?P<path>(?:[\w.-]+/)*)"
    r"(?P<name>nvidia/cuda|pytorch/pytorch)(?::(?P<tag>[\w][\w.-]*))?(?P<digest>@sha256:[0-9a-f]+)?"
)
OFFICIAL = ("", "docker.io/", "index.docker.io/", "registry-1.docker.io/", "nvcr.io/")
_ROLES = {"nvidia/cuda": "cuda-image", "pytorch/pytorch": "pytorch-image"}


def judge(path: str, ref: ImageRef, target: Target) -> Iterator[Place]:
    """The places of one image reference; none when it is no CUDA image of ours, or at the target already."""
    match = REFERENCE.fullmatch(ref.text.value)
    if not match or (match.group("registry") == "nvcr.io/" and match.group("name") == "pytorch/pytorch"):
        yield from _unknown(path, ref)
        return
    role = _ROLES[match.group("name")]
    judged = image_tags.cuda(match, target) if role == "cuda-image" else image_tags.torch(match, target)
    if judged is None:
        return
    span = _primary(ref, match.start("tag") if match.group("tag") else 0)
    told = Place(role, path, span, judged.message, judged.severity, newer=judged.newer)
    if judged.newer or judged.todo:
        yield told._replace(todo=judged.todo, reason=judged.reason)
    elif match.group("digest"):
        yield told._replace(blocks="the digest holds the image where it is: resolve the new tag's digest")
    elif judged.blocks:
        yield told._replace(blocks=judged.blocks)
    else:
        yield from _moves(ref, told, judged, _mirror(match))


def _mirror(match: re.Match[str]) -> str:
    """Whose registry the image comes from, where it is none that surely holds all tags."""
    registry = match.group("registry") or ""
    whose = registry + match.group("path")
    if UNKNOWN in whose:
        return "a registry that is not known here"
    return whose if registry not in OFFICIAL or match.group("path") else ""


def _unknown(path: str, ref: ImageRef) -> Iterator[Place]:
    """A CUDA image whose tag cannot be known here, or one of another repository that brings a stack of its own."""
    found = re.match(rf"(?:[\w.{UNKNOWN}-]+/)*(nvidia/cuda|pytorch/pytorch):", ref.text.value)
    row = images.other(ref.text.value)
    if found and not ref.text.known:
        why = f"its tag comes from a variable, and what {_name(ref.text)} is in the end is not known here"
        message = f"cannot tell which {found.group(1)} image this is"
        yield Place(_ROLES[found.group(1)], path, _primary(ref, 0), message, Severity.INFO, blocks=why)
    elif row:
        name = ref.text.value if ref.text.known else "this image"
        told = f"{name} {row['what']}"
        yield Place(row["role"], path, _primary(ref, 0), told, Severity.INFO, reason=row["why"], todo=row["todo"])


def _moves(ref: ImageRef, told: Place, judged: Judged, mirror: str) -> Iterator[Place]:
    """One place for each stretch of the file that holds parts of the reference; each says its own change."""
    changes = [ref.text.replace(part.start, part.end, part.new) for part in judged.parts]
    if not all(changes):
        yield told._replace(blocks=f"{_name(ref.text)} is put together from places that cannot be changed one by one")
        return
    if mirror:
        told = told._replace(safety=Safety.UNSAFE, reason=f"whether {mirror} holds the new tag cannot be known here")
    wanted = [change for change in changes if change and change[1] != _written(ref.text, change[0])]
    groups = [wanted] if ref.text.span() else [[change] for change in wanted]
    for number, group in enumerate(groups):
        place = told._replace(changes=tuple(group), demands="" if number else judged.demands)
        if number:
            place = place._replace(message=f"part of {ref.text.value}")
        yield place if ref.text.span() else place._replace(span=group[0][0])


def _name(text: Text) -> str:
    return re.sub(f"{UNKNOWN}+", "...", text.value)


def _written(text: Text, span: Span) -> str:
    """What stands at ``span`` now, as far as it is part of ``text``."""
    return "".join(char for char, at in zip(text.value, text.at, strict=True) if span.start <= at < span.end)


def _primary(ref: ImageRef, offset: int) -> Span:
    """Where a finding about the reference stands: all of it in one piece, or the stretch that holds its version."""
    whole = ref.text.span()
    if whole:
        return whole
    return ref.text[offset:].stretch() or ref.span
