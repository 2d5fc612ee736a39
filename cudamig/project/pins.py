"""torch, torchvision and torchaudio: what their pins would read at the target, and what holds them back."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cudamig.facts import claims, wheels
from cudamig.facts.targets import Target
from cudamig.facts.versions import key
from cudamig.model import Safety, Severity, Span
from cudamig.nodes import Requirement
from cudamig.project import advice
from cudamig.project.indexes import Scene
from cudamig.project.place import Place
from cudamig.text import Text

_OTHER_SYSTEM = re.compile(r"==\s*['\"](?:darwin|Darwin|win32|Windows|nt)['\"]")


def judge(item: Requirement, scene: Scene, target: Target) -> Iterator[Place]:
    """The place of a requirement of the family; none when it is at the target, or free to be there."""
    span = item.text.stretch()
    if span is None or _OTHER_SYSTEM.search(item.marker):
        return
    if scene.elsewhere():
        yield from _two_kinds(item, scene, target)
        return
    if item.url is not None:
        if (item.url.known and "%2Bcu" in item.url.value) or "+cu" in item.url.value:
            page = f"{target.index_url}/{item.name}/"
            why = f"the address of a wheel file names Python and platform too: choose the new file on {page}"
            yield Place("torch-pin", scene.path, span, f"{item.name} is installed from one wheel file", blocks=why)
        return
    if not item.text.known:
        if any(clause.version.value.endswith("+cpu") for clause in item.clauses):
            return
        why = "its version is computed by the shell"
        yield Place("torch-pin", scene.path, span, f"cannot tell which {item.name} this is", Severity.INFO, blocks=why)
        return
    pins = [clause for clause in item.clauses if clause.operator in ("==", "===")]
    if not item.clauses:
        yield from advice.jump(item, lambda _: True, scene, span)
        return
    if not pins or "*" in pins[0].version.value:
        yield from _range(item, scene, target, span)
        return
    public, _, local = pins[0].version.value.partition("+")
    if local and not local.startswith("cu"):
        return
    yield from _pin(item, pins[0].version, public, local, scene, target)


def _two_kinds(item: Requirement, scene: Scene, target: Target) -> Iterator[Place]:
    """A pin that some take from an index for CUDA and others from one for CPU: it holds the index that would move."""
    cuda = [option for option in scene.indexes if Scene(scene.path, [option], False).cuda()]
    for place in judge(item, scene._replace(indexes=cuda), target) if cuda else ():
        if place.changes:
            why = "a CUDA index serves it here, and a CPU, ROCm or XPU index there: choose a release for both"
            yield place._replace(changes=(), blocks=why)


def _range(item: Requirement, scene: Scene, target: Target, span: Span) -> Iterator[Place]:
    """A range: fine when it admits the target, otherwise its owner must lift it."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    version = wheels.target_version(item.name, target)
    written = ",".join(clause.operator + clause.version.value for clause in item.clauses)
    try:
        allowed = SpecifierSet(written)
    except InvalidSpecifier:
        wrong = next((c for c in item.clauses if "+cu" in c.version.value and c.operator not in ("==", "!=")), None)
        if wrong:
            message = f"{wrong.operator}{wrong.version.value} is no bound: only == may name a build"
            why = f"{written} is no valid requirement: say the release in the bound, the build by the index"
            yield Place("range-with-build", scene.path, span, message, Severity.ERROR, blocks=why)
        return
    if allowed.contains(version, prereleases=True):
        yield from advice.jump(item, allowed.contains, scene, span)
        return
    if all(clause.operator in (">=", ">") for clause in item.clauses):
        message = f"{item.text.value} asks for more than the target's {item.name} {version}; left alone"
        yield Place("torch-pin", scene.path, span, message, Severity.INFO, newer=True)
        return
    why = f"{written} excludes {item.name} {version}; whoever set the bound must lift it"
    newest = next((name for name in reversed(wheels.releases()) if allowed.contains(name)), "")
    message = f"{item.text.value} excludes the target{advice.mended(item.name, newest, target)}"
    yield Place("torch-pin", scene.path, span, message, blocks=why)


def _pin(item: Requirement, written: Text, public: str, local: str, scene: Scene, target: Target) -> Iterator[Place]:
    """An exact pin of one of the family."""
    span, version = item.text.stretch(), wheels.target_version(item.name, target)
    assert span
    try:
        wrong = _wrong(item, public, local, scene)
        same = key(public) == key(version)
        ended = bool(claims.ended(item.name, public)) and key(public) <= key(target.torch)
        behind = key(public) < key(version) or ended
    except ValueError:
        return
    number = wheels.cuda_number(local) if local else None
    severity = Severity.ERROR if wrong else Severity.WARNING
    if same and (not local or local == target.wheels or local == wheels.target_local(item.name, target)):
        if wrong:
            yield Place("torch-pin", scene.path, span, wrong, severity, reason="it is mended where the other is")
        yield from advice.staying(item, public, local, scene, target, span)
        return
    if (number or (0, 0)) > wheels.target_number(target) or not (behind or same):
        if wrong:
            why = f"it is newer than the target {target.name}, and nothing is moved back: choose what exists"
            yield Place("torch-pin", scene.path, span, wrong, severity, blocks=why)
            return
        message = f"{item.text.value} is newer than the target {target.name} ({item.name} {version}); left alone"
        yield Place("torch-pin", scene.path, span, message, Severity.INFO, newer=True)
        yield from advice.staying(item, public, local, scene, target, span)
        return
    wanted_local = wheels.target_local(item.name, target) if local else ""
    wanted = version + (f"+{wanted_local}" if wanted_local else "")
    message = f"{item.name} {public}{'+' + local if local else ''} is behind the target's {wanted}"
    message = f"{wrong}; the target has {wanted}" if wrong else message + advice.mended(item.name, public, target)
    keep = "Where such a build exists, on an index of your own, `# cudamig: ignore[REQ101]` keeps it" if wrong else ""
    place = Place("torch-pin", scene.path, span, message, severity, demands=keep)
    changes = _pin_changes(written, public, local, version, wanted_local)
    if item.hashed:
        why = "its hashes belong to the old wheel: compute them again (pip-compile --generate-hashes)"
        yield place._replace(blocks=why)
    elif changes is None:
        yield place._replace(
            blocks=f"the version of {item.text.value} is put together from places that cannot be changed one by one"
        )
    elif local or scene.cuda():
        yield place._replace(changes=changes)
    else:
        yield _bare(place._replace(changes=changes), item, scene, target)


def _wrong(item: Requirement, public: str, local: str, scene: Scene) -> str:
    """What of an exact pin does not exist or does not go together, or ``""``."""
    never = claims.never_released(public) if item.name == "torch" else claims.ended(item.name, public)
    release = wheels.torch_of(item.name, public)
    if never or not release:
        return never
    torch = scene.pinned_torch().partition("+")[0] if item.name != "torch" else ""
    odd = claims.misfit(item.name, public, torch) if re.match(r"\d", torch) else ""
    if odd or (item.name == "torchaudio" and key(public) >= key("2.11")):  # one wheel goes with many a torch there
        return odd
    if local:
        never = claims.never_built(release, local)
        return f"{item.name} {public}+{local} was never built: {never}" if never else ""
    only = [option for option in scene.indexes if option.option != "--torch-backend"]
    indexes = [wheels.index(option.url.value) for option in only]
    if len(only) != 1 or only[0].option != "--index-url" or not indexes[0] or indexes[0].channel:
        return ""
    never = claims.never_built(release, indexes[0].variant)
    return f"the {indexes[0].variant} index has no {item.name} {public}: {never}" if never else ""


def _bare(place: Place, item: Requirement, scene: Scene, target: Target) -> Place:
    """A pin that takes whatever CUDA build PyPI has of its version."""
    release = wheels.torch_of("torch", target.torch)
    pypi = release.pypi if release else "?"
    if not scene.image:
        reason = "no index and no image says that this is for CUDA hosts: it may be for CPU or macOS too"
        place = place._replace(safety=Safety.UNSAFE, reason=reason)
    if pypi == target.wheels:
        return place
    named = any(not option.url.known for option in scene.indexes)
    no_index = "its index is not known" if named else "no index is named"
    message = f"{place.message}; {no_index}, and PyPI's torch {target.torch} is a {pypi} build"
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
