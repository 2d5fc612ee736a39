"""Python sources, by ``ast``."""

from __future__ import annotations

import ast
import warnings

from cudamig.hosts import NotUnderstood
from cudamig.nodes import Node
from cudamig.source import Source


class PythonDocument:
    """A module."""

    def __init__(self, source: Source, tree: ast.Module) -> None:
        self.source, self.tree = source, tree
        self.nodes: list[Node] = []
        self.errors = 0


def parse(source: Source) -> PythonDocument:
    """Parse a module. Raises NotUnderstood with the line of the first syntax error."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return PythonDocument(source, ast.parse(source.text))
    except SyntaxError as error:
        raise NotUnderstood(f"line {error.lineno}: {error.msg}") from None
    except (ValueError, MemoryError) as error:
        raise NotUnderstood(str(error) or "nested too deeply") from None
