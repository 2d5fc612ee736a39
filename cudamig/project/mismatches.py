"""Two CUDA majors in one installation, which pip and uv resolve without a word: torch's, and that of what is beside it.

Only the commands of one build stage, one requirements file, the tree of files that it includes, or one command of a
script are looked at together; where torch itself stands there for several CUDAs these are alternatives, and none is.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cudamig.engine import FileResult
from cudamig.facts import companions, suffixes, wheels
from cudamig.model import Related, Severity, Span
from cudamig.nodes import ANY_SCOPE, IndexOption, Requirement
from cudamig.project.place import Place


class Named(NamedTuple):
    """A requirement that brings a CUDA along. ``why``: how torch's is known."""

    item: Requirement
    path: str
    span: Span
    cuda: str  # "cu121" for torch, a major for what stands beside it
    why: str = ""

    @property
    def major(self) -> str:
        return self.cuda.removeprefix("cu")[:2]


class Content(NamedTuple):
    """What a file installs that brings a CUDA along."""

    kind: str
    torch: tuple[Named, ...]
    others: tuple[Named, ...]

    @property
    def stages(self) -> set[int]:
        return {named.item.stage for named in (*self.torch, *self.others)}


def read(result: FileResult, inherited: Sequence[IndexOption]) -> Content:
    """Sort the requirements of a file. ``inherited``: index options of the commands and files that install it."""
    options = [node for node in result.nodes if isinstance(node, IndexOption)]
    torch: list[Named] = []
    others: list[Named] = []
    for item in result.nodes:
        span = item.text.stretch() if isinstance(item, Requirement) and item.text.known and not item.url else None
        if not isinstance(item, Requirement) or span is None:
            continue
        pin = next(
            (c.version.value for c in item.clauses if c.operator in ("==", "===") and "*" not in c.version.value), ""
        )
        cuda, why = suffixes.cuda_major(item.name, item.extras, pin), ""
        if item.name in wheels.FAMILY:
            near = [option for option in options if option.scope in (item.scope, ANY_SCOPE)]
            cuda, why = _torch_cuda(item, pin, [*near, *inherited])
        if cuda:
            named = Named(item, result.path, span, cuda, why)
            (torch if item.name == "torch" else others).append(named)
    return Content(result.kind, tuple(torch), tuple(others))


def _torch_cuda(item: Requirement, pin: str, options: Sequence[IndexOption]) -> tuple[str, str]:
    """The CUDA build that pip takes, and how that is known; ``""`` where it is not. torchvision's only by its pin."""
    public, _, local = pin.partition("+")
    if wheels.cuda_number(local):
        return local, f"its +{local}"
    if local or item.name != "torch":
        return "", ""
    indexes = [wheels.index(option.url.value) for option in options]
    if any(index is None and o.option == "--index-url" for o, index in zip(options, indexes, strict=True)):
        return "", ""
    variants = {index.variant for index in indexes if index}
    release = wheels.torch_of("torch", public) if public and public[0].isdigit() else None
    if not variants:
        return (release.pypi, f"PyPI's build of {public}") if release else ("", "")
    variant = variants.pop()
    if variants or not wheels.cuda_number(variant) or any(index and index.channel for index in indexes):
        return "", ""
    alone = all(option.option in ("--index-url", "--torch-backend") for option in options)
    if release and not alone and variant not in (*release.cuda, *release.also) and not release.unsure:
        return release.pypi, f"PyPI's build of {public}, which the {variant} index lacks"
    return (variant, f"its {variant} index") if release or alone else ("", "")


def find(path: str, contents: Mapping[str, Content], closures: Mapping[str, Sequence[str]]) -> Iterator[Place]:
    """Errors on what one file installs beside a torch for another CUDA major."""
    library = False
    for named in contents[path].others:
        if library and companions.torch_library(named.item.name):
            continue  # one of a dozen is told
        torch = next((one for group in _groups(named, path, contents, closures) if (one := _clash(named, group))), None)
        if torch:
            library = library or companions.torch_library(named.item.name)
            yield _place(named, torch)


def _groups(
    named: Named, path: str, contents: Mapping[str, Content], closures: Mapping[str, Sequence[str]]
) -> Iterator[list[Named]]:
    """What stands together with a requirement: its own command, stage or file; then every tree that it is part of."""
    content = contents[path]
    if content.kind in ("dockerfile", "requirements"):
        near = [n for n in (*content.torch, *content.others) if n.item.stage == named.item.stage]
    else:
        near = [n for n in (*content.torch, *content.others) if n.item.scope == named.item.scope]
    yield near
    if any(n.item.name == "torch" for n in near) or content.kind not in ("dockerfile", "requirements"):
        return
    for root, files in closures.items():
        if contents[root].kind not in ("dockerfile", "requirements"):
            continue  # the jobs of a workflow are installations of their own
        members = [contents[file] for file in files if file in contents and len(contents[file].stages) < 2]
        if path in files and len(files) > 1 and len(content.stages) < 2:
            yield [n for member in members for n in (*member.torch, *member.others)]


def _clash(named: Named, group: list[Named]) -> Named | None:
    """The torch of a group that is for another CUDA major; None where the group holds alternatives."""
    torch = [n for n in group if n.item.name == "torch"]
    family = _family(named)
    if len({n.cuda for n in torch}) != 1 or len({n.major for n in group if _family(n) == family}) != 1:
        return None
    first = torch[0]
    apart = named.item.marker and first.item.marker and named.item.marker != first.item.marker
    return first if first.major != named.major and not apart else None


def _family(named: Named) -> str:
    return named.item.name.rpartition("-cu")[0] or named.item.name


def _place(named: Named, torch: Named) -> Place:
    other = suffixes.sibling(named.item.name, torch.major)
    instead = f"; {other} is its wheel for CUDA {torch.major}" if other else ""
    message = (
        f"{named.item.text.value} is for CUDA {named.major}, and torch beside it for CUDA {torch.major}: "
        f"{torch.cuda}, by {torch.why}{instead}"
    )
    related = (Related(torch.path, torch.span, f"torch is a {torch.cuda} build here, by {torch.why}"),)
    return Place("cuda-mismatch", named.path, named.span, message, Severity.ERROR, related=related)


def two_indexes(result: FileResult) -> Iterator[Place]:
    """Commands that name wheel indexes of two CUDAs while their pins leave open which of the two is meant."""
    options = [node for node in result.nodes if isinstance(node, IndexOption) and node.option != "--torch-backend"]
    found = [(o, index.variant) for o in options if (index := wheels.index(o.url.value)) and not index.channel]
    for (first, old), (second, new) in itertools.pairwise(found):
        one, other = first.url.stretch(), second.url.stretch()
        twice = first.option == second.option == "--index-url"  # a trap of its own: pip keeps the last one
        same = first.scope == second.scope and first.stage == second.stage and not twice
        if not same or not one or not other or old == new or not all(map(wheels.cuda_number, (old, new))):
            continue
        family = [n for n in result.nodes if isinstance(n, Requirement) and n.name in wheels.FAMILY]
        if any("+" not in n.text.value for n in family if n.scope == first.scope):
            message = (
                f"one command takes torch from the {old} and the {new} index: pip takes the highest version of both"
            )
            related = (Related(result.path, one, f"the {old} index"),)
            yield Place("cuda-mismatch", result.path, other, message, related=related)
