"""C++ and CUDA sources and headers.

A document is a flat list of tokens (comments, strings and macro bodies told apart), with the brackets that belong
together and the ``#if`` branches around a place. The syntax tree (tree-sitter, on masked text) is built only when
somebody asks for declarations or errors.
"""

from __future__ import annotations

import bisect
import functools
import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from cudamig.hosts import cpp_files, cpp_scope
from cudamig.hosts.cpp_branches import Branches
from cudamig.hosts.cpp_lex import Macro, Tokens, lex
from cudamig.hosts.cpp_mask import blank, mask
from cudamig.hosts.cpp_pairs import Pairs, pair
from cudamig.hosts.cpp_scope import Rows
from cudamig.model import Span
from cudamig.nodes import Node
from cudamig.source import Source

if TYPE_CHECKING:
    from tree_sitter import Tree

    from cudamig.hosts.cpp_tree import Declared

_INCLUDE = re.compile(r"[ \t]*#\s*include\s*([<\"])([^>\"\n]*)[>\"]")


class Include(NamedTuple):
    """An ``#include``. ``name`` and ``quote`` as written; ``span`` is the name's, ``start`` and ``end`` the line's."""

    name: str
    quote: str  # "<" or '"'
    span: Span
    start: int  # of its indentation
    end: int  # before the line end, after a comment


class CppDocument:
    """One C++ or CUDA file."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.files = cpp_files.NONE  # the tree that the file stands in, where the run knows it
        self.nodes: list[Node] = []
        self.defines: dict[str, bool] = {}  # names that were looked for, and whether the file defines them
        self._rows: dict[str, Rows] = {}
        self.tokens, self.branches = _read(source.text)
        self.words, self.starts = self.tokens.words, self.tokens.starts

    @functools.cached_property
    def errors(self) -> int:
        """Syntax errors that the grammar went past, and brackets without a partner (in macro bodies too)."""
        from cudamig.hosts import cpp_tree

        return cpp_tree.errors(self._tree) + self._paired.lone

    @property
    def pairs(self) -> list[int]:
        """For each token: the bracket that it closes or is closed by, or -1."""
        return self._paired.of

    @functools.cached_property
    def declared(self) -> dict[str, list[Declared]]:
        """What each name is declared to be, by name."""
        from cudamig.hosts import cpp_tree

        out: dict[str, list[Declared]] = {}
        for row in cpp_tree.declared(self._tree, self._masked):
            out.setdefault(row.name, []).append(row)
        return out

    def rows(self, name: str) -> Rows:
        """The declarations of a name in the file."""
        if name not in self._rows:
            declared = self.declared.get(name)
            self._rows[name] = Rows(declared) if declared else cpp_scope.NONE
        return self._rows[name]

    def everywhere(self, name: str) -> Iterator[tuple[CppDocument, Rows]]:
        """The declarations of a name in the file, then in each header of the repository that it sees."""
        yield self, self.rows(name)
        for header in self.headers(name):
            yield header, header.rows(name)

    @functools.cached_property
    def includes(self) -> list[Include]:
        """All ``#include`` lines with a literal name."""
        out = []
        for directive in self.tokens.directives:
            if directive.name == "include":
                found = _INCLUDE.match(self.source.text, directive.start, directive.end)
                if found:
                    span = Span(*found.span(2))
                    out.append(Include(found.group(2), found.group(1), span, directive.start, directive.end))
        return out

    @functools.cached_property
    def macros(self) -> dict[str, list[Macro]]:
        """The file's own macros by name."""
        out: dict[str, list[Macro]] = {}
        for macro in self.tokens.macros:
            out.setdefault(macro.name, []).append(macro)
        return out

    @functools.cached_property
    def namespaces(self) -> frozenset[str]:
        """What follows ``namespace`` anywhere: the outer names of namespaces that are opened or used whole."""
        return frozenset(after for word, after in itertools.pairwise(self.words) if word == "namespace")

    def headers(self, word: str) -> Iterator[CppDocument]:
        """The repository's files that this one includes, directly or not, and that hold ``word``."""
        return self.files.headers(self.source.path, word)

    def users(self, word: str) -> Iterator[CppDocument]:
        """The repository's files that include this header, directly or not, and that hold ``word``."""
        return self.files.readers(self.source.path, word)

    def macro_at(self, index: int) -> Macro | None:
        """The macro whose body token ``index`` lies in."""
        place = bisect.bisect_right(self.tokens.macros, index, key=lambda macro: macro.first) - 1
        macro = self.tokens.macros[place] if place >= 0 else None
        return macro if macro and macro.first <= index < macro.last else None

    @functools.cached_property
    def _paired(self) -> Pairs:
        return pair(self.tokens)

    @functools.cached_property
    def _masked(self) -> str:
        return mask(self.tokens, self.pairs, self.branches)

    @functools.cached_property
    def _tree(self) -> Tree:
        from cudamig.hosts import cpp_tree

        return cpp_tree.parse(self._masked)


def _read(text: str) -> tuple[Tokens, Branches]:
    """Tokens and branches of a text; what stands below ``#if 0`` is as good as a comment."""
    tokens = lex(text)
    branches = Branches(tokens.directives, tokens.macros, len(text))
    dead = [(branch.start, branch.end) for branch in branches.all if branch.dead]
    if dead:
        tokens = lex(blank(text, dead))
        branches = Branches(tokens.directives, tokens.macros, len(text))
    return tokens, branches


def parse(source: Source) -> CppDocument:
    """Read a file. Any text is taken; what is no C++ shows in ``errors``."""
    return CppDocument(source)
