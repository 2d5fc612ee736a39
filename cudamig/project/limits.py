"""What bounds a unit's move: the fleet that has to run it, what it newly demands, and where a newer stack belongs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from cudamig.facts import demands, wheels
from cudamig.facts.targets import Target
from cudamig.facts.versions import key
from cudamig.nodes import Node
from cudamig.project import named
from cudamig.project.place import Place
from cudamig.project.units import Unit
from cudamig.rules.model import Context


def refusal(unit: Unit, context: Context) -> str:
    """Why the fleet of the configuration cannot run what the unit would move to, or ``""``."""
    if context.fleet is None or not any(place.changes for place in unit.places):
        return ""
    from cudamig.facts import fits

    images = any(place.changes and place.role == "cuda-image" for place in unit.places)
    built = any(place.role.endswith("-image") for place in unit.places)  # the image's system counts, not the host's
    asked = context.fleet._replace(systems=()) if built else context.fleet
    return fits.refusal(context.target, asked, context.rows, images)


def demanding(unit: Unit, nodes: Mapping[str, Sequence[Node]], target: Target) -> Iterator[Place]:
    """The places of a unit; what its move newly demands is said with the first that moves, and nothing is said twice.

    ``nodes``: those of each file.
    """
    words = demands.new(named.oldest(node for path in unit.files for node in nodes[path]), target)
    newly = f"Newly demanded: {'; '.join(words)}" if words else ""
    said: set[str] = set()
    for place in unit.places:
        sentences = [text for text in (newly, place.demands) if place.changes and text and text not in said]
        said.update(sentences)
        yield place._replace(demands=". ".join(sentences))


def direction(place: Place, nodes: Iterable[Node], rows: Iterable[Target]) -> str:
    """Why a newer stack than the target's is left alone, and the nearest target at or above it, where that is known."""
    why, stack = "a newer stack is never moved back", named.at(nodes, place.span)
    if stack == demands.Stack():
        return why
    fit = [row for row in rows if _reaches(row, stack)]
    if not fit:
        return f"{why}; none of the targets is at or above it"
    best = min(fit, key=lambda row: (key(row.cuda), key(row.torch)))
    return f"{why}; the nearest target at or above it is {best.name} (CUDA {best.cuda}, torch {best.torch})"


def _reaches(row: Target, stack: demands.Stack) -> bool:
    number = wheels.cuda_number(stack.build)
    return (
        (not stack.torch or key(row.torch) >= key(stack.torch))
        and (not number or wheels.target_number(row) >= number)
        and (not stack.cuda or key(row.cuda) >= key(stack.cuda))
    )
