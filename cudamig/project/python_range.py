"""The Pythons that a project says it runs on, and whether the target's wheels serve them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cudamig.engine import FileResult
from cudamig.facts.targets import Target
from cudamig.model import Span
from cudamig.nodes import PythonRange
from cudamig.project.place import Place, obstacle
from cudamig.project.pythons import served


def judge(result: FileResult, resolver: str, places: Sequence[Place], target: Target) -> Iterator[Place]:
    """The places of a file, with what its range of Pythons means for them.

    A range without any Python of the target's holds the file back. One that goes below it does so where a tool
    (``resolver``, or the file's own) wants one answer for all Pythons; elsewhere it is a remark.
    """
    below = ""
    for node in result.nodes:
        if isinstance(node, PythonRange):
            span = node.text.stretch() or Span(0, 0)
            tool, minors = node.resolver or resolver, _admitted(node)
            low, high = (int(version.split(".")[1]) for version in target.python)
            if minors is None:
                continue
            if not minors & set(range(low, high + 1)):
                yield obstacle(result.path, span, f"it runs on Python {node.text.value}; {served(target)}")
            elif min(minors) < low:
                below = f"{served(target)}, and this promises Python {node.text.value}"
                if tool:
                    why = f"{below}: {tool} finds no answer for all of them; raise the lower bound first"
                    yield obstacle(result.path, span, why)
    for place in places:
        if below and place.changes:
            place = place._replace(demands=" ".join(filter(None, (place.demands, below))))
        yield place


def _admitted(node: PythonRange) -> set[int] | None:
    """The minor versions of Python 3 of which any release is in a range; None for a range that cannot be read."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        wanted = SpecifierSet(",".join(clause.operator + clause.version.value for clause in node.clauses))
    except InvalidSpecifier:
        return None
    return {minor for minor in range(2, 40) for patch in (0, 99) if wanted.contains(f"3.{minor}.{patch}")}
