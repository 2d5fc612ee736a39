"""Imports of names that move or are gone, which nothing in their file uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cudamig.codemods.python_imports import Move, rewrite
from cudamig.codemods.python_rows import Row, Rows
from cudamig.codemods.refused import Refused
from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_names import Use
from cudamig.hosts.python_scopes import Import
from cudamig.model import Fix, manual


def unused(document: PythonDocument, rows: Rows, uses: Sequence[Use]) -> Iterator[tuple[Row, Import, Fix]]:
    """Imports of a name that moves or is gone, which nothing in the file uses: another file may."""
    used = {each for use in uses for each in use.imports}
    for found in document.names.imports:
        hit = rows.find(found.target) if found.named and found not in used else None
        if not hit or document.names.fallback(found):
            continue
        row, rest = hit
        if (row.moves or not row.changes_call) and not (row.lacks or row.has):
            yield row, found, _moved(document, found, row, rest)
    yield from _starred(document, rows)


def _moved(document: PythonDocument, found: Import, row: Row, rest: str) -> Fix:
    """Other files may take the name from here: where nothing but its home changes, it moves under its local name."""
    why = _why_unused(document, found)
    alone = len(document.names.resolve(found.scope, found.local)) == 1
    if not alone or not row.dotted or row.changes_call:
        return manual(row.rule.title, why)
    to = row.to + rest
    try:
        edits = rewrite(document, [Move(found, to, found.local, row.needs == to or "." not in to)])
    except Refused as refused:
        return manual(row.rule.title, str(refused))
    return row.mend(tuple(edits), refusal=why)


def _starred(document: PythonDocument, rows: Rows) -> Iterator[tuple[Row, Import, Fix]]:
    """Star imports from a module that is gone or moves: what they bring is not known."""
    for found in document.names.stars:
        hit = rows.find(found.target)
        if hit and hit[0].old.endswith(".") and not document.names.fallback(found):
            fix = manual(hit[0].rule.title, "which of the names in this file it brings is not known")
            yield hit[0], found, fix


def _why_unused(document: PythonDocument, found: Import) -> str:
    if not document.names.resolve(found.scope, found.local):
        return f"`{found.local}` also stands for something else in this file"
    if found.local in document.names.words:
        return f"only strings in this file name `{found.local}`"
    return "nothing in this file uses the import; another file may take it from here"
