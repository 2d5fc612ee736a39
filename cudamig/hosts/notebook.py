"""Jupyter notebooks: the commands of their cells, and the Python of all code cells as one module.

Matchers see the module; what they find is placed in the JSON again. Outputs and all else are never touched.
"""

from __future__ import annotations

import itertools
from typing import Any

from cudamig.hosts import NotUnderstood, installs, python
from cudamig.hosts import notebook_cells as magics
from cudamig.hosts.notebook_json import Cell, cells, escaped
from cudamig.hosts.notebook_lines import line_edit
from cudamig.hosts.python_names import Names
from cudamig.hosts.shell import commands
from cudamig.model import Edit, Finding, Span
from cudamig.nodes import IndexOption, Node, Requirement
from cudamig.source import Source
from cudamig.text import NOWHERE, Text

_CODE = 1 << 40  # added to the scopes of commands in the module, so that they differ from those of lines for a shell


class NotebookDocument:
    """A notebook as matchers see it: ``source`` is the module that its cells make up."""

    def __init__(self, notebook: Source, found: list[Cell]) -> None:
        """``found``: all cells of ``notebook``."""
        self._text = notebook.text
        self._cells = [cell for cell in found if cell.code]
        self.errors = 0
        self._begins = [begin for cell in self._cells for begin in (*cell.begins, NOWHERE)]
        self._module = self._joined()
        code = Source(notebook.path, self._module.value.encode(), notebook.kind)
        try:
            self._python = python.parse(code)
        except NotUnderstood:
            self.errors += 1
            self._python = python.parse(Source(notebook.path, b"", notebook.kind))
        self.source, self.tree, self.span = self._python.source, self._python.tree, self._python.span

    @property
    def names(self) -> Names:
        """What the names of the module stand for."""
        return self._python.names

    @property
    def nodes(self) -> list[Node]:
        """Install commands of all code cells."""
        found: list[Node] = []
        for cell in self._cells:
            for script in magics.scripts(cell.text):
                span = Span(script.start, script.at[-1] + 1) if script.start != NOWHERE else Span(0, 0)
                found += installs.nodes(commands(script), span, 0)
        return [*found, *map(self._placed_node, self._python.nodes)]

    def placed(self, finding: Finding) -> Finding:
        """A finding on the module as one on the notebook; edits are written as JSON."""
        edits = [edit for old in finding.fix.edits for edit in self._edits(old)]
        related = tuple(other._replace(span=self._span(other.span)) for other in finding.related)
        fix = finding.fix._replace(edits=tuple(edits))
        return finding._replace(span=self._span(finding.span), fix=fix, related=related)

    def _joined(self) -> Text:
        """The code cells, one after the other; of a cell that cannot be read only its lines are left."""
        value: list[str] = []
        at: list[int] = []
        for cell in self._cells:
            code = magics.python(cell.text.value)
            self.errors += code is None
            value += [magics.blank(cell.text.value) if code is None else code, "\n"]
            at += [*cell.text.at, NOWHERE]
        return Text("".join(value), at)

    def _edits(self, edit: Edit) -> list[Edit]:
        """One edit for each JSON string that an edit of the module reaches into; the first writes all of the new."""
        stretches: list[Span] = []
        for offset in range(*edit.span):
            start, end = self._begins[offset], self._module.at[offset] + 1
            if start == NOWHERE:
                continue
            if stretches and stretches[-1].end == start:
                stretches[-1] = Span(stretches[-1].start, end)
            else:
                stretches.append(Span(start, end))
        if not stretches:
            stretches.append(self._point(edit.span.start))
        new = [edit.replacement, *([""] * (len(stretches) - 1))]
        placed = [line_edit(self._text, stretch, text) for stretch, text in zip(stretches, new, strict=True)]
        apart = all(one[0].end <= other[0].start for one, other in itertools.pairwise(placed))
        if not apart:  # the last line goes with the comma before it
            placed = [(stretch, escaped(text)) for stretch, text in zip(stretches, new, strict=True)]
        return [Edit(edit.path, span, text) for span, text in placed]

    def _point(self, offset: int) -> Span:
        """The place between two characters of the module; at the end of a cell, before the quote that ends it."""
        if offset and self._begins[offset : offset + 1] == [NOWHERE] and self._module.at[offset - 1] != NOWHERE:
            end = self._module.at[offset - 1] + 1
            return Span(end, end)
        following = (begin for begin in self._begins[offset:] if begin != NOWHERE)
        here = next(following, max((at + 1 for at in self._module.at), default=0))
        return Span(here, here)

    def _span(self, span: Span) -> Span:
        inside = [offset for offset in range(*span) if self._begins[offset] != NOWHERE]
        if not inside:
            return self._point(span.start)
        return Span(self._begins[inside[0]], self._module.at[inside[-1]] + 1)

    def _placed_node(self, node: Node) -> Node:
        changes: dict[str, Any] = {}
        for name, value in node._asdict().items():
            changes[name] = self._placed_value(value)
        if isinstance(node, Requirement):
            changes["end"] = self._point(node.end).start if node.end > 0 else -1
        if isinstance(node, Requirement | IndexOption) and node.scope >= 0:
            changes["scope"] = node.scope + _CODE
        return node._replace(**changes)

    def _placed_value(self, value: Any) -> Any:
        if isinstance(value, Text):
            return Text(value.value, [self._module.at[at] if at != NOWHERE else NOWHERE for at in value.at])
        if isinstance(value, Span):
            return self._span(value)
        if isinstance(value, tuple) and hasattr(value, "_asdict"):
            return type(value)(*map(self._placed_value, value))
        return tuple(map(self._placed_value, value)) if isinstance(value, tuple) else value


def parse(source: Source) -> NotebookDocument:
    """Read a notebook. Raises NotUnderstood for what is none."""
    return NotebookDocument(source, cells(source.text))
