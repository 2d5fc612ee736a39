"""Make CUDA readable for a C++ grammar: blank out, at equal length, what is no C++.

The result is ASCII, so that offsets of the grammar (bytes) are offsets of the text (code points). It is only looked
at to find declarations and syntax errors; edits are made on the text itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from cudamig.hosts.cpp_branches import Branch, Branches
from cudamig.hosts.cpp_lex import BREAK, Tokens

_WORD = re.compile(
    "__(?:global|device|host|shared|constant|managed|grid_constant|forceinline|noinline|inline|restrict)__|__restrict"
)
_CALL = re.compile("__(?:launch_bounds|align|attribute|cluster_dims|maxnreg)__|__declspec")
_ATTRIBUTE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|__(?!asm)[a-z]\w*__")  # HOST_DEVICE, TORCH_API, __mlu_func__
_LOOP = re.compile(r"[A-Z][A-Z0-9_]*_(?:LOOP|FOREACH)")  # CUDA_KERNEL_LOOP(i, n) { ... }
_NAME = re.compile(r"[^\W\d]")
_UNSEEN = re.compile(r"[^\n]")


def mask(tokens: Tokens, pairs: Sequence[int], branches: Branches) -> str:
    """The text with everything blanked that a C++ grammar cannot take; line ends stay."""
    text = tokens.text
    if not text.isascii():
        text = text.encode("ascii", "replace").decode()
    return blank(text, _blanks(tokens, pairs, branches))


def blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with blanks in ``spans`` (in any order, nested ones too); line feeds stay."""
    pieces, last = [], 0
    for start, end in sorted(spans):
        if end > last:
            start = max(start, last)
            pieces += [text[last:start], _UNSEEN.sub(" ", text[start:end])]
            last = end
    return "".join(pieces) + text[last:]


def _blanks(tokens: Tokens, pairs: Sequence[int], branches: Branches) -> Iterator[tuple[int, int]]:
    yield from ((directive.start, directive.end) for directive in tokens.directives)
    yield from ((branch.start, branch.end) for branch in branches.all if not _seen(branch, tokens, pairs))
    words = tokens.words
    following = [*words[1:], BREAK]
    for index, word in enumerate(words):
        after = following[index]
        if _WORD.fullmatch(word) or (_NAME.match(after) and _ATTRIBUTE.fullmatch(word)):
            yield tokens.starts[index], tokens.end(index)
        elif after == "(" and pairs[index + 1] > 0 and (_CALL.fullmatch(word) or _loop(tokens, pairs, index)):
            yield tokens.starts[index], tokens.end(pairs[index + 1])
        elif word == "<" and _triple(tokens, index, "<"):
            end = _launch_end(tokens, pairs, index + 3)
            if end:
                yield tokens.starts[index], end


def _seen(branch: Branch, tokens: Tokens, pairs: Sequence[int]) -> bool:
    """Whether a branch is kept: the first of its chain, or one that is whole statements."""
    if branch.first:
        return True
    inside = range(tokens.at(branch.start), tokens.at(branch.end))
    whole = [i for i in inside if tokens.words[i] != BREAK]
    if not whole or tokens.words[whole[-1]] not in (";", "}"):
        return False
    return all(pairs[i] in inside for i in whole if tokens.words[i] in ("(", "[", "{", ")", "]", "}"))


def _loop(tokens: Tokens, pairs: Sequence[int], index: int) -> bool:
    """Whether a macro call takes the place of ``for (...)``."""
    after = pairs[index + 1] + 1
    return after < len(tokens.words) and tokens.words[after] == "{" and bool(_LOOP.fullmatch(tokens.words[index]))


def _triple(tokens: Tokens, index: int, word: str) -> bool:
    starts = tokens.starts
    same = tokens.words[index : index + 3] == [word] * 3
    return same and starts[index + 2] == starts[index] + 2


def _launch_end(tokens: Tokens, pairs: Sequence[int], index: int) -> int | None:
    """Offset just after the ``>>>`` that ends a launch configuration which begins at token ``index``."""
    words = tokens.words
    while index < len(words):
        word = words[index]
        if word == ">" and _triple(tokens, index, ">"):
            return tokens.end(index + 2)
        if word in (";", "{", "}", ")", "]"):
            return None
        index = pairs[index] + 1 if word in ("(", "[") and pairs[index] > index else index + 1
    return None
