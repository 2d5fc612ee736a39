"""Every name and header that the fixes of C++ and CUDA rules can write, read from the rules themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from cudamig.facts import store
from cudamig.model import Safety
from cudamig.rules.load import known
from cudamig.rules.model import Rule

RULES = [rule for rule in known() if rule.family in ("CPP", "CUD") or "cpp" in rule.kinds]
PAGES: dict[str, dict[str, Any]] = store.load("pages")

# what a matcher only looks for, or tells; never written
_READ = {"old", "message", "title", "reason", "shape", "brought-by", "words", "macros", "harmless", "type", "receiver"}
# whose strings are written, whatever they look like; those of other mappings are when they look like C++
_WRITE = {"names", "chains", "calls", "methods", "members", "new", "to"}
_HEADER_KEYS = {"moved", "header", "headers", "include", "includes"}  # these name headers

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"\n]+)[>"]', re.M)
_BLANK = re.compile(r'//[^\n]*|/\*.*?\*/|R"\((?s:.)*?\)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
_PLACEHOLDER = re.compile(r"\{\w*\}|\$\w+|\\\d|%\w")
_NAME = re.compile(r"(?<!\w)[A-Za-z_]\w*(?:\s*::\s*[A-Za-z_]\w*)*")
_CXX = re.compile(r"[_/:(A-Z]|\.h")
_KEYWORDS = frozenset(
    "alignas alignof and asm auto bool break case catch char char16_t char32_t class const const_cast constexpr "
    "continue decltype default define defined delete do double dynamic_cast elif else endif enum error explicit export "
    "extern false float for friend goto if ifdef ifndef include inline int long mutable namespace new noexcept not "
    "nullptr operator or private protected public pragma register reinterpret_cast return short signed sizeof static "
    "static_assert static_cast struct switch template this throw true try typedef typeid typename undef union unsigned "
    "using virtual void volatile while".split()
)


class Written(NamedTuple):
    """A name, or the path of a header, that a fix of ``rule`` can write."""

    rule: Rule
    name: str
    header: bool


def written() -> Iterator[Written]:
    """What the data of the rules and their examples show, each once for a rule."""
    for rule in RULES:
        found = set() if rule.safety is Safety.MANUAL else {*_data(rule.args), *_data(rule.fix)}
        for example in PAGES[rule.id]["examples"]:
            if "after" in example:
                pairs = [(example["before"], example["after"])]
                beside = example.get("with", {})
                pairs += [(beside[path], text) for path, text in example.get("with-after", {}).items()]
                found |= {new for before, after in pairs for new in _texts(after) - _texts(before)}
        yield from (Written(rule, name, header) for name, header in sorted(found))


def _data(value: Any, key: str = "", old: str = "") -> Iterator[tuple[str, bool]]:
    """The names in a rule's data. ``key``: the nearest key that tells whether they are written; ``old``: what they replace.

    A name that stands alone under another key is one to look for, and so are those of a list.
    """
    if key in _READ:
        return
    if isinstance(value, dict):
        for inner, entry in value.items():
            known = inner in _READ | _WRITE | _HEADER_KEYS
            yield from _data(entry, inner if known else key or ("" if old else "?"), str(inner) if key else "")
    elif isinstance(value, list | tuple):
        for entry in value:
            if key in _HEADER_KEYS or isinstance(entry, dict):
                yield from _data(entry, key, old)
    elif isinstance(value, str) and key in _HEADER_KEYS:
        yield value.strip('<>"'), True
    elif isinstance(value, str) and (key in _WRITE or (key and old and _CXX.search(value))):
        yield from _texts(_PLACEHOLDER.sub(" ", value)) - _texts(old)


def _texts(text: str) -> set[tuple[str, bool]]:
    """All names of a text, qualified ones as such, and all headers."""
    headers = {(name, True) for name in _INCLUDE.findall(text)}
    code = _BLANK.sub(" ", _INCLUDE.sub(" ", text))
    names = {re.sub(r"\s", "", name) for name in _NAME.findall(code)}
    return headers | {(name, False) for name in names if len(name) > 1 and name not in _KEYWORDS}
