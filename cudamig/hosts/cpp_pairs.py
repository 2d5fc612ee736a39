"""Which bracket closes which, in code, in macro bodies, and across ``#if`` branches."""

from __future__ import annotations

from typing import Any, NamedTuple

from cudamig.hosts.cpp_lex import Tokens

_CLOSES = {")": "(", "]": "[", "}": "{"}
_OPENS = frozenset("([{")
_REACH = 50  # how many brackets that were left open one closing bracket may end

_Stack = tuple[int, Any] | None  # open brackets as a linked list: going back to an earlier state costs nothing


class Pairs(NamedTuple):
    """``of[i]`` is the token that closes, or is closed by, bracket ``i``; -1 for other tokens and lone brackets."""

    of: list[int]
    lone: int  # closing brackets that close nothing, and brackets that are never closed


class _Matching:
    """The state of one walk over a file's tokens."""

    def __init__(self, words: list[str]) -> None:
        self.words, self.of, self.lone = words, [-1] * len(words), 0
        self.stack: _Stack = None

    def take(self, index: int) -> None:
        """Go past one token."""
        word = self.words[index]
        if word in _OPENS:
            self.stack = index, self.stack
        elif word in _CLOSES:
            self._close(index, _CLOSES[word])

    def _close(self, index: int, wanted: str) -> None:
        stack, skipped = self.stack, 0
        while stack and self.words[stack[0]] != wanted and skipped < _REACH:
            stack, skipped = stack[1], skipped + 1
        if not stack or self.words[stack[0]] != wanted:
            self.lone += 1
            return
        self.of[index], self.of[stack[0]] = stack[0], index
        self.lone += skipped
        self.stack = stack[1]

    def drop(self) -> None:
        """Give up what is still open."""
        while self.stack:
            self.stack, self.lone = self.stack[1], self.lone + 1


def pair(tokens: Tokens) -> Pairs:
    """Match round, square and curly brackets.

    A macro body is matched by itself. Each branch of an ``#if`` chain begins with the brackets that were open before
    the chain; what its first branch leaves open is open after it.
    """
    state = _Matching(tokens.words)
    bodies = {macro.start: macro for macro in tokens.macros}
    chains: list[list[_Stack]] = []  # open before the chain, open after its first branch (when that has ended)
    index = 0
    for directive in tokens.directives:
        while index < len(tokens.words) and tokens.starts[index] < directive.start:
            state.take(index)
            index += 1
        if directive.start in bodies:
            outside, state.stack = state.stack, None
            index = max(index, bodies[directive.start].first)
            while index < bodies[directive.start].last:
                state.take(index)
                index += 1
            state.drop()
            state.stack = outside
        elif directive.name in ("if", "ifdef", "ifndef"):
            chains.append([state.stack])
        elif directive.name in ("else", "elif", "elifdef", "elifndef") and chains:
            chains[-1].append(state.stack)
            state.stack = chains[-1][0]
        elif directive.name == "endif" and chains:
            chain = chains.pop()
            state.stack = chain[1] if len(chain) > 1 else state.stack
    for rest in range(index, len(tokens.words)):
        state.take(rest)
    state.drop()
    return Pairs(state.of, state.lone)
