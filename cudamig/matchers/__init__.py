"""The matcher kinds that a rule file may name, and where each lives.

A matcher finds the places of a file where its rules apply. ``match(document, rules, context)`` gets all active
rules of its kind at once, so that it can look at a file once and move names of several rules together. Matchers with
``stack`` are different: their rules name the places that ``cudamig.project`` finds in all files together.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from cudamig.model import Finding
    from cudamig.rules.model import Context, Rule

    Match = Callable[[Any, Sequence[Rule], Context], Iterable[Finding]]


class Matcher(NamedTuple):
    """Where a matcher kind lives (a module of this package) and which host kinds it reads by default."""

    module: str
    kinds: tuple[str, ...]
    stack: bool = False


# kinds of files whose nodes name a stack
STACK = (
    *("dockerfile", "singularity", "requirements", "toml", "ini", "tox", "yaml", "json", "markup"),
    *("shell", "make", "batch"),
)
KINDS = (*STACK, "lock", "cmake", "bake", "notebook", "python", "cpp")

DECLARED = ("toml", "ini", "tox")  # where a stack may be no more than a name and a number: torch = "^2.1"

# Programs rarely name a stack and are many: one is read for it when one of these words stands in it, and one of those
# beside it.
_INSTALLED = (b"torch==", b"torch<", b"torch>", b"torch~=", b"vision==", b"audio==", b"xformers==", b"cupy-cuda")
_ADDRESSES = ((b"download.pytorch.org/whl", ()), (b"nvidia/cuda:", ()), (b"pytorch/pytorch:", ()))
SIGNS: dict[str, tuple[tuple[bytes, tuple[bytes, ...]], ...]] = {
    "notebook": ((b"install", _INSTALLED), *_ADDRESSES),
    "python": ((b"install", _INSTALLED), (b"install_requires", (b"torch", b"requirements")), *_ADDRESSES),
}

MATCHERS = {
    "stack": Matcher("", STACK, stack=True),
    "pip-trap": Matcher("pip_trap", ("requirements",)),
    "cpp-accessor": Matcher("cpp_accessor", ("cpp",)),
    "cpp-dispatch": Matcher("cpp_dispatch", ("cpp",)),
    "cpp-gone": Matcher("cpp_gone", ("cpp",)),
    "cpp-handle": Matcher("cpp_handle", ("cpp",)),
    "cpp-include": Matcher("cpp_include", ("cpp",)),
    "cpp-type-comparison": Matcher("cpp_compare", ("cpp",)),
    "cpp-type-options": Matcher("cpp_options", ("cpp",)),
    "cpp-macro": Matcher("cpp_macro", ("cpp",)),
    "cpp-method-chain": Matcher("cpp_chain", ("cpp",)),
    "cpp-method": Matcher("cpp_method", ("cpp",)),
    "cpp-name": Matcher("cpp_name", ("cpp",)),
    "cuda-atomic": Matcher("cuda_atomic", ("cpp",)),
    "cuda-base": Matcher("cuda_base", ("cpp",)),
    "cuda-field": Matcher("cuda_field", ("cpp",)),
    "cuda-include": Matcher("cuda_include", ("cpp",)),
    "cuda-location": Matcher("cuda_location", ("cpp",)),
    "cuda-name": Matcher("cuda_name", ("cpp",)),
    "cuda-shuffle": Matcher("cuda_shuffle", ("cpp",)),
    "python-architecture": Matcher("python_architecture", ("python",)),
    "python-build-flag": Matcher("python_build", ("python",)),
    "python-method": Matcher("python_method", ("python", "notebook")),
    "python-name": Matcher("python_name", ("python", "notebook")),
    "python-object": Matcher("python_object", ("python", "notebook")),
    "python-option": Matcher("python_option", ("python", "notebook")),
    "kubeflow": Matcher("kubeflow", ("yaml",)),
    "suppression": Matcher("", KINDS, stack=True),
}


def load(kind: str) -> Match:
    """The ``match`` function of a matcher kind; its module is imported only now."""
    module = importlib.import_module(f"cudamig.matchers.{MATCHERS[kind].module}")
    match: Match = module.match
    return match
