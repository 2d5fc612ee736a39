"""Requirements that belong to the stack beside torch itself: cupy, and what was built for one torch or one CUDA."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cudamig.facts import companions, wheels
from cudamig.facts.targets import Target
from cudamig.model import Related, Severity
from cudamig.nodes import Requirement
from cudamig.project import companion, pins
from cudamig.project.indexes import Scene
from cudamig.project.place import Place


def judge_all(items: Sequence[Requirement], scene: Scene, target: Target) -> list[Place]:
    """The places of the requirements of one command or file, one for many of a kind."""
    places: list[Place] = []
    libraries: list[Place] = []
    files: dict[str, list[Place]] = {}
    for item in items:
        for place in judge(item, scene, target):
            built = place.message.rpartition(" is built for ")[2] if item.url and place.role == "companion-pin" else ""
            alike = files.setdefault(built, []) if built else places
            (libraries if companions.torch_library(item.name) else alike).append(place)
    libraries.sort(key=lambda place: not place.changes)
    for group, what in ((libraries, "pinned CUDA libraries"), *((group, "wheel files") for group in files.values())):
        places += _together(group, what)
    return places


def _together(alike: list[Place], what: str) -> list[Place]:
    """One place for several of a kind, such as the dozen that a list of all installed packages brings."""
    if len(alike) < 2:
        return alike
    first, others = alike[0], alike[1:]
    related = tuple(Related(place.path, place.span, "and this one") for place in others)
    changes = tuple(change for place in alike for change in place.changes)
    message = f"{first.message} (and {len(others)} more {what})"
    return [first._replace(message=message, changes=changes, related=related)]


def judge(item: Requirement, scene: Scene, target: Target) -> Iterator[Place]:
    """The place of a requirement that belongs to the stack; none when it is at the target, or is free to be there."""
    if item.name in wheels.FAMILY:
        yield from pins.judge(item, scene, target)
    elif item.name in _cupy_names():
        yield from _cupy(item, scene, target)
    elif item.name == "cupy":
        yield from _cupy_source(item, scene, target)
    else:
        yield from companion.judge(item, scene, target)


def _cupy_names() -> frozenset[str]:
    return frozenset(f"cupy-cuda{n}" for n in ("11x", "12x", "13x", 102, *range(110, 118)))


def _cupy(item: Requirement, scene: Scene, target: Target) -> Iterator[Place]:
    """cupy wheels are named by CUDA major; a pin or range moves with the name when the new name has that release."""
    span, label = item.text.stretch(), item.label.span()
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


def _cupy_source(item: Requirement, scene: Scene, target: Target) -> Iterator[Place]:
    """The project cupy has no wheels: pip compiles it, with whatever CUDA toolkit it finds.

    On a CUDA image, beside a torch that moves, the wheel takes its place with the group.
    """
    span, label = item.text.stretch(), item.label.span()
    if span:
        package, version = target.cupy
        message = f"{item.text.value} is compiled from source; {package} is the wheel for the target's CUDA"
        torch = scene.pinned_torch().partition("+")[0]
        moves = scene.image and label and torch and torch != target.torch and _cupy_admits(item, version)
        changes = ((label, package),) if moves and label else ()
        yield Place("cupy-source", scene.path, span, message, Severity.INFO, changes)


def _cupy_admits(item: Requirement, version: str) -> bool:
    """Whether a requirement admits a release; the versions of cupy's projects are the same."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        asked = SpecifierSet(",".join(clause.operator + clause.version.value for clause in item.clauses))
    except InvalidSpecifier:
        return False
    return not item.hashed and asked.contains(version)
