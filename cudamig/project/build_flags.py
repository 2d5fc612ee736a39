"""Flags of compilers and linkers in build files: an old C++ ABI, an old standard, a library that is gone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cudamig.engine import FileResult
from cudamig.facts.targets import Target
from cudamig.model import Safety, Severity, Span
from cudamig.nodes import Install, Requirement, Setting
from cudamig.project.cmake import STANDARD, standard
from cudamig.project.place import Place
from cudamig.text import Text

KINDS = ("cmake", "shell", "make", "batch", "dockerfile", "singularity")
_ABI = re.compile(r"_GLIBCXX_USE_CXX11_ABI=0(?!\w)")
_NVTX = re.compile(r"(?<![\w./-])(?:-l|CUDA::)?nvToolsExt(?![\w.])|libnvToolsExt\.(?:so|a)(?![\w])")
_CHOICE = re.compile(r"ABI|(?:^|_)TF\d?(?:_|$)|TENSORFLOW", re.I)  # the flag is meant for one case
_LIBTORCH = re.compile(r"torch/(?:include|lib|csrc)|cpp_extension|libtorch|-ltorch|TORCH_(?:INCLUDE|LIB|DIR|PATH)")


def judge(result: FileResult, target: Target) -> Iterator[Place]:
    """The places of one file; each stays or moves by itself."""
    if result.kind not in KINDS:
        return
    texts = list(_texts(result))
    torch = any("torch" in text.value.lower() for text in texts) or any(
        isinstance(node, Requirement) and node.name == "torch" for node in result.nodes
    )
    against = any(_LIBTORCH.search(text.value) for text in texts)
    chosen = [
        node.span
        for node in result.nodes
        if isinstance(node, Install) and node.tool == "guard" and any(_CHOICE.search(w.value) for w in node.words)
    ]
    for text in texts:
        for found in _ABI.finditer(text.value) if torch else ():
            if not any(guard.start <= text.start < guard.end for guard in chosen):
                message = f"the old C++ ABI; torch {target.torch} is built with the new one"
                yield _told("old-abi", result.path, text[slice(*found.span())], message)
        for found in _NVTX.finditer(text.value):
            message = f"{found.group()} is version 2 of NVTX, which CUDA {target.cuda_minor} does not have"
            yield _told("nvtx-library", result.path, text[slice(*found.span())], message)
        for found in STANDARD.finditer(text.value) if against and result.kind != "cmake" else ():
            for place in standard(result.path, text, *found.span(1), target):
                why = "not all that is compiled with it may include torch's headers"
                yield place._replace(alone=True, safety=Safety.UNSAFE, reason=why)


def _told(role: str, path: str, text: Text, message: str) -> Place:
    span = text.stretch() or Span(0, 0)
    return Place(role, path, span, message, Severity.ERROR, alone=True)


def _texts(result: FileResult) -> Iterator[Text]:
    """What is set and what is handed to commands, each place once."""
    seen: set[int] = set()
    for node in result.nodes:
        texts = (node.value,) if isinstance(node, Setting) else node.words if isinstance(node, Install) else ()
        if isinstance(node, Install) and node.tool in ("message", "guard"):
            continue
        for text in texts:
            if text.start >= 0 and text.start not in seen:
                seen.update(text.at)
                yield text
