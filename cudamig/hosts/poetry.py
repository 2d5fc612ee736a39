"""Requirements that are tables of names and versions: poetry's, pipenv's, pixi's. Versions have operators of their own.

``^2.1`` is ``>=2.1,<3``, ``~2.1`` is ``>=2.1,<2.2``; in poetry, a version without operator is an exact one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cudamig.hosts.requirement import normalise
from cudamig.hosts.toml_tables import Item, Table
from cudamig.nodes import Clause, IndexOption, IndexUse, Node, Requirement
from cudamig.text import EMPTY, NOWHERE, Text

_CLAUSE = re.compile(r"\s*,?\s*(\^|~=|~|===|==|=|!=|<=|>=|<|>)?\s*([0-9][^\s,|]*)")


def nodes(table: Table, scope: int) -> Iterator[Node]:
    """The nodes of a table of dependencies."""
    for name, item in table.values.items():
        for part in item if isinstance(item, list) else [item]:
            yield from _dependency(name, table.names[name], part, scope)


def _dependency(name: str, label: Text, item: Item, scope: int) -> Iterator[Node]:
    if isinstance(item, list):
        return
    table = item if isinstance(item, Table) else Table()
    version = item if isinstance(item, Text) else table.text("version")
    url = table.text("url") or table.text("file") or table.text("path")
    found = clauses(version) if version else ()
    if found is None:
        return
    text = _text(label, found) if found else label
    extras = tuple(extra.value for extra in table.texts("extras"))
    marker = _marker(table)
    yield Requirement(normalise(name), label, extras, found, marker, url, False, url or text, 0, scope)
    source = table.text("source") or table.text("index")
    if source and "://" in source.value:  # pixi names no index, but gives its address
        yield IndexOption("--extra-index-url", EMPTY, source, 0, scope)
    elif source:
        yield IndexUse(normalise(name), source, "", marker)


def _text(label: Text, found: tuple[Clause, ...]) -> Text:
    """The requirement as pip would write it. Its name has no place, so that findings point at the version."""
    text = Text(label.value, [NOWHERE] * len(label))
    for number, clause in enumerate(found):
        glue = ("," if number else "") + clause.operator
        text = text + Text(glue, [NOWHERE] * len(glue)) + clause.version
    return text


def _marker(table: Table) -> str:
    marker = table.text("markers")
    platform = table.text("platform") or table.text("sys_platform")
    said = [marker.value if marker else "", f"sys_platform == '{platform.value}'" if platform else ""]
    return " and ".join(filter(None, said))


def clauses(version: Text) -> tuple[Clause, ...] | None:
    """The clauses of a version; none for ``*``, None for what is no plain list of clauses (``2.0 || >=2.2``)."""
    found: list[Clause] = []
    position = 0
    if version.value.strip() in ("", "*"):
        return ()
    while match := _CLAUSE.match(version.value, position):
        number = version[match.start(2) : match.end(2)]
        found += _plain(match.group(1) or "==", number)
        position = match.end()
    return None if version.value[position:].strip(" ,") else tuple(found)


def _plain(operator: str, number: Text) -> list[Clause]:
    """A clause in pip's own operators; the upper bound of ``^`` and ``~`` stands nowhere."""
    if operator not in ("^", "~"):
        return [Clause("==" if operator == "=" else operator, number)]
    public = number[: len(number.value.partition("+")[0])]
    upper = _upper(operator, public.value)
    if not upper:
        return [Clause(">=", public)]
    return [Clause(">=", public), Clause("<", Text(upper, [NOWHERE] * len(upper)))]


def _upper(operator: str, version: str) -> str:
    """The first version that ``^version`` or ``~version`` excludes, or ``""``."""
    match = re.match(r"\d+(?:\.\d+)*", version)
    if not match:
        return ""
    parts = [int(part) for part in match.group().split(".")]
    if operator == "~":
        place = min(len(parts), 2) - 1
    else:
        place = next((i for i, part in enumerate(parts) if part), len(parts) - 1)
    return ".".join(map(str, [*parts[:place], parts[place] + 1]))
