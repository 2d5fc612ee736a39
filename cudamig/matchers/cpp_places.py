"""What all C++ matchers ask about a place: is old code meant there, is a name the file's own, is this torch code."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable

from cudamig.hosts.cpp import CppDocument, Include
from cudamig.hosts.cpp_expr import is_name
from cudamig.model import Finding, Fix, Related, Severity, Span, manual
from cudamig.rules.model import Context, Rule

# A test of a version, or of a macro that stands for one: what is below it is there for an old release.
_VERSIONED = re.compile(
    r"(?i:(?<!con)(?<!in)version)|CUDACC_VER|__has_include|(?:TORCH|ATEN)_?V?\d|TORCH_(?:OLD|NEW|GE|GT|LE|LT)"
    r"|(?:OLD|NEW|LEGACY)_?(?:PY)?TORCH|\b(?:AT|TORCH|C10|THC?)_\w*(?:CHECK|DISPATCH|ASSERT|ERROR|WARN)"
)
_GUARDED = "drop the branch when no release that it is for has to be supported any more"
_NO_TYPE = re.compile("return|else|do|throw|case|co_return|co_yield|co_await|and|or|not|[A-Z][A-Z0-9]*_[A-Z0-9_]+")
_AFTER = ("const", "noexcept", "override", "final")  # a method's brackets
_TORCH_HEADER = re.compile(r"torch|ATen|c10|THC?/")
_NAMESPACES = frozenset(("at", "torch", "c10"))


def guard(document: CppDocument, offset: int, names: Iterable[str] = ()) -> str:
    """Where old code is meant at a place: ``"behind #if X"``, ``"in the #else of #if X"``; ``""`` for nowhere.

    X is a test of a version, or for one of ``names``.
    """
    words = set(names)
    for branch in document.branches.around(offset):
        for index, test in enumerate(branch.tests):
            if _VERSIONED.search(test) or words.intersection(re.findall(r"\w+", test)):
                return f"{'in the #else of' if branch.tests[index + 1 :] else 'behind'} #if {test}"
    return ""


def finding(
    document: CppDocument,
    context: Context,
    rule: Rule,
    span: Span,
    message: str,
    fix: Fix,
    related: tuple[Related, ...] = (),
    names: Iterable[str] = (),
) -> Finding:
    """A finding in a C++ file. Behind a test of a version, or for one of ``names``, it is told and left as it is."""
    where = guard(document, span.start, names)
    if not where:
        return context.finding(rule, document.source.path, span, message, fix, related)
    left = manual(_GUARDED, f"it stands {where}, so it is taken as meant for some releases only")
    return context.finding(rule, document.source.path, span, message, left, related, Severity.INFO)


def own(document: CppDocument, name: str) -> bool:
    """Whether the repository defines ``name``, in the file or in a header that it includes: then it is not torch's."""
    return _defines(document, name) or any(_defines(header, name) for header in document.headers(name))


def _defines(document: CppDocument, name: str) -> bool:
    if name not in document.defines:
        document.defines[name] = _defined(document, name)
    return document.defines[name]


def _defined(document: CppDocument, name: str) -> bool:
    if name in document.macros:
        return True
    words = document.words
    for index, word in enumerate(words):
        if word == name and index and words[index + 1 : index + 2] == ["("]:
            before, after = words[index - 1], document.pairs[index + 1] + 1
            while 0 < after < len(words) and words[after] in _AFTER:
                after += 1
            following = words[after] if 0 < after < len(words) else ""
            typed = is_name(before) and not _NO_TYPE.fullmatch(before)
            if (following == "{" and (typed or before in (">", "*", "&"))) or (following == ";" and typed):
                return True
    return False


def speaks_torch(document: CppDocument) -> bool:
    """Whether the file names libtorch: a header of it (which another may include), or one of its namespaces."""
    if any(map(of_torch, document.includes)) or names_torch(document):
        return True
    return any(any(map(of_torch, header.includes)) for header in document.headers("include"))


def of_torch(include: Include) -> bool:
    """Whether an include is a header of libtorch, or one of the repository that has torch in its name."""
    return _TORCH_HEADER.search(include.name) is not None


def names_torch(document: CppDocument) -> bool:
    """Whether the file names something in a namespace of libtorch."""
    pairs = itertools.pairwise(document.words)
    return any(word in _NAMESPACES and after == "::" for word, after in pairs)


def conditions(document: CppDocument, offset: int) -> frozenset[tuple[str, ...]]:
    """The conditions under which a place is compiled, as far as the file says."""
    return frozenset(branch.tests for branch in document.branches.around(offset) if branch.tests)


def fate(rule: Rule, context: Context) -> str:
    """``"gone since torch 1.5"``, ``"deprecated since torch 1.3"``, ``"deprecated, and gone from CUDA 13.0 on"``."""
    gone, old = _release(rule.removed), _release(rule.since)
    if gone:
        return f"gone since {gone}" if context.target.reaches(rule.removed) else f"deprecated, and gone from {gone} on"
    return f"deprecated since {old}" if old else "old"


def _release(versions: dict[str, str]) -> str:
    return " and ".join(f"{'CUDA' if name == 'cuda' else name} {version}" for name, version in versions.items())
