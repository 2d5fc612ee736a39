"""Files whose commands install: scripts, steps of CI jobs, notebooks, documents. Each may move by itself.

A file that names several stacks is a matrix, or has branches, or tells a history: none of it is touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cudamig.engine import FileResult
from cudamig.facts import wheels
from cudamig.facts.targets import Target
from cudamig.model import Safety, Span
from cudamig.nodes import ANY_SCOPE, IndexOption, Requirement
from cudamig.project import added, indexes, requirement
from cudamig.project.indexes import Scene
from cudamig.project.place import Place, kept

# kinds of files in which a move needs review, and why
REVIEW = {
    "yaml": "a job may install an old stack on purpose, to test what is supported",
    "markup": "a document may tell of an old stack on purpose",
    "notebook": "where a notebook runs is not seen here",
}
KINDS = ("yaml", "shell", "make", "batch", "notebook", "markup", "python")


def judge(result: FileResult, inherited: Sequence[IndexOption], target: Target) -> Iterator[Place]:
    """The places of the install commands of one file."""
    options = [node for node in result.nodes if isinstance(node, IndexOption)]
    items = [node for node in result.nodes if isinstance(node, Requirement)]
    family = [item for item in items if item.name in wheels.FAMILY]
    named = stacks(family, options)
    if len(named) > 1:
        first = (family[0].text if family else options[0].url).stretch() or Span(0, 0)
        yield kept(result.path, first, f"names {len(named)} stacks ({', '.join(sorted(named))}): a matrix or branches")
        return
    if result.kind == "yaml" and family and not any(map(wheels.cuda_number, named)):
        first = family[0].text.stretch() or Span(0, 0)
        yield kept(result.path, first, "a CI job that names no CUDA: it may test the oldest release that is supported")
        return
    computed = [text for text in (*(i.text for i in family), *(o.url for o in options)) if not text.known]
    if result.kind == "yaml" and computed:
        yield kept(result.path, computed[0].stretch() or Span(0, 0), "its versions come from a matrix or a variable")
        return
    for option in options:
        yield from _reviewed(result, indexes.judge(option, Scene(result.path, options, False), target))
    for scope in dict.fromkeys(item.scope for item in items):
        group = [item for item in items if item.scope == scope]
        near = [option for option in options if option.scope in (scope, ANY_SCOPE)]
        scene = Scene(result.path, [*near, *inherited], False, group)
        places = requirement.judge_all(group, scene, target)
        yield from _reviewed(result, added.with_index(result, group, places, target))


def stacks(family: Sequence[Requirement], options: Sequence[IndexOption]) -> set[str]:
    """The CUDA builds that commands name, or the torch releases where these differ."""
    pins = [clause.version.value for item in family for clause in item.clauses if item.name == "torch"]
    indexed = [index.variant for option in options if (index := wheels.index(option.url.value))]
    cuda = {name for name in (*indexed, *(pin.partition("+")[2] for pin in pins)) if wheels.cuda_number(name)}
    releases = {"torch " + pin.partition("+")[0] for pin in pins}
    return cuda | releases if len(releases) > 1 else cuda or releases


def _reviewed(result: FileResult, places: Iterator[Place]) -> Iterator[Place]:
    reason = REVIEW.get(result.kind)
    for place in places:
        yield place._replace(safety=Safety.UNSAFE, reason=reason) if reason and place.changes else place
