"""The tables as text: comments, order and layout stay, and only what differs is written."""

from __future__ import annotations

import re
from collections.abc import Iterable

from refresh.images import Listed
from refresh.pypi import Release


def words(items: Iterable[str]) -> str:
    """``["3.10", "3.11"]`` as the tables write versions."""
    return "[" + ", ".join(f'"{item}"' for item in items) + "]"


def date(text: str, today: str) -> str:
    """The table with another ``as_of``."""
    return re.sub(r"(?m)^as_of: .*$", f"as_of: {today}", text, count=1)


def block(text: str, version: str) -> tuple[int, int]:
    """Where the row of a torch release stands; (-1, -1) when it has none."""
    found = re.search(rf'(?ms)^  "{re.escape(version)}":\n(?:    .*?\n)+', text)
    return found.span() if found else (-1, -1)


def field(text: str, version: str, name: str, new: str) -> str:
    """The table with another value of one field of a torch release; unchanged where the field is not there."""
    start, end = block(text, version)
    row = re.sub(rf"(?m)^    {name}: .*$", f"    {name}: {new}", text[start:end], count=1)
    return text[:start] + row + text[end:] if start >= 0 else text


def value(text: str, version: str, name: str) -> str:
    """The value of one field of a torch release as written, or ``""``."""
    start, end = block(text, version)
    found = re.search(rf"(?m)^    {name}: (.*)$", text[start:end]) if start >= 0 else None
    return found.group(1) if found else ""


def add_release(text: str, new: Release, companions: dict[str, str], builds: Iterable[str], like: str) -> str:
    """The table with a new row at its end. What no source says is taken over from ``like``, and the row says so."""
    cxx = value(text, like, "cxx")
    rows = [f'  "{new.version}":', f"    released: {new.released}", f"    python: {words(new.python)}"]
    rows += [f'    {name}: "{version}"' for name, version in companions.items()]
    rows += [
        f"    cuda: [{', '.join(builds)}]",
        f"    pypi: {new.pypi}",
        f'    glibc: "{new.glibc}"',
        f"    cxx: {cxx}",
    ]
    rows += ['    sources: {released: "S2", companions: "S1", python: "S3", cuda: "S4", pypi: "S1"}']
    rows += [f'    note: "cxx taken over from {like}: no source was read for it"']
    return text.rstrip("\n") + "\n" + "\n".join(rows) + "\n"


def status(text: str, version: str, new: str) -> str:
    """The image table with another status of a CUDA version."""
    return re.sub(rf'(?m)^(    "{re.escape(version)}": {{status: )\w+', rf"\g<1>{new}", text, count=1)


def add_image(text: str, new: Listed) -> str:
    """The image table with a new version at the end of ``versions`` and its tags at the head of ``tags``."""
    row = f'    "{new.version}": {{status: {new.status}, cudnn: "{new.cudnn}", source: N1}}\n'
    tags = f'    "{new.version}":\n' + "".join(
        f"      {system}: [{', '.join(flavours)}]\n" for system, flavours in new.systems.items()
    )
    last = [found.end() for found in re.finditer(r'(?m)^    "[\d.]+": \{status: .*\}\n', text)][-1]
    text = text[:last] + row + text[last:]
    head = re.search(r"(?m)^  tags:\n", text)
    return text[: head.end()] + tags + text[head.end() :] if head else text
