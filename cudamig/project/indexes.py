"""Wheel indexes: what an address says, and what it would read at the target."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cudamig.facts import claims, wheels
from cudamig.facts.targets import Target
from cudamig.model import Severity, Span
from cudamig.nodes import IndexOption, Requirement
from cudamig.project.place import Place
from cudamig.text import UNKNOWN, Text


class Scene(NamedTuple):
    """Where requirements are read: the file, and the index options that reach them."""

    path: str
    indexes: Sequence[IndexOption]  # of the same install command or file, and of commands that include it
    image: bool  # in a build on a CUDA image, or installed by nothing else: what it installs is for CUDA on Linux
    beside: Sequence[Requirement] = ()  # what the same install command or file asks for

    def pinned_torch(self) -> str:
        """The one exact release of torch that stands beside, as written, or ``""``."""
        found = [
            clause.version.value
            for item in self.beside
            for clause in item.clauses
            if item.name == "torch" and clause.operator in ("==", "===") and item.text.known
        ]
        return found[0] if len(found) == 1 and "*" not in found[0] else ""

    def variants(self) -> list[wheels.Index]:
        """What the PyTorch indexes among them say."""
        found = (wheels.index(option.url.value) for option in self.indexes)
        return [index for index in found if index]

    def elsewhere(self) -> bool:
        """Whether an index says CPU, ROCm or XPU: not a CUDA stack."""
        return any(
            not index.variant.startswith("cu") and index.variant not in ("", "torch") for index in self.variants()
        )

    def cuda(self) -> bool:
        """Whether an index gives CUDA wheels of one version."""
        return any(index.variant.startswith("cu") or (index.page and not index.variant) for index in self.variants())


def judge(option: IndexOption, scene: Scene, target: Target) -> Iterator[Place]:
    """The place of an index option; none when it is no CUDA index, or the target's."""
    url, path = option.url, scene.path
    span = url.stretch() or option.label.stretch()
    if span is None:
        return
    if wheels.cuda_number(wheels.foreign_cuda(url.value)):
        yield from _foreign(url, path, span, target)
        return
    index = wheels.index(url.value)
    if not index or not url.known:
        if not url.known and ("download.pytorch.org" in url.value or option.option == "--torch-backend"):
            why = "part of the address is computed by the shell"
            yield Place("wheel-index", path, span, "cannot tell which wheel index this is", Severity.INFO, blocks=why)
        return
    number = wheels.cuda_number(index.variant)
    if not number:
        if not index.variant and index.page and not index.channel:
            yield _old_page(option, index, scene, target, span)
        return
    if number == wheels.target_number(target):
        return
    never = "" if index.channel else claims.never_an_index(index.variant)
    severity = Severity.ERROR if never else Severity.WARNING
    if number > wheels.target_number(target) and never:
        why = "it is newer than the target, and nothing is moved back: choose an index that exists"
        yield Place("wheel-index", path, span, never, severity, blocks=why)
        return
    if number > wheels.target_number(target):
        message = f"the {index.variant} index is newer than the target {target.name}; left alone"
        yield Place("wheel-index", path, span, message, Severity.INFO, newer=True)
        return
    message = never or f"the {index.variant} wheel index is behind the target ({target.wheels})"
    if index.channel:
        yield Place("wheel-index", path, span, message, blocks=f"the {index.channel} channel is no release: choose one")
    elif index.page or (index.root and option.option == "--find-links"):
        yield _old_page(option, index, scene, target, span)
    else:
        change = url.replace(*index.span, target.wheels)
        blocks = "" if change else f"{url.value} is put together from places that cannot be changed one by one"
        yield Place("wheel-index", path, span, message, severity, (change,) if change else (), blocks)


def _foreign(url: Text, path: str, span: Span, target: Target) -> Iterator[Place]:
    """The place of another publisher's index, where it is for an older CUDA."""
    foreign = wheels.foreign_cuda(url.value)
    if foreign != target.wheels and (wheels.cuda_number(foreign) or (0, 0)) < wheels.target_number(target):
        message = f"this index of another publisher holds wheels for {foreign}, the target is {target.wheels}"
        shown = url.value.replace(UNKNOWN, "...")
        why = f"{shown} is not PyTorch's: ask its publisher for {target.wheels} wheels"
        yield Place("foreign-index", path, span, message, blocks=why)


def _old_page(option: IndexOption, index: wheels.Index, scene: Scene, target: Target, span: Span) -> Place:
    """A find-links page such as torch_stable.html; later releases are on an index, so option and address change."""
    ends = "lists no wheels" if index.root else "ends with old torch releases"
    message = f"this find-links page {ends}; {target.wheels} wheels are on {target.index_url}"
    label, address, url = option.label.span(), option.url.span(), option.url.value
    if not label or not address:
        return Place("wheel-index", scene.path, span, message, blocks=f"{url}: its parts cannot be changed one by one")
    changes = ((label, "--extra-index-url"), (address, target.index_url))
    return Place("wheel-index", scene.path, span, message, changes=changes)
