"""What a text says of its stack, read by plain regular expressions: no host and no resolver of the product is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

FAMILY = ("torch", "torchvision", "torchaudio")
_IMAGE = re.compile(r"(nvidia/cuda|pytorch/pytorch):([A-Za-z0-9_][\w.-]*)")
_TAG_CUDA = re.compile(r"(?:^|cuda)(\d+\.\d+)")
_TAG_TORCH = re.compile(r"^(\d+\.\d+(?:\.\d+)?)-cuda")
_INDEX = re.compile(r"download(?:-r2)?\.pytorch\.org/whl/(?:nightly/|test/)?cu(\d{2,3})\b")
_PIN = re.compile(
    r"(?<![\w.-])(torch|torchvision|torchaudio)(?:\[[^\]]*\])?[ \t]*={2,3}[ \t]*(\d+(?:\.\d+)+)(?:(?:\+|%2B)(\w+))?"
)
_SUFFIXED = re.compile(r"(?<![\w./-])([a-z][a-z0-9-]*-cu(?:da)?)(\d{2,3})x?(?![\w.])")
_PATH = re.compile(r"/usr/local/cuda-(\d+\.\d+)(?![\d.]*\d)")
_ASSIGNED = re.compile(
    r"^[ \t]*(?:ARG[ \t]+|ENV[ \t]+|export[ \t]+)?([A-Za-z_]\w*)(?:=|[ \t]+(?=[\w\"']))[\"']?([^\s\"']*)"
)
_ENV = re.compile(r"^[ \t]*(?:ARG|ENV)\b")
_VARIABLE = re.compile(r"\$\{(\w+)(?::?-([^}]*))?\}|\$(\w+)")
_ELSEWHERE = re.compile(r"(?:==|!=)[ \t]*['\"](?:darwin|Darwin|win32|Windows|linux|Linux)['\"]")


class Said(NamedTuple):
    """One statement: ``image`` nvidia/cuda:12.1.1-base, CUDA 12.1. Fields that it says nothing of are empty."""

    kind: str  # image, index, torch, torchvision, torchaudio, suffix, path
    text: str  # as it reads with variables filled in
    cuda: str = ""  # "12.1"; of a suffix the major alone where no more is named
    version: str = ""  # of torch or its companion
    local: str = ""  # "cu121"


def dotted(digits: str) -> str:
    """``"118"`` -> ``"11.8"``, ``"92"`` -> ``"9.2"``, ``"12"`` -> ``"12"``."""
    if len(digits) == 2 and digits[0] == "1":
        return digits
    return f"{digits[:-1]}.{digits[-1]}"


def statements(text: str) -> list[Said]:
    """What a text says, comments left out, variables filled in where the text itself sets them."""
    found: list[Said] = []
    for line in _lines(text):
        if _ELSEWHERE.search(line):
            continue
        found += _said(line)
    return found


def _lines(text: str) -> Iterator[str]:
    """Lines with continuations joined and the variables of earlier lines filled in."""
    values: dict[str, str] = {}

    def fill(match: re.Match[str]) -> str:
        name = match[1] or match[3]
        return values.get(name, match[2] if match[2] is not None else match.group())

    kept = "\n".join(re.sub(r"(?:^|[ \t])#.*", "", line) for line in text.splitlines())
    for line in re.sub(r"\\[ \t]*\n", " ", kept).splitlines():
        filled = _VARIABLE.sub(fill, line)
        assigned = _ASSIGNED.match(filled)
        if assigned and ("=" in filled[: assigned.end()] or _ENV.match(filled)):
            values[assigned[1]] = assigned[2]
        yield filled


def _said(line: str) -> Iterator[Said]:
    for image in _IMAGE.finditer(line):
        cuda, torch = _TAG_CUDA.search(image[2]), _TAG_TORCH.match(image[2])
        if image[1] == "pytorch/pytorch":
            cuda = re.search(r"cuda(\d+\.\d+)", image[2])
        yield Said("image", image.group(), cuda[1] if cuda else "", torch[1] if torch else "")
    for index in _INDEX.finditer(line):
        yield Said("index", index.group(), dotted(index[1]))
    for pin in _PIN.finditer(line):
        local = pin[3] or ""
        if not local or re.fullmatch(r"cu\d{2,3}", local):
            yield Said(pin[1], pin.group(), dotted(local[2:]) if local else "", pin[2], local)
    for suffixed in _SUFFIXED.finditer(line):
        yield Said("suffix", suffixed.group(), dotted(suffixed[2]))
    for path in _PATH.finditer(line):
        yield Said("path", path.group(), path[1])
