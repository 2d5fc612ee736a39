"""Conditional compilation: which ``#if`` branches a place lies in, and what was tested to get there."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterator
from typing import NamedTuple

from cudamig.hosts.cpp_lex import Directive, Macro

_OPEN = ("if", "ifdef", "ifndef")
_NEXT = ("elif", "elifdef", "elifndef", "else")


class Branch(NamedTuple):
    """The text between two directives of one ``#if`` chain.

    ``tests`` are the conditions of the chain up to this branch, its own last (empty for ``#else``); ``ifdef X`` reads
    ``defined(X)``. An include guard tests nothing.
    """

    start: int
    end: int
    parent: int  # index of the branch around it, -1 at top level
    tests: tuple[str, ...]

    @property
    def first(self) -> bool:
        """Whether it is the ``#if`` branch of its chain."""
        return len(self.tests) <= 1

    @property
    def dead(self) -> bool:
        """Whether no compiler ever sees it: ``#if 0``, or the ``#else`` of ``#if 1``."""
        own = self.tests[-1] if self.tests else ""
        return own in ("0", "false") or any(test in ("1", "true") for test in self.tests[:-1])


class Branches:
    """All branches of a file, in order of their start. Chains without an end go on to the end of the file."""

    def __init__(self, directives: list[Directive], macros: list[Macro], length: int) -> None:
        self.all: list[Branch] = []
        self._edges, self._owners = [0], [-1]
        open_: list[tuple[int, tuple[str, ...]]] = []  # branch, conditions of its chain so far
        guards = _guards(directives, macros)
        for directive in directives:
            if directive.name in _OPEN:
                parent = open_[-1][0] if open_ else -1
                condition = () if directive.start in guards else (_test(directive),)
                open_.append(self._enter(directive, parent, condition, length))
            elif directive.name in _NEXT and open_:
                branch, tests = open_.pop()
                self._close(branch, directive)
                tests = (*tests, _test(directive))
                open_.append(self._enter(directive, self.all[branch].parent, tests, length))
            elif directive.name == "endif" and open_:
                branch, _ = open_.pop()
                self._close(branch, directive)
                self._edge(directive.end, self.all[branch].parent)

    def around(self, offset: int) -> Iterator[Branch]:
        """The branches that a place lies in, the innermost first."""
        index = self._owners[bisect.bisect_right(self._edges, offset) - 1]
        while index >= 0:
            yield self.all[index]
            index = self.all[index].parent

    def _enter(
        self, directive: Directive, parent: int, tests: tuple[str, ...], length: int
    ) -> tuple[int, tuple[str, ...]]:
        self.all.append(Branch(directive.end, length, parent, tests))
        self._edge(directive.end, len(self.all) - 1)
        return len(self.all) - 1, tests

    def _close(self, branch: int, directive: Directive) -> None:
        self.all[branch] = self.all[branch]._replace(end=directive.start)

    def _edge(self, offset: int, owner: int) -> None:
        self._edges.append(offset)
        self._owners.append(owner)


def _test(directive: Directive) -> str:
    if directive.name in ("ifdef", "elifdef"):
        return f"defined({directive.text})"
    if directive.name in ("ifndef", "elifndef"):
        return f"!defined({directive.text})"
    return "" if directive.name == "else" else directive.text


def _guards(directives: list[Directive], macros: list[Macro]) -> set[int]:
    """Offsets of each ``#ifndef X`` that ``#define X`` without a value follows at once."""
    empty = {macro.start: macro.name for macro in macros if macro.params is None and macro.first == macro.last}
    pairs = itertools.pairwise(directives)
    return {a.start for a, b in pairs if a.name == "ifndef" and empty.get(b.start) == a.text}
