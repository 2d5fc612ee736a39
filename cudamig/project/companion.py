"""What was built for one torch or one CUDA: moved beside a torch that moves where the tables say how, else it holds."""

from __future__ import annotations

from collections.abc import Iterator

from cudamig.facts import companions, suffixes, wheels
from cudamig.facts.targets import Target
from cudamig.facts.versions import key, major
from cudamig.model import Severity, Span
from cudamig.nodes import Requirement
from cudamig.project.indexes import Scene
from cudamig.project.place import Place


def judge(item: Requirement, scene: Scene, target: Target) -> Iterator[Place]:
    """The place of a companion that moves or holds; none when it fits the target, or is free to."""
    span = item.text.stretch()
    if _settled(item, scene, target):
        return
    if span and not item.url and suffixes.newer(item.name, item.extras, _exact(item), target):
        message = f"{item.text.value} is for a newer CUDA than the target's {target.cuda_minor}; left alone"
        yield Place("companion-pin", scene.path, span, message, Severity.INFO, newer=True)
        return
    place = span and (_follows(item, scene, target, span) or _holds(item, scene, target, span))
    if place:
        yield place


def _exact(item: Requirement) -> str:
    """The version of an exact pin, as written, or ``""``."""
    return next((clause.version.value for clause in item.clauses if clause.operator in ("==", "===")), "")


def _settled(item: Requirement, scene: Scene, target: Target) -> bool:
    """Whether a pin goes with a torch beside it that stays, because that is at the target or past it."""
    torch = scene.pinned_torch().partition("+")[0]
    try:
        stays = key(torch) >= key(target.torch)
    except ValueError:
        return False
    return stays and (companions.torch_library(item.name) or torch in companions.made_for(item.name, _exact(item)))


def _beside_torch(scene: Scene, target: Target) -> bool:
    """Whether a pinned torch stands beside that is at the target already or moves there."""
    public, _, local = scene.pinned_torch().partition("+")
    number = wheels.cuda_number(local)
    try:
        behind = key(public) <= key(target.torch)
    except ValueError:
        return False
    return behind and not scene.elsewhere() and (bool(number and number <= wheels.target_number(target)) or not local)


def _follows(item: Requirement, scene: Scene, target: Target, span: Span) -> Place | None:
    """A pin that goes with torch: another release, another name, or no line any more."""
    exact = _exact(item)
    if item.url or not item.text.known or not _beside_torch(scene, target):
        return None
    place = Place("companion-pin", scene.path, span, "")
    asked, made = companions.torch_asks(item.name, target), companions.made_for(item.name, exact)
    if asked and made and not item.hashed and not _only_torch_index(item, scene):
        if exact == asked:
            return None
        change = item.clauses[0].version.replace(0, len(exact), asked) if len(item.clauses) == 1 else None
        message = f"{item.text.value} goes with torch {made[0]}; torch {target.torch} goes with {item.name} {asked}"
        return place._replace(message=message, changes=(change,)) if change else None
    if exact and companions.torch_library(item.name) and item.line and not _shared(scene):
        message = f"{item.text.value} was pinned for another torch, which asks for its CUDA libraries itself"
        return place._replace(message=message, changes=((item.line, ""),))
    name, label = suffixes.renamed(item.name, target), item.label.span()
    misfit = name and not item.hashed and suffixes.misfit(item.name, bool(exact), target)
    if misfit and label and _admits(item, suffixes.releases(name)):
        message = f"{item.name} {misfit}: {name} is its wheel there"
        return place._replace(message=message, changes=((label, name),))
    return None


def _only_torch_index(item: Requirement, scene: Scene) -> bool:
    """Whether pip looks nowhere but on PyTorch's own index, which holds what torch needs and not all else."""
    named = [option for option in scene.indexes if option.option == "--index-url"]
    return item.name != "triton" and any(wheels.index(option.url.value) for option in named)


def _shared(scene: Scene) -> bool:
    return any(companions.uses_libraries(other.name) for other in scene.beside)


def _admits(item: Requirement, releases: list[str]) -> bool:
    """Whether a requirement's clauses admit one of the releases; an exact pin that very one."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        allowed = SpecifierSet(",".join(clause.operator + clause.version.value for clause in item.clauses))
    except InvalidSpecifier:
        return False
    return any(allowed.contains(release) for release in releases)


def _holds(item: Requirement, scene: Scene, target: Target, span: Span) -> Place | None:
    """A pin, a wheel file or a name that keeps torch where it is, with the reason."""
    wheel = item.url.value.rpartition("/")[2] if item.url and ".whl" in item.url.value else ""
    exact = _exact(item)
    pinned = bool(wheel or exact)
    built = companions.built_for(wheel, target)
    if built is not None:
        why = f"{item.name} is one wheel file, built for {built}" if built else ""
    else:
        why = _tied(item, scene, pinned, target)
    if not why:
        return None
    made = companions.made_for(item.name, exact)
    known = item.text.value if item.text.known else item.name
    message = f"{known} was made for torch {made[0]}" if made else f"{known} is tied to another stack"
    if wheel:
        message = f"this wheel of {item.name} is " + (f"built for {built}" if built else "tied to another stack")
    return Place("companion-pin", scene.path, span, message, blocks=why)


def _tied(item: Requirement, scene: Scene, pinned: bool, target: Target) -> str:
    """Why a requirement that names no wheel file does not fit the target, or ``""``."""
    asks = companions.asks_for_torch(item.name, target) if scene.pinned_torch() else ""
    tied = companions.tied(item.name, pinned, target) or asks
    if tied:
        return f"{item.name}: {tied}"
    jax = suffixes.jax_cuda(item.name, item.extras, _exact(item))
    if jax and jax != major(target.cuda):
        return f"{item.name} is for CUDA {jax} here, the target has {target.cuda_minor}"
    if item.name == "tensorflow" and "and-cuda" in item.extras and pinned and scene.pinned_torch():
        return "tensorflow[and-cuda] and torch each ask for CUDA libraries exactly, and which pairs agree is not known"
    misfit = suffixes.misfit(item.name, pinned, target)
    name = suffixes.renamed(item.name, target) if misfit else ""
    more = f"; {name} has {', '.join(suffixes.releases(name)[:3])}" if name and name != item.name else ""
    return f"{item.name} {misfit}{more}" if misfit else ""
