"""Several stacks side by side in one file: which of them is meant is not for us, so that they hold each other."""

from __future__ import annotations

from collections.abc import Iterator

from cudamig.engine import FileResult
from cudamig.facts import wheels
from cudamig.model import Span
from cudamig.nodes import ANY_SCOPE, ImageRef, IndexOption, Requirement
from cudamig.project.indexes import Scene
from cudamig.project.obstacles import names_cuda
from cudamig.project.place import Place, obstacle


def find(result: FileResult) -> Iterator[Place]:
    """Obstacles of a requirements file or a Dockerfile."""
    family = [node for node in result.nodes if isinstance(node, Requirement) and node.name in wheels.FAMILY]
    if result.kind == "requirements":
        names = [item.name for item in family]
        double = next((item for item in family if names.count(item.name) > 1), None)
        if double:
            why = f"{double.name} stands here more than once: alternatives for several platforms or Pythons"
            yield obstacle(result.path, double.text.span() or Span(0, 0), why)
    elif result.kind != "yaml":
        options = [node for node in result.nodes if isinstance(node, IndexOption)]
        yield from _stages(result, family, options)
        yield from without_cuda(result)
        for ref in result.nodes:
            if isinstance(ref, ImageRef) and names_cuda(ref.name):
                why = f"the stage {ref.name} says which CUDA it is for"
                yield obstacle(result.path, ref.span, why, deliberate=True)


def without_cuda(result: FileResult) -> Iterator[Place]:
    """Pins for hosts without CUDA that are those for hosts with one, of the same stage: they are one release."""
    options = [node for node in result.nodes if isinstance(node, IndexOption)]
    pins: dict[tuple[int, str, str], list[tuple[Requirement, bool]]] = {}
    family = [node for node in result.nodes if isinstance(node, Requirement) and node.name in wheels.FAMILY]
    for item in family:
        for clause in item.clauses:
            public, _, local = clause.version.value.partition("+")
            near = [option for option in options if option.scope in (item.scope, ANY_SCOPE)]
            scene = Scene(result.path, near, False)
            cuda = bool(wheels.cuda_number(local)) or scene.cuda()
            if clause.operator in ("==", "===") and (cuda or local or scene.elsewhere()):
                pins.setdefault((item.stage, item.name, public), []).append((item, cuda))
    for found in pins.values():
        other = next((item for item, cuda in found if not cuda), None)
        if other and any(cuda for _, cuda in found):
            why = f"{other.text.value} is the same release for hosts without CUDA here: change both, in one move"
            yield obstacle(result.path, other.text.stretch() or Span(0, 0), why)


def _stages(result: FileResult, family: list[Requirement], options: list[IndexOption]) -> Iterator[Place]:
    """Stages that install one project in several versions, or from the indexes of several CUDAs: branches."""
    seen: dict[tuple[int, str], str] = {}
    exact = [(item, clause) for item in family for clause in item.clauses if clause.operator in ("==", "===")]
    pins = [(item.stage, item.name, clause.version) for item, clause in exact]
    indexes = [(o.stage, "an index", o.url[slice(*i.span)]) for o in options if (i := wheels.index(o.url.value))]
    for stage, name, text in (*pins, *indexes):
        if name == "an index" and not wheels.cuda_number(text.value):
            continue
        if seen.setdefault((stage, name), text.value) != text.value:
            why = f"one stage takes {name} as {seen[stage, name]} here and as {text.value} there: alternatives"
            yield obstacle(result.path, text.span() or Span(0, 0), why)
