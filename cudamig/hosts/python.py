"""Python sources, by ``ast``: the tree, the names in it, and where its nodes stand in the text."""

from __future__ import annotations

import ast
import sys
import warnings
from functools import cached_property

from cudamig.hosts import NotUnderstood
from cudamig.hosts.python_names import Names
from cudamig.hosts.python_takers import Takers
from cudamig.model import Span
from cudamig.nodes import Node
from cudamig.source import Source


class PythonDocument:
    """A module."""

    def __init__(self, source: Source, tree: ast.Module) -> None:
        """``tree`` is the parsed ``source.text``."""
        self.source, self.tree = source, tree
        self.errors = 0
        self.takers: Takers | None = None  # what other files take from this one, where a matcher knows them

    @cached_property
    def names(self) -> Names:
        """The module's imports and what resolves to them; read once, when a matcher asks."""
        return Names(self.tree)

    @cached_property
    def nodes(self) -> list[Node]:
        """What the module installs and asks for; looked for when it is asked, which few modules are."""
        from cudamig.hosts import python_installs, python_setup
        from cudamig.hosts.python_values import Values

        values = Values(self.source, self.names)
        return [*python_installs.nodes(self.tree, values), *python_setup.nodes(self.tree, values)]

    def span(self, node: ast.expr | ast.stmt | ast.alias | ast.keyword) -> Span:
        """Where a node stands, in code points of the text; parentheses around it do not belong to it."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        at = self.source.at
        return Span(at(node.lineno - 1, node.col_offset), at(node.end_lineno - 1, node.end_col_offset))


def parse(source: Source) -> PythonDocument:
    """Parse a module. Raises NotUnderstood with the line of the first syntax error."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return PythonDocument(source, ast.parse(source.text))
    except SyntaxError as error:
        raise NotUnderstood(f"line {error.lineno}: {error.msg}") from None
    except (RecursionError, MemoryError):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise NotUnderstood(f"an expression is nested too deeply for Python {version}, which runs cudamig") from None
    except ValueError as error:
        raise NotUnderstood(str(error)) from None
