"""Torch pins and wheel indexes: what they would read at the target, and what holds them back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cudamig.facts import companions, wheels
from cudamig.facts.targets import Target
from cudamig.facts.versions import key
from cudamig.model import Safety, Severity, Span
from cudamig.nodes import IndexOption, Requirement
from cudamig.project.place import Place
from cudamig.text import Text

_OTHER_SYSTEM = re.compile(r"==\s*['\"](?:darwin|Darwin|win32|Windows|nt)['\"]")


class Scene(NamedTuple):
    """Where requirements are read: the file, and the index options that reach them."""

    path: str
    indexes: Sequence[IndexOption]  # of the same install command or file, and of commands that include it
    image: bool  # inside a build on a CUDA image, on Linux: a wheel index may be added to a command

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


def judge_index(option: IndexOption, scene: Scene, target: Target) -> Iterator[Place]:
    """The place of an index option; none when it is no CUDA index, or the target's."""
    url, path = option.url, scene.path
    span = url.span() or _around(url)
    if span is None:
        return
    foreign = wheels.foreign_cuda(url.value)
    if foreign and wheels.cuda_number(foreign):
        if foreign != target.wheels and (wheels.cuda_number(foreign) or (0, 0)) < _number(target):
            message = f"this index of another publisher holds wheels for {foreign}, the target is {target.wheels}"
            why = f"{url.value} is not PyTorch's: ask its publisher for {target.wheels} wheels"
            yield Place("foreign-index", path, span, message, blocks=why)
        return
    index = wheels.index(url.value)
    if not index or not url.known:
        if not url.known and "download.pytorch.org" in url.value:
            why = "part of the address is computed by the shell"
            yield Place("wheel-index", path, span, "cannot tell which wheel index this is", Severity.INFO, blocks=why)
        return
    number = wheels.cuda_number(index.variant)
    if not number:
        if not index.variant and index.page and not index.channel:
            yield _old_page(option, index, scene, target, span)
        return
    if number == _number(target):
        return
    if number > _number(target):
        message = f"the {index.variant} index is newer than the target {target.name}; left alone"
        yield Place("wheel-index", path, span, message, Severity.INFO, newer=True)
        return
    message = f"the {index.variant} wheel index is behind the target ({target.wheels})"
    if index.channel:
        yield Place("wheel-index", path, span, message, blocks=f"the {index.channel} channel is no release: choose one")
    elif index.page:
        yield _old_page(option, index, scene, target, span)
    else:
        change = url.replace(*index.span, target.wheels)
        blocks = "" if change else "the address is put together from places that cannot be changed one by one"
        yield Place("wheel-index", path, span, message, changes=(change,) if change else (), blocks=blocks)


def _old_page(option: IndexOption, index: wheels.Index, scene: Scene, target: Target, span: Span) -> Place:
    """A find-links page such as torch_stable.html; later releases are on an index, so option and address change."""
    message = f"this find-links page ends with old torch releases; {target.wheels} wheels are on {target.index_url}"
    label, address = option.label.span(), option.url.span()
    if not label or not address:
        return Place("wheel-index", scene.path, span, message, blocks="its parts cannot be changed one by one")
    changes = ((label, "--extra-index-url"), (address, target.index_url))
    return Place("wheel-index", scene.path, span, message, changes=changes)


def judge_requirement(item: Requirement, scene: Scene, target: Target) -> Iterator[Place]:
    """The place of a requirement that belongs to the stack; none when it is at the target, or is free to be there."""
    if item.name in wheels.FAMILY:
        yield from _family(item, scene, target)
    elif item.name in _cupy_names():
        yield from _cupy(item, scene, target)
    else:
        span = _span(item)
        pinned = any(clause.operator in ("==", "===") for clause in item.clauses)
        why = companions.tied(item.name, pinned, target) or companions.misfit(item.name, pinned, target)
        if span and why:
            blocks = f"{item.name} {why}"
            yield Place("companion-pin", scene.path, span, f"{item.text.value} is tied to another stack", blocks=blocks)


def _family(item: Requirement, scene: Scene, target: Target) -> Iterator[Place]:
    """torch, torchvision, torchaudio."""
    span, version = _span(item), wheels.target_version(item.name, target)
    if span is None or scene.elsewhere() or _OTHER_SYSTEM.search(item.marker):
        return
    if item.url is not None:
        if (item.url.known and "%2Bcu" in item.url.value) or "+cu" in item.url.value:
            why = "the address of a wheel file names Python and platform too: choose the new file by hand"
            yield Place("torch-pin", scene.path, span, f"{item.name} is installed from one wheel file", blocks=why)
        return
    if not item.text.known:
        why = "its version is computed by the shell"
        yield Place("torch-pin", scene.path, span, f"cannot tell which {item.name} this is", Severity.INFO, blocks=why)
        return
    pins = [clause for clause in item.clauses if clause.operator in ("==", "===")]
    if not pins or "*" in pins[0].version.value:
        yield from _range(item, scene, version, span)
        return
    public, _, local = pins[0].version.value.partition("+")
    if local and not local.startswith("cu"):
        return
    yield from _pin(item, pins[0].version, public, local, scene, target)


def _range(item: Requirement, scene: Scene, version: str, span: Span) -> Iterator[Place]:
    """A range: fine when it admits the target, otherwise its owner must lift it."""
    if not item.clauses:
        return
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    written = ",".join(clause.operator + clause.version.value for clause in item.clauses)
    try:
        if SpecifierSet(written).contains(version, prereleases=True):
            return
        if all(clause.operator in (">=", ">") for clause in item.clauses):
            message = f"{item.text.value} asks for more than the target's {item.name} {version}; left alone"
            yield Place("torch-pin", scene.path, span, message, Severity.INFO, newer=True)
            return
    except InvalidSpecifier:
        return
    why = f"{written} excludes {item.name} {version}; whoever set the bound must lift it"
    yield Place("torch-pin", scene.path, span, f"{item.text.value} excludes the target", blocks=why)


def _pin(item: Requirement, written: Text, public: str, local: str, scene: Scene, target: Target) -> Iterator[Place]:
    """An exact pin of one of the family."""
    span, version = _span(item), wheels.target_version(item.name, target)
    assert span
    try:
        behind = key(public) < key(version)
        same = key(public) == key(version)
    except ValueError:
        return
    number = wheels.cuda_number(local) if local else None
    newer = (number or (0, 0)) > _number(target) or not (behind or same)
    release = wheels.torch_of(item.name, public)
    missing = bool(local and release and local not in release.cuda)
    if same and (not local or local == target.wheels or local == wheels.target_local(item.name, target)):
        return
    if newer and not missing:
        message = f"{item.text.value} is newer than the target {target.name} ({item.name} {version}); left alone"
        yield Place("torch-pin", scene.path, span, message, Severity.INFO, newer=True)
        return
    severity = Severity.ERROR if missing else Severity.WARNING
    wanted_local = wheels.target_local(item.name, target) if local else ""
    wanted = version + (f"+{wanted_local}" if wanted_local else "")
    message = f"{item.name} {public}{'+' + local if local else ''} is behind the target's {wanted}"
    if missing and release:
        built = ", ".join(release.cuda)
        message = f"{item.name} {public}+{local} was never built: torch {release.torch} has {built}"
    changes = _pin_changes(written, public, local, version, wanted_local)
    if item.hashed:
        why = "its hashes belong to the old wheel: compute them again (pip-compile --generate-hashes)"
        yield Place("torch-pin", scene.path, span, message, severity, blocks=why)
    elif changes is None:
        why = "its version is put together from places that cannot be changed one by one"
        yield Place("torch-pin", scene.path, span, message, severity, blocks=why)
    elif local or scene.cuda():
        yield Place("torch-pin", scene.path, span, message, severity, changes)
    else:
        yield _bare(Place("torch-pin", scene.path, span, message, severity, changes), item, scene, target)


def _bare(place: Place, item: Requirement, scene: Scene, target: Target) -> Place:
    """A pin that takes whatever CUDA build PyPI has of its version."""
    release = wheels.torch_of("torch", target.torch)
    pypi = release.pypi if release else "?"
    if pypi == target.wheels:
        return place
    message = f"{place.message}; no index is named, and PyPI's torch {target.torch} is a {pypi} build"
    if not scene.image:
        reason = f"needs the {target.wheels} index beside it, and whether this list is for CUDA hosts cannot be known"
        return place._replace(message=message, safety=Safety.UNSAFE, reason=reason, needs_index=True)
    return place._replace(message=message, needs_index=True)


def _pin_changes(
    written: Text, public: str, local: str, version: str, new_local: str
) -> tuple[tuple[Span, str], ...] | None:
    """The edits that make a version read as at the target; None when no single place can be changed."""
    if written.span():
        change = written.replace(0, len(written), version + (f"+{new_local}" if new_local else ""))
        return (change,) if change else None
    head = written.replace(0, len(public), version)
    if not local:
        return (head,) if head else None
    if not new_local:
        return None
    tail = written.replace(len(public) + 1, len(written), new_local)
    return (head, tail) if head and tail else None


def _cupy_names() -> frozenset[str]:
    return frozenset(f"cupy-cuda{n}" for n in ("11x", "12x", "13x", 102, *range(110, 118)))


def _cupy(item: Requirement, scene: Scene, target: Target) -> Iterator[Place]:
    """cupy wheels are named by CUDA major; a pin or range moves with the name when the new name has that release."""
    span, label = _span(item), item.label.span()
    package, version = target.cupy
    if item.name == package or span is None or label is None:
        return
    if item.name > package and item.name.endswith("x"):
        message = f"{item.name} is for a newer CUDA than the target's {target.cuda_minor}; left alone"
        yield Place("cupy-wheel", scene.path, span, message, Severity.INFO, newer=True)
        return
    message = f"{item.name} is for another CUDA than the target's {target.cuda_minor}: {package} is its wheel there"
    pins = [clause.version.value for clause in item.clauses if clause.operator in ("==", "===")]
    blocks = "its hashes belong to the old wheel: compute them again" if item.hashed else ""
    if pins and not companions.cupy_fits(package, pins[0]):
        blocks = f"{package} has no release {pins[0]}; the target uses {version}"
    changes = () if blocks else ((label, package),)
    yield Place("cupy-wheel", scene.path, span, message, changes=changes, blocks=blocks)


def _span(item: Requirement) -> Span | None:
    return item.text.span() or _around(item.text)


def _around(text: Text) -> Span | None:
    """From the first to the last character that stands in one stretch with the first; None for computed text."""
    start = text.start
    if start < 0:
        return None
    at = [offset for offset in text.at if offset >= 0]
    end = start
    for offset in at[at.index(start) + 1 :]:
        if offset != end + 1:
            break
        end = offset
    return Span(start, end + 1)


def _number(target: Target) -> tuple[int, int]:
    return wheels.cuda_number(target.wheels) or (0, 0)
