"""The examples of C++ and CUDA rules, and the source text of a unit that holds some of them.

Each stands in a namespace of its own, below the includes that its text has. ``#line`` names it in an error.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from cudamig.rules.model import Rule

SPOT = "..."  # in `compile:`, the line where the example goes
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\r?\n)*[^\n]*$", re.M)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"][^\n]*$', re.M)
_DEFINED = re.compile(r"^[ \t]*#[ \t]*(?:define|undef)[ \t]+(\w+)", re.M)
_MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)\(([^)]*)\)[ \t]*\S", re.M)
_LIBRARY = re.compile(r"(?:ATen|torch|c10|THC?|THCUNN)/")
_TORCH = re.compile(r"\b(?:at|torch|c10)::|\b(?:AT|TORCH|C10)_|<(?:ATen|torch|c10)/")
_NVCC = re.compile(r"\.cuh?$")
_DEVICE = re.compile(r"\bRestrictPtrTraits\b")  # torch declares these for nvcc only
_LAUNCH = re.compile(r"([A-Za-z_][\w:]*(?:<[^<>;{}()]*>)?)\s*<<<([^;{}]*?)>>>")
_STATEMENT = re.compile(r"(?:if|for|while|do|switch|return|auto|AT_DISPATCH\w*|[\w:.\->\[\]]+\s*(?:\(|[-+*]?=(?!=)))")


class Text(NamedTuple):
    """One text to compile: an example before or after its fix."""

    name: str  # "CPP101-1.after"
    file: str
    text: str
    frame: str  # what `compile:` says
    torch: bool  # whether it is about torch
    cuda: bool  # whether it sees the CUDA runtime without an include of it
    device: bool  # whether only nvcc can read it
    beside: tuple[tuple[str, str], ...] = ()  # the other files of the example
    about: frozenset[str] = frozenset()  # the headers that the fix adds or takes away


class Unit(NamedTuple):
    """A file for the compiler. ``union``: all includes come first; ``alone``: one text, as a plain file."""

    name: str
    texts: list[Text]
    alone: bool = False
    union: bool = False


def texts(rule: Rule, number: int, example: dict[str, Any]) -> tuple[Text, Text]:
    """An example before and after its fix.

    What is for nvcc goes to nvcc when the rule is CUDA's own, or when it includes torch's device code; else g++ reads it
    as well, its kernel launches as calls, and in a fifth of the time.
    """
    file, frame, beside = example["file"], example.get("compile", ""), example.get("with", {})
    said = "\n".join((example["before"], example["after"], frame))
    own, kernels = rule.family == "CUD", bool(_NVCC.search(file))
    device = kernels and (
        own or any(_NVCC.search(name) for _, name in _INCLUDE.findall(said)) or bool(_DEVICE.search(said))
    )
    flags = (not own or bool(_TORCH.search(said)), own or kernels, device)
    after = {**beside, **example.get("with-after", {})}
    about = frozenset(_included(example["before"])) ^ frozenset(_included(example["after"]))
    return (
        Text(f"{rule.id}-{number}.before", file, example["before"], frame, *flags, tuple(beside.items()), about),
        Text(f"{rule.id}-{number}.after", file, example["after"], frame, *flags, tuple(after.items()), about),
    )


def source(unit: Unit, stripped: bool) -> str:
    """The file for the compiler. ``stripped``: kernel launches become calls."""
    first = unit.texts[0]
    lines = [f"#define PRELUDE_{word} 1" for word, on in (("TORCH", first.torch), ("CUDA", first.cuda)) if on]
    heads = [_head(text) for text in unit.texts]
    if first.torch and (unit.union or "ATen/ATen.h" in headers(first)):
        lines.append("#include <ATen/ATen.h>")
    if unit.union:
        lines += heads
    lines.append('#include "prelude.h"')
    for text, head in zip(unit.texts, heads, strict=True):
        macros = sorted(set(_DEFINED.findall(text.text + "\n" + text.frame)))
        push, pop = ([f'#pragma {word}_macro("{name}")' for name in macros] for word in ("push", "pop"))
        body = _body(text, unit.alone)
        body = _LAUNCH.sub(r"prelude::configured(\2), \1", body) if stripped else body
        space = "" if unit.alone else re.sub(r"\W", "_", text.name)
        opened = ["using namespace prelude;"] if unit.alone else [f"namespace {space} {{", "using namespace prelude;"]
        lines += [
            *push,
            "" if unit.union or unit.alone else head,
            *pop,
            *push,
            *opened,
            body,
            "" if unit.alone else "}",
            *pop,
        ]
    return "\n".join(lines) + "\n"


def headers(text: Text) -> list[str]:
    """The headers of libraries that a text includes; a text about torch that shows none includes ATen's."""
    found = [name for quote, name in _INCLUDE.findall(_framed(text)) if _of_library(text, quote, name)]
    shown = not text.torch or any(_LIBRARY.match(name) for name in found)
    return found if shown else [*found, "ATen/ATen.h"]


def _included(text: str) -> list[str]:
    return [name for _, name in _INCLUDE.findall(text)]


def _of_library(text: Text, quote: str, name: str) -> bool:
    """Whether an include is one of a library: in quotes it may be a file of the repository that the example is of."""
    return quote == "<" or bool(_LIBRARY.match(name)) or name in text.about


def _head(text: Text) -> str:
    """The includes of a text with the directives around them, for outside of its namespace.

    A header that is not there is an error of this text, and the others are still read.
    """
    out = []
    for found in _DIRECTIVE.finditer(_framed(text)):
        include = _INCLUDE.fullmatch(found.group())
        if not include:
            out.append(found.group() if not re.match(r"[ \t]*#[ \t]*(?:pragma|line|error)", found.group()) else "")
        elif _of_library(text, include[1], include[2]):
            name = f"<{include[2]}>"
            # no #error: after that nvcc reads no further
            absent = f'#line 1 "{text.name}"\nstatic_assert(false, "there is no {include[2]}");\n#line 1 "unit"'
            out.append(f"#if __has_include({name})\n#include {name}\n#else\n{absent}\n#endif")
    return "\n".join(out)


def _body(text: Text, alone: bool) -> str:
    """The text of an example in its frame, with its name for the compiler's errors."""
    named = f'#line 1 "{text.name}"\n'
    inner = text.text if alone else _INCLUDE.sub("", text.text)
    frame = text.frame if alone else _INCLUDE.sub("", text.frame)
    if not frame.strip():
        frame = _frame(inner)
    before, spot, behind = ("\n" + frame + "\n").partition(f"\n{SPOT}\n")
    return f'#line 1 "{text.name}.compile"{before}\n{named}{inner}\n' + (
        f'#line 1 "{text.name}.compile"\n{behind}' if spot else ""
    )


def _framed(text: Text) -> str:
    return text.frame + "\n" + text.text


def _frame(text: str) -> str:
    """What a text needs around it that says nothing of it: a function for statements, a use for a file of macros."""
    plain = re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.S)
    code = _DIRECTIVE.sub("", plain).strip()
    if _STATEMENT.match(code):
        return f"void example() {{\n{SPOT}\n}}"
    uses = [f"{name}({', '.join('x' for _ in given.split(','))});" for name, given in _MACRO.findall(plain)]
    return f"{SPOT}\nvoid example() {{ {' '.join(uses)} }}" if uses and not code else ""
