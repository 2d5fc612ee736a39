"""What all CUDA matchers ask about a place: is it compiled for AMD's HIP, which has CUDA's old names for good."""

from __future__ import annotations

import re

from cudamig.hosts.cpp import CppDocument

_HIP = re.compile(r"HIP|ROCM|hip_runtime")
_NEGATED = re.compile(r"![\s(]*(?:defined)?[\s(]*\w*(?:HIP|ROCM)")


def for_hip(document: CppDocument, offset: int) -> bool:
    """Whether only HIP compiles a place: it stands in the branch of an ``#if`` for it."""
    for branch in document.branches.around(offset):
        named = [test for test in branch.tests if _HIP.search(test)]
        own = branch.tests[-1] if branch.tests else ""
        if named and bool(_NEGATED.search(named[-1])) != (named[-1] == own):
            return True
    return False


def speaks_hip(document: CppDocument) -> bool:
    """Whether a file is for HIP too: it includes a header of it, or tests for it."""
    headers = any("hip" in include.name.lower() for include in document.includes)
    return headers or any(_HIP.search(test) for branch in document.branches.all for test in branch.tests)
