"""What a project declares in pyproject.toml, Pipfile, setup.cfg: requirements, indexes and their names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cudamig.engine import FileResult
from cudamig.facts import wheels
from cudamig.facts.targets import Target
from cudamig.model import Safety, Span
from cudamig.nodes import Group, IndexOption, IndexUse, Requirement
from cudamig.project import added, index_names, indexes, requirement
from cudamig.project.indexes import Scene
from cudamig.project.obstacles import names_cuda
from cudamig.project.place import Place, kept, obstacle

_PLATFORM = re.compile(r"sys_platform|platform_system|platform_machine|os_name")


class Declared(NamedTuple):
    """The nodes of a file, by kind."""

    path: str
    options: tuple[IndexOption, ...]
    items: tuple[Requirement, ...]
    uses: tuple[IndexUse, ...]
    groups: tuple[Group, ...]

    def of(self, project: str) -> list[IndexUse]:
        """Where a project comes from, as far as the file says so by name."""
        return [use for use in self.uses if use.project == project]

    def named(self, name: str) -> list[IndexOption]:
        """The indexes of a name."""
        return [option for option in self.options if option.name.value == name]


def judge(
    result: FileResult, inherited: Sequence[IndexOption], elsewhere: frozenset[str], target: Target
) -> Iterator[Place]:
    """The places of one file. ``elsewhere``: names of indexes that other files take from the files around them."""
    file = _sorted(result)
    family = [item for item in file.items if item.name in wheels.FAMILY]
    why = _matrix(file, family)
    if why:
        first = (family[0].text if family else file.options[0].url).stretch()
        yield kept(result.path, first or Span(0, 0), why)
        return
    for option in file.options:
        for place in indexes.judge(option, Scene(file.path, file.options, False), target):
            yield _split(index_names.renamed(place, option, file.options, file.uses, elsewhere, target), file, option)
    for scope in dict.fromkeys(item.scope for item in file.items):
        group = [item for item in file.items if item.scope == scope]
        places = [place for item in group for place in _requirement(item, file, inherited, target)]
        yield from added.with_index(result, group, places, target)
        yield from _groups(file, group, scope)


def _sorted(result: FileResult) -> Declared:
    return Declared(
        result.path,
        tuple(node for node in result.nodes if isinstance(node, IndexOption)),
        tuple(node for node in result.nodes if isinstance(node, Requirement)),
        tuple(node for node in result.nodes if isinstance(node, IndexUse)),
        tuple(node for node in result.nodes if isinstance(node, Group)),
    )


def _requirement(
    item: Requirement, file: Declared, inherited: Sequence[IndexOption], target: Target
) -> Iterator[Place]:
    """A requirement, with the indexes that it comes from; beside a CPU index for other systems, the CUDA ones."""
    near = [option for use in file.of(item.name) for option in file.named(use.name.value)]
    cuda = [option for option in near if _variant(option).startswith("cu")]
    near = cuda or near or [option for option in file.options if not option.only]
    for place in requirement.judge(item, Scene(file.path, [*near, *inherited], False), target):
        yield _split(place, file, cuda[0] if cuda else None)


def _split(place: Place, file: Declared, option: IndexOption | None) -> Place:
    """Where systems take the same project from several indexes, a move needs review."""
    mine = option.name.value if option else ""
    for project in wheels.FAMILY:
        uses = file.of(project)
        others = {use.name.value for use in uses} - {mine}
        if mine and others and any(use.name.value == mine for use in uses) and place.changes:
            why = f"other systems take {project} from {', '.join(sorted(others))}: its release must be there too"
            return place._replace(safety=Safety.UNSAFE, reason=why)
    return place


def _variant(option: IndexOption) -> str:
    index = wheels.index(option.url.value)
    return index.variant if index else ""


def _matrix(file: Declared, family: Sequence[Requirement]) -> str:
    """Why the file offers several stacks on purpose, or ``""``."""
    exact = [(item, clause.version.value) for item in family for clause in item.clauses if clause.operator == "=="]
    local = {version.partition("+")[2] for _, version in exact} - {""}
    variants = {variant for option in file.options if (variant := _variant(option))}
    cuda = {name for name in (*local, *variants) if wheels.cuda_number(name)}
    if len(cuda) > 1:
        return f"names {len(cuda)} CUDA builds ({', '.join(sorted(cuda))}): a matrix"
    if cuda and "cpu" in local:
        return "offers a CPU build too"
    releases = {version.partition("+")[0] for item, version in exact if item.name == "torch"}
    if len(releases) > 1:
        return f"names torch {' and '.join(sorted(releases))}: a matrix"
    for project in wheels.FAMILY:
        uses = file.of(project)
        by_system = all(_PLATFORM.search(use.marker) for use in uses)
        if len({use.name.value for use in uses}) > 1 and (not by_system or any(use.choice for use in uses)):
            return f"takes {project} from several indexes, by what is asked for"
    return ""


def _groups(file: Declared, items: Sequence[Requirement], scope: int) -> Iterator[Place]:
    """Obstacles: alternatives in one list, and an extra or group whose name says for which CUDA it is."""
    names = [item.name for item in items if item.name in wheels.FAMILY]
    for item in items:
        if item.name in wheels.FAMILY and names.count(item.name) > 1:
            why = f"{item.name} stands here more than once: alternatives for several platforms or Pythons"
            yield obstacle(file.path, item.text.stretch() or Span(0, 0), why)
            break
    for group in file.groups:
        if names and group.scope == scope and names_cuda(group.name.value):
            why = f"the extra or group {group.name.value} says which CUDA it is for, and who installs it names it"
            yield obstacle(file.path, group.name.stretch() or Span(0, 0), why, deliberate=True)
