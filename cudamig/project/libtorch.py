"""Archives of libtorch, PyTorch's C++ library: each is built for one torch and one CUDA, as a wheel is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cudamig.facts import wheels
from cudamig.facts.targets import Target
from cudamig.facts.versions import key
from cudamig.model import Severity
from cudamig.project.place import Place
from cudamig.text import NOWHERE, UNKNOWN, Text

_ARCHIVE = re.compile(r"https?://download(?:-r2)?\.pytorch\.org/libtorch/[^\s\"']*")
_VARIANT = re.compile(r"/(cu\d{2,3}|cpu|rocm[\d.]*|xpu)(?=/)")
_VERSION = re.compile(r"-(\d+\.\d+(?:\.\d+)?)(?=%2B|\+|\.zip)")


def find(path: str, texts: Iterable[Text], target: Target) -> Iterator[Place]:
    """The archives that texts name, each once; which there are for the target is in no table, so that all stay."""
    seen: set[int] = set()
    for text in texts:
        for found in _ARCHIVE.finditer(text.value):
            url = text[slice(*found.span())]
            if url.start not in (NOWHERE, *seen):
                seen.add(url.start)
                yield from _archive(path, url, target)


def _archive(path: str, url: Text, target: Target) -> Iterator[Place]:
    variant, version, span = _VARIANT.search(url.value), _VERSION.search(url.value), url.stretch()
    number = wheels.cuda_number(variant.group(1)) if variant else None
    if not span or (variant and not number):  # for hosts without CUDA
        return
    named = " ".join(["libtorch", *(found.group(1) for found in (version, variant) if found)])
    why = (
        f"{named} is one archive: choose {target.torch} for {target.wheels} on https://pytorch.org/get-started/locally"
    )
    place = Place("libtorch-archive", path, span, f"{named} is for another stack than the target's", blocks=why)
    release, ours = key(version.group(1) if version else target.torch), wheels.target_number(target)
    if not url.known and named == "libtorch":
        message = f"cannot tell which libtorch this is: {url.value.replace(UNKNOWN, '...')}"
        yield place._replace(message=message, severity=Severity.INFO)
    elif release < key(target.torch) or (number or ours) < ours:
        yield place
    elif release > key(target.torch) or (number or ours) > ours:
        yield place._replace(severity=Severity.INFO, newer=True, blocks="")
