"""What is worth a word about torch where nothing moves: PyPI's build, a jump to another index, known advisories."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cudamig.facts import claims, wheels
from cudamig.facts.targets import Target
from cudamig.facts.versions import key
from cudamig.model import Severity, Span
from cudamig.nodes import Requirement
from cudamig.project.indexes import Scene
from cudamig.project.place import Place


def mended(name: str, public: str, target: Target) -> str:
    """The end of a message: which known advisories of a torch release a move to the target mends."""
    if name != "torch" or not public:
        return ""
    left = claims.advisories(target.torch)
    found = [text.partition(",")[0] for text in claims.advisories(public) if text not in left]
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return f"; the move mends {found[0]}{more}" if found else ""


def staying(item: Requirement, public: str, local: str, scene: Scene, target: Target, span: Span) -> Iterator[Place]:
    """Advice on an exact pin of torch that is not moved: its advisories, and the CUDA of PyPI's build of it."""
    if item.name != "torch":
        return
    known = claims.advisories(public)
    if known:
        message = f"torch {public} has known advisories: {'; '.join(known)}"
        yield Place("torch-advisory", scene.path, span, message, Severity.INFO)
    release = wheels.torch_of("torch", public)
    bare = not local and not scene.indexes and key(public) == key(target.torch)
    if bare and release and release.pypi != target.wheels:
        message = f"{item.text.value} with no index is PyPI's {release.pypi} build; the target is {target.wheels}"
        reason = f"add --extra-index-url {target.index_url}, unless PyPI's build is meant"
        yield Place("pypi-build", scene.path, span, message, Severity.INFO, reason=reason)


def jump(item: Requirement, allows: Callable[[str], bool], scene: Scene, span: Span) -> Iterator[Place]:
    """An open torch beside an extra index: pip takes the highest version of all, which PyPI may have."""
    found = [index for index in scene.variants() if index.variant.startswith("cu")]
    extra = all(option.label.value == "--extra-index-url" for option in scene.indexes)
    if item.name != "torch" or len(found) != 1 or not extra or found[0].channel or found[0].page:
        return
    variant = found[0].variant
    admitted = [release for release in wheels.releases().values() if allows(release.torch)]
    on_index = [release for release in admitted if variant in release.cuda]
    if not on_index or admitted[-1] is on_index[-1]:
        return
    newest, other = admitted[-1], on_index[-1].torch
    message = (
        f"pip takes the highest version of all indexes: torch {newest.torch} from PyPI, a {newest.pypi} build, "
        f"not {other} from the {variant} index"
    )
    yield Place("index-jump", scene.path, span, message, Severity.INFO)
