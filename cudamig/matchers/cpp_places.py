"""What all C++ matchers ask about a place: is old code meant there, is a name the file's own, is this torch code."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable

from cudamig.hosts.cpp import CppDocument, Include
from cudamig.hosts.cpp_expr import is_name
from cudamig.rules.model import Rule

# A test of a version, or of a macro that stands for one: what is below it is there for an old release.
_VERSIONED = re.compile(
    r"VERSION|CUDACC_VER|__has_include|(?:TORCH|ATEN)_?V?\d"
    r"|TORCH_(?:OLD|NEW|GE|GT|LE|LT)|(?:OLD|NEW|LEGACY)_?(?:PY)?TORCH"
    r"|\b(?:AT|TORCH|C10|THC?)_?\w*(?:CHECK|DISPATCH|ASSERT|ERROR|WARN)",
    re.I,
)
_TORCH_HEADER = re.compile(r"torch|ATen|c10|THC?/")
_NAMESPACES = frozenset(("at", "torch", "c10"))


def intended(document: CppDocument, offset: int, names: Iterable[str] = ()) -> bool:
    """Whether old code is meant at a place: behind a version test or a test for one of ``names``, or never compiled."""
    words = set(names)
    for branch in document.branches.around(offset):
        for test in branch.tests:
            if _VERSIONED.search(test) or words.intersection(re.findall(r"\w+", test)):
                return True
        if branch.dead:
            return True
    return False


def own(document: CppDocument, name: str) -> bool:
    """Whether the file itself defines ``name``, as a macro or a function: then it is not torch's."""
    if name in document.macros:
        return True
    words = document.words
    for index, word in enumerate(words):
        if word == name and index and index + 1 < len(words) and words[index + 1] == "(":
            before, after = words[index - 1], document.pairs[index + 1] + 1
            typed = before in (">", "*", "&") or (is_name(before) and before not in ("return", "else", "do"))
            if typed and 0 < after < len(words) and words[after] == "{":
                return True
    return False


def speaks_torch(document: CppDocument) -> bool:
    """Whether the file names libtorch: a header of it, or one of its namespaces."""
    if any(_TORCH_HEADER.search(include.name) for include in document.includes):
        return True
    words = document.words
    return any(word in _NAMESPACES and after == "::" for word, after in itertools.pairwise(words))


def seen_from(document: CppDocument, include: Include, offsets: Iterable[int]) -> bool:
    """Whether an include is compiled wherever the places of ``offsets`` are."""
    needed = set(document.branches.around(include.start))
    return all(needed.issubset(document.branches.around(offset)) for offset in offsets)


def fate(rule: Rule) -> str:
    """``"gone since torch 1.5"``, ``"deprecated since torch 1.3"``."""
    for word, versions in (("gone", rule.removed), ("deprecated", rule.since)):
        for component, version in versions.items():
            return f"{word} since {component} {version}"
    return "old"
