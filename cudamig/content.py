"""Files whose name does not say what they are: recognised by what stands in them, with a cheap look at their bytes.

Shell scripts without a suffix, by their first line; and requirements files that have another name. Of these every
line must be one that pip reads, and one must be typical of such a file and name torch or CUDA: prose, word lists,
logs and reports hold other lines too.
"""

from __future__ import annotations

import re

NAMELESS = ("text", "script")  # kinds of files that are read to know what they are
MAX_BYTES = 65_536  # lists and scripts that people keep are short
_OURS = (b"torch", b"cupy", b"cu1", b"cu9")
_SPEC = rb"(?:===|==|~=|!=|<=|>=|<|>)[ \t]*[\w.*+!-]+"
_NAME = rb"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?(?:\[[\w., -]*\])?"
_LINE = re.compile(
    rb"[ \t]*(?:" + _NAME + rb"[ \t]*(?:" + _SPEC + rb"(?:[ \t]*,[ \t]*" + _SPEC + rb")*|@[ \t]*\S+)?"
    rb"(?:[ \t]*;[ \t]*(?:python|sys_|platform|os_name|implementation|extra)[^#]*)?(?:[ \t]*\\)?"
    rb"|--?[A-Za-z][\w-]*(?:[ =][^#]*)?|(?:git\+)?https?://\S+|\./\S*)?[ \t]*(?:#.*)?\r?$"
)
_TYPICAL = re.compile(
    rb"^[ \t]*(?:(?:torch(?:vision|audio)?|cupy-cuda\w+|[\w-]+-cu\d+)"
    rb"(?:\[[\w, ]*\])?[ \t]*(?:==|~=|>=|<=|<|@[ \t]*https)"
    rb"|(?:-i|-f|--(?:extra-)?index-url|--find-links)[ =]\S*download\.pytorch\.org)",
    re.M,
)


_SHEBANG = re.compile(rb"#![ \t]*(?:/\S*/)?(?:env[ \t]+(?:-S[ \t]+)?)?(?:ba|z|da|k)?sh(?=\s|$)")


def kind(asked: str, raw: bytes) -> str | None:
    """What a file of kind ``text`` or ``script`` is; None for one that no host reads."""
    if asked == "script":
        return "shell" if len(raw) <= MAX_BYTES and _SHEBANG.match(raw) else None
    return "requirements" if is_requirements(raw) else None


def is_requirements(raw: bytes) -> bool:
    """Whether the bytes of a ``.txt`` or ``.in`` file are a list of requirements that names torch or CUDA."""
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if len(raw) > MAX_BYTES or not any(word in raw for word in _OURS) or not _TYPICAL.search(raw):
        return False
    return all(_LINE.match(line) for line in raw.split(b"\n"))
