"""New import lines, where the file's own order has them."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Sequence

from cudamig.codemods.refused import Refused
from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_lists import indent, line_start
from cudamig.hosts.python_scopes import Import
from cudamig.model import Edit, Span

_REST = re.compile(r"[ \t\f]*(#[^\r\n]*)?(?=[\r\n]|\Z)")

Statement = ast.Import | ast.ImportFrom


def new_import(document: PythonDocument, module: str, near: Import) -> list[Edit]:
    """The edit that adds ``import module`` beside ``near``, or among the imports that it sorts with. Raises Refused.

    ``near`` stands in the scope that needs the name; where that is a branch, the line goes to the top of the module.
    """
    body: list[ast.stmt] = getattr(near.scope.node, "body", []) if near.unconditional else document.tree.body
    statements = [each for each in body if isinstance(each, (ast.Import, ast.ImportFrom)) and not _future(each)]
    statements = [each for each in statements if each.lineno <= near.statement.lineno]
    if not statements:
        raise Refused(f"there is no place for `import {module}` that is sure to run first")
    same = [each for each in statements if _standard(module_of(each)) == _standard(module)]
    if near.statement in same:
        same = _paragraph(same, near.statement)
    earlier = [each for each in same if isinstance(each, ast.Import) and module_of(each) <= module]
    line = f"import {module}"
    if earlier:
        edits = insert(document, earlier[-1], [line], after=True)
    elif same:
        edits = insert(document, same[0], [line], after=False)
    elif _standard(module):
        edits = insert(document, statements[0], [line, ""], after=False)
    else:
        edits = insert(document, statements[-1], ["", line], after=True)
    return [Edit(document.source.path, span, new) for span, new in edits]


def beside(
    document: PythonDocument, statement: Statement, lines: Sequence[str], module: str = ""
) -> list[tuple[Span, str]]:
    """New import lines next to a statement that stays: before it or after it, as their order asks. Raises Refused.

    ``module``: what the statement will import from, where that is something else than now.
    """
    own = isinstance(statement, ast.ImportFrom), module or module_of(statement)
    before = [line for line in lines if (line.startswith("from"), line.split()[1]) <= own]
    after = [line for line in lines if line not in before]
    return insert(document, statement, before, after=False) + insert(document, statement, after, after=True)


def insert(document: PythonDocument, statement: Statement, lines: Sequence[str], after: bool) -> list[tuple[Span, str]]:
    """Whole lines before or after a statement, indented as it is. Raises Refused when it shares its lines."""
    if not lines:
        return []
    newline = document.source.newline
    start, end = whole_lines(document, statement)
    blank = indent(document.source.text, start)
    if after:
        return [(Span(end, end), "".join(f"{newline}{blank if line else ''}{line}" for line in lines))]
    following = [*lines[1:], "the statement"]
    text = "".join(f"{line}{newline}{blank if then else ''}" for line, then in zip(lines, following, strict=True))
    return [(Span(start, start), text)]


def whole_lines(document: PythonDocument, statement: Statement) -> Span:
    """The statement with the comment behind it. Raises Refused when anything else shares its lines."""
    text, span = document.source.text, document.span(statement)
    rest = _REST.match(text, span.end)
    if text[line_start(text, span.start) : span.start].strip() or not rest:
        raise Refused("its import shares a line with other code")
    return Span(span.start, rest.end())


def module_of(statement: Statement) -> str:
    """The module that a statement imports, or imports from."""
    if isinstance(statement, ast.ImportFrom):
        return "." * statement.level + (statement.module or "")
    return statement.names[0].name


def _paragraph(statements: list[Statement], near: Statement) -> list[Statement]:
    """The statements around ``near`` that no blank line or other code separates from it."""
    first = last = statements.index(near)
    while first > 0 and _adjacent(statements[first - 1], statements[first]):
        first -= 1
    while last + 1 < len(statements) and _adjacent(statements[last], statements[last + 1]):
        last += 1
    return statements[first : last + 1]


def _adjacent(a: Statement, b: Statement) -> bool:
    return b.lineno - (a.end_lineno or a.lineno) <= 1


def _standard(name: str) -> bool:
    return name.partition(".")[0] in sys.stdlib_module_names


def _future(statement: Statement) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
