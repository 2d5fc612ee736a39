"""Documents: commands that readers are told to run. Advice, moved with review only; history in them is left alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cudamig.engine import FileResult
from cudamig.facts import companions, wheels
from cudamig.facts.targets import Target
from cudamig.model import Severity, Span
from cudamig.nodes import ImageRef, IndexOption, Install, Node, Remark, Requirement
from cudamig.project import conda, document_stacks, pythons, scripts
from cudamig.project import images as image_places
from cudamig.project.place import Place, kept, obstacle

_HISTORY = re.compile(
    r"(?:^|/)(?:change[-_ ]?logs?|changes|history|news|releases?|release[-_ ]?notes?|whats[-_ ]?new|announcements?|"
    r"(?:previous|old|older|archived?|legacy)(?:[-_ ](?:versions?|releases?|docs))?|migrations?|upgrading)[^/]*(?:/|$)",
    re.I,
)
_VERSIONED = re.compile(r"(?:^|/)(?:versioned_docs|version-\d[^/]*|v?\d+\.(?:\d+|x)(?:\.(?:\d+|x))?)/")
_DATED = re.compile(r"(?:^|/)(?:_posts|blog|posts)/|(?:^|/)\d{4}-\d{2}-\d{2}-[^/]*$")
_TEMPLATE = re.compile(r"(?:^|/)(?:issue|pull_request)_template", re.I)
_OTHER_SYSTEM = re.compile(r"\bmac ?os\b|\bosx\b|apple silicon|\bm1\b|raspberry|jetson|\brocm\b|\bcpu[- ]only\b", re.I)
_TOLD = re.compile(
    r"\btested (?:with|on|under|in|using)\b|\b(?:we|i|was|were) (?:have )?(?:use|used|ran|run|tested|trained)\b|"
    r"\bour (?:experiments?|environment|results)\b|\breproduc\w+|\b(?:previous|older|earlier|legacy|deprecated|old) "
    r"(?:version|release|pytorch|torch|cuda|gpu|driver)|\b(?:do not|don't|never|avoid|instead of|no longer|fails?) ",
    re.I,
)
_CUDA = re.compile(r"\bcu(\d{2,3})\b|\bcuda(?:[ -]?toolkit)?[ =v/:_-]{0,3}(\d{1,2})(?:\.(\d))?", re.I)
_TORCH = re.compile(r"\b(?:py)?torch[ =v:*_`-]{0,4}(\d+\.\d+)", re.I)


def judge(result: FileResult, inherited: Sequence[IndexOption], target: Target) -> Iterator[Place]:
    """The places of one document, or the one that says why none of it counts."""
    remarks = [node for node in result.nodes if isinstance(node, Remark)]
    old = [node for node in result.nodes if document_stacks.stack(node)]
    why = history(result.path) or _several(old)
    if not old:
        return
    if why:
        yield kept(result.path, _span(old[0]), why)
        return
    told = {id(node): why for node in old if (why := _told(node, remarks))}
    for reason in dict.fromkeys(told.values()):
        yield kept(result.path, next(_span(node) for node in old if told.get(id(node)) == reason), reason)
    left = tuple(node for node in result.nodes if id(node) not in told)
    named = {
        name
        for node in old
        if id(node) not in told
        for name in (*document_stacks.stack(node), *document_stacks.release(node))
    }
    places = list(_places(result._replace(nodes=left), inherited, target))
    if told:
        places.append(obstacle(result.path, Span(0, 0), "the document names an old stack on purpose beside it"))
    if all(place.newer for place in places):
        return  # a document that is ahead needs no word
    for place in [*places, *_held(result, remarks, named, target)]:
        yield place._replace(severity=Severity.INFO)


def _places(result: FileResult, inherited: Sequence[IndexOption], target: Target) -> Iterator[Place]:
    cuda = any(wheels.cuda_number(name) for node in result.nodes for name in document_stacks.stack(node))
    named = {node.scope for node in result.nodes if isinstance(node, Requirement) and node.name in wheels.FAMILY}
    lone = {node.url.start for node in result.nodes if isinstance(node, IndexOption) and node.scope not in named}
    for place in scripts.judge(result, inherited, target):
        if place.needs_index and place.changes and not cuda:
            place = place._replace(changes=(), blocks="it names no CUDA: it may be for CPU or macOS hosts")
        if place.role == "wheel-index" and place.changes and place.span.start in lone:
            why = "the torch that it brings is pinned by what is installed: change it together with that"
            place = place._replace(changes=(), blocks=why)
        yield place
    for node in result.nodes:
        if isinstance(node, ImageRef) and node.parent < 0:
            for place in image_places.judge(result.path, node, target):
                reason = scripts.REVIEW["markup"]
                yield scripts.reviewed(place, reason)
        elif isinstance(node, Install) and node.tool == "conda":
            words = [word.value for word in node.words]
            word = "" if document_stacks.free(words) else companions.conda_stack(words)
            if word:
                yield from conda.command(result.path, node, target)


def history(path: str) -> str:
    """Why a document tells of old stacks, by its path, or ``""``."""
    if _HISTORY.search(path):
        return "a history of releases"
    if _VERSIONED.search(path):
        return "the documentation of one release"
    if _DATED.search(path):
        return "a post of its day"
    if _OTHER_SYSTEM.search(path):
        return "a document about hosts without CUDA, or with one of their own"
    return "a template for reports" if _TEMPLATE.search(path) else ""


def _several(old: Sequence[Node]) -> str:
    """Why several stacks side by side are meant, or ``""``."""
    named = {name for node in old for name in document_stacks.stack(node)}
    cuda = {name for name in named if wheels.cuda_number(name)}
    releases = {name for name in named if name.startswith("torch ")}
    several = cuda if len(cuda) > 1 else releases
    if len(several) < 2:
        return ""
    return f"names {len(several)} stacks ({', '.join(sorted(several))}): a choice for readers"


def _told(node: Node, remarks: Sequence[Remark]) -> str:
    """Why a command is meant for an old stack, by the words over it, or ``""``."""
    at = _span(node).start
    for remark in remarks:
        if remark.over.start <= at < remark.over.end:
            words = " ".join(remark.text.split()).strip("#*>- ")[:60]
            found = _CUDA.search(remark.text) or _TOLD.search(remark.text) or _OTHER_SYSTEM.search(remark.text)
            if found:
                return f"stands under words that say what it is for: {words!r}"
    return ""


def _held(result: FileResult, remarks: Sequence[Remark], named: set[str], target: Target) -> Iterator[Place]:
    """What holds the commands of a document back: an old Python beside them, and text that names their stack too."""
    for node in result.nodes:
        if isinstance(node, Install) and node.tool in ("conda", "python", "other"):
            for word in node.words:
                found = re.match(r"(?:python={0,2})?(3\.\d{1,2})(?!\d)", word.value)
                if found and not target.has_python(found.group(1)):
                    why = f"it tells to use Python {found.group(1)}; {pythons.served(target)}"
                    yield obstacle(result.path, node.span, why)
    for remark in remarks:
        if not remark.over.end and _names(remark.text, named, target):
            words = " ".join(remark.text.split())[:60]
            yield obstacle(result.path, remark.span, f"its text names a stack as well ({words!r}): change both")
            return


def _names(text: str, named: set[str], target: Target) -> bool:
    """Whether a line names one of the stacks, or a CUDA that is not the target's."""
    for cu, major, digit in _CUDA.findall(text):
        said = f"cu{cu}" if cu else f"cu{major}{digit}"
        whole = bool(cu or digit) and wheels.cuda_number(said)
        if (whole and said != target.wheels) or (not whole and any(name.startswith(said) for name in named)):
            return True
    return any(name.startswith(f"torch {version}") for version in _TORCH.findall(text) for name in named)


def _span(node: Node) -> Span:
    """Where a node stands."""
    span = getattr(node, "span", None)
    if isinstance(span, Span):
        return span
    text = node.url if isinstance(node, IndexOption) else getattr(node, "text", None)
    return (text.stretch() if text else None) or Span(0, 0)
