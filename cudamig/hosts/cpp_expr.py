"""Expressions in the token stream: macro arguments, template arguments, and chains like ``a[0].b<T>().c``.

Ranges of tokens are half-open.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cudamig.hosts.cpp import CppDocument

ACCESS = (".", "->")
_NAME = re.compile(r"[^\W\d]")
_IN_TYPE = re.compile(r"\w|::|[,*&<>]")
_NO_OPERAND = re.compile(
    "return|throw|else|case|do|new|delete|sizeof|and|or|not|if|while|for|switch|goto|typename|co_return|co_yield|co_await"
)
_LONGEST_TYPE = 200  # tokens between < and >


class Step(NamedTuple):
    """One link of a chain: ``.name<T>`` (member), ``(...)`` (call) or ``[...]`` (index)."""

    kind: str
    name: str
    first: int
    last: int


class Chain(NamedTuple):
    """A postfix expression. Its base is a name with qualifiers (``at::empty``) or something in brackets ("")."""

    name: str
    first: int
    last: int  # of the base
    steps: tuple[Step, ...]


def is_name(word: str) -> bool:
    """Whether a token is an identifier or a keyword."""
    return _NAME.match(word) is not None


def arguments(document: CppDocument, open_: int) -> list[tuple[int, int]]:
    """The arguments of a macro call; ``open_`` is its opening bracket, which must have a partner.

    As for the preprocessor, only round brackets protect a comma.
    """
    out, first, index = [], open_ + 1, open_ + 1
    close = document.pairs[open_]
    while index < close:
        word = document.words[index]
        if word == "(" and document.pairs[index] > index:
            index = document.pairs[index]
        elif word == ",":
            out.append((first, index))
            first = index + 1
        index += 1
    return [*out, (first, close)]


def after_angle(document: CppDocument, index: int) -> int:
    """The token after the template arguments that begin with the ``<`` at ``index``; -1 when it is a comparison."""
    depth = 0
    for here in range(index, min(index + _LONGEST_TYPE, len(document.words))):
        word = document.words[here]
        depth += (word == "<") - (word == ">")
        if not depth:
            return here + 1
        if not _IN_TYPE.match(word):
            break
    return -1


def chain_start(document: CppDocument, last: int) -> int:
    """Where the postfix expression begins that ends before token ``last``; -1 when none ends there."""
    words, index = document.words, last - 1
    while index >= 0:
        index = _operand_start(document, index)
        if index < 1:
            return index
        before = index - 1
        if words[before] == "template":
            before -= 1
        if before < 0 or words[before] not in ACCESS:
            return index
        index = before - 1
    return -1


def _operand_start(document: CppDocument, index: int) -> int:
    """Where ``name``, ``ns::name``, ``name<T>(...)[...]`` or ``(...)`` begins that ends with token ``index``; or -1."""
    words = document.words
    while words[index] in (")", "]"):
        open_ = document.pairs[index]
        before = open_ - 1
        if before >= 0 and words[open_] == "(" and words[before] == ">":
            before = _before_angle(document, before)
        operand = before >= 0 and (words[before] in (")", "]") or is_name(words[before]))
        if not operand or _NO_OPERAND.fullmatch(words[before]):
            return open_ if open_ >= 0 and words[open_] == "(" else -1
        index = before
    if not is_name(words[index]):
        return -1
    while index >= 2 and words[index - 1] == "::" and is_name(words[index - 2]):
        index -= 2
    return index - 1 if index and words[index - 1] == "::" else index


def _before_angle(document: CppDocument, index: int) -> int:
    """The token before the template arguments that end with the ``>`` at ``index``; -1 when there are none."""
    depth = 0
    for here in range(index, max(index - _LONGEST_TYPE, -1), -1):
        word = document.words[here]
        depth += (word == ">") - (word == "<")
        if not depth:
            return here - 1
        if not _IN_TYPE.match(word):
            break
    return -1


def chain(document: CppDocument, first: int, last: int) -> Chain | None:
    """The tokens of a range as one chain; None when they are anything else."""
    words, index, name = document.words, first, ""
    if first < last and words[first] == "(":
        index = document.pairs[first] + 1
    else:
        if index < last and words[index] == "::":
            index += 1
        while index < last and is_name(words[index]):
            name += words[index]
            index += 1
            if index + 1 < last and words[index] == "::":
                name += "::"
                index += 1
            else:
                break
        index = _past_template(document, index, last)
    if index <= first:
        return None
    base = index
    steps = []
    while index < last:
        step = _step(document, index, last)
        if not step:
            return None
        steps.append(step)
        index = step.last
    return Chain(name, first, base, tuple(steps)) if index == last else None


def _step(document: CppDocument, index: int, last: int) -> Step | None:
    words = document.words
    if words[index] in ("(", "["):
        end = document.pairs[index] + 1
        return Step("call" if words[index] == "(" else "index", "", index, end) if end > index else None
    name = index + 1
    if words[index] not in ACCESS or name >= last:
        return None
    if words[name] == "template":
        name += 1
    if name >= last or not is_name(words[name]):
        return None
    return Step("member", words[name], index, _past_template(document, name + 1, last))


def _past_template(document: CppDocument, index: int, last: int) -> int:
    """``index``, or the token after the template arguments that stand there before a call."""
    if index < last and document.words[index] == "<":
        end = after_angle(document, index)
        if 0 < end < last and document.words[end] == "(":
            return end
    return index
