"""The examples of C++ and CUDA rules as translation units: many in one, since reading torch's headers takes most time.

Each example stands in a namespace of its own, below the includes that its text has, and no unit includes what one of its
examples does not: an include that a fix forgets is missed. ``#line`` names the example in an error. What does not get
through is compiled once more alone, as a plain file, so that the namespace is never to blame.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import cpp_toolchain as toolchain

from cudamig.rules.model import Rule

HERE = Path(__file__).parent
SPOT = "..."  # in `compile:`, the line where the example goes
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\r?\n)*[^\n]*$", re.M)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"][^\n]*$', re.M)
_DEFINED = re.compile(r"^[ \t]*#[ \t]*(?:define|undef)[ \t]+(\w+)", re.M)
_MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)\(([^)]*)\)[ \t]*\S", re.M)
_LIBRARY = re.compile(r"(?:ATen|torch|c10|THC?|THCUNN)/")
_TORCH = re.compile(r"\b(?:at|torch|c10)::|\b(?:AT|TORCH|C10)_|<(?:ATen|torch|c10)/")
_NVCC = re.compile(r"\.cuh?$")
_LAUNCH = re.compile(r"<<<[^;{}]*?>>>")
_STATEMENT = re.compile(r"(?:if|for|while|do|switch|return|auto|AT_DISPATCH\w*|[\w:.\->\[\]]+\s*(?:\(|[-+*]?=(?!=)))")
_ERROR = re.compile(r"\b(?:fatal |catastrophic )?error(?: #[\w-]+)?: ")


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


class Verdict(NamedTuple):
    """What the compiler said about a text: its errors, each with the lines around that tell whence it came."""

    errors: tuple[str, ...]


def texts(rule: Rule, number: int, example: dict[str, Any]) -> tuple[Text, Text]:
    """An example before and after its fix.

    What is for nvcc goes to nvcc when the rule is CUDA's own, or when it includes torch's device code; else g++ reads it
    as well, without the configurations of its kernel launches, and in a fifth of the time.
    """
    file, frame, beside = example["file"], example.get("compile", ""), example.get("with", {})
    said = "\n".join((example["before"], example["after"], frame))
    own, kernels = rule.family == "CUD", bool(_NVCC.search(file))
    device = kernels and (own or any(_NVCC.search(name) for _, name in _INCLUDE.findall(said)))
    flags = (not own or bool(_TORCH.search(said)), own or kernels, device)
    after = {**beside, **example.get("with-after", {})}
    return (
        Text(f"{rule.id}-{number}.before", file, example["before"], frame, *flags, tuple(beside.items())),
        Text(f"{rule.id}-{number}.after", file, example["after"], frame, *flags, tuple(after.items())),
    )


def compiled(wanted: Iterable[Text], folder: Path) -> dict[str, Verdict]:
    """Each text by itself: what keeps it from being compiled, by its name."""
    groups: dict[tuple[Any, ...], list[Text]] = {}
    for text in wanted:
        seen = frozenset(name for name in _headers(text) if "/" in name or "." in name)
        groups.setdefault((text[4:7], seen, text.beside and text.name), []).append(text)
    units = [Unit(f"u{number}", group) for number, group in enumerate(groups.values())]
    out = _run(units, folder)
    failed = [text for unit in units for text in unit.texts if out[text.name].errors]
    return {**out, **_run([Unit(text.name, [text], alone=True) for text in failed], folder)}


def refused(pairs: Iterable[tuple[Text, Text]], folder: Path) -> dict[str, Verdict]:
    """Texts and their fixed selves, with the includes of both: what keeps each from being compiled, by name."""
    groups: dict[tuple[Any, ...], list[Text]] = {}
    for before, after in pairs:
        groups.setdefault(before[4:7], []).extend((before, after))
    return _run([Unit(f"r{number}", group, union=True) for number, group in enumerate(groups.values())], folder)


class Unit(NamedTuple):
    """A file for the compiler. ``union``: all includes come first; ``alone``: one text, as a plain file."""

    name: str
    texts: list[Text]
    alone: bool = False
    union: bool = False


def _run(units: list[Unit], folder: Path) -> dict[str, Verdict]:
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda unit: _compile(unit, folder), units))
    return {name: verdict for verdicts in told for name, verdict in verdicts.items()}


def _compile(unit: Unit, folder: Path) -> dict[str, Verdict]:
    """The verdict on each text of a unit."""
    place = folder / unit.name
    place.mkdir(parents=True, exist_ok=True)
    first = unit.texts[0]
    compiler = toolchain.nvcc() if first.device or (unit.alone and first.cuda) else None
    file = place / ("unit.cu" if compiler else "unit.cpp")
    file.write_text(_source(unit, stripped=not compiler))
    for path, text in first.beside:
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text)
    here = (place / first.file).parent
    done = subprocess.run(
        [*_command(compiler), f"-I{here}", str(file)],
        cwd=place,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    said = done.stderr + done.stdout
    errors = _errors(said, [text.name for text in unit.texts])
    if done.returncode and not any(errors.values()):
        errors = {text.name: (said[-2000:] or f"exit status {done.returncode}",) for text in unit.texts}
    return {name: Verdict(found) for name, found in errors.items()}


def _command(compiler: str | None) -> list[str]:
    """The front end only: nothing is linked."""
    common = ["-std=c++20", "-DTORCH_EXTENSION_NAME=ext", "-DTORCH_API_INCLUDE_EXTENSION_H", *toolchain.includes(HERE)]
    if compiler:
        return [
            compiler,
            "-ptx",
            "-o",
            "/dev/null",
            "-w",
            "--expt-relaxed-constexpr",
            *common,
            f"-Xcompiler=-idirafter,{toolchain.SHIM}",
        ]
    # errors of a macro are told where it is used
    options = ["-fsyntax-only", "-w", "-fmax-errors=0", "-ftrack-macro-expansion=0", "-fno-diagnostics-show-caret"]
    cuda = [f"-isystem{folder}" for folder in toolchain.cuda_includes()]
    return [str(toolchain.gxx()), *options, *common, *cuda, "-idirafter", str(toolchain.SHIM)]


def _source(unit: Unit, stripped: bool) -> str:
    first = unit.texts[0]
    lines = [f"#define PRELUDE_{word} 1" for word, on in (("TORCH", first.torch), ("CUDA", first.cuda)) if on]
    heads = [_head(text) for text in unit.texts]
    if first.torch and (unit.union or "ATen/ATen.h" in _headers(first)):
        lines.append("#include <ATen/ATen.h>")
    if unit.union:
        lines += heads
    lines.append('#include "prelude.h"')
    for text, head in zip(unit.texts, heads, strict=True):
        macros = sorted(set(_DEFINED.findall(text.text + "\n" + text.frame)))
        push, pop = ([f'#pragma {word}_macro("{name}")' for name in macros] for word in ("push", "pop"))
        body = _body(text, unit.alone)
        body = _LAUNCH.sub("", body) if stripped else body
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


def _headers(text: Text) -> list[str]:
    """The headers of libraries that a text includes; a text about torch that shows none includes ATen's."""
    found = [name for quote, name in _INCLUDE.findall(_framed(text)) if quote == "<" or _LIBRARY.match(name)]
    shown = not text.torch or any(_LIBRARY.match(name) for name in found)
    return found if shown else [*found, "ATen/ATen.h"]


def _head(text: Text) -> str:
    """The includes of a text with the directives around them, for outside of its namespace.

    A header that is not there is an error of this text, and the others are still read.
    """
    out = []
    for found in _DIRECTIVE.finditer(_framed(text)):
        include = _INCLUDE.fullmatch(found.group())
        if not include:
            out.append(found.group() if not re.match(r"[ \t]*#[ \t]*(?:pragma|line|error)", found.group()) else "")
        elif include[1] == "<" or _LIBRARY.match(include[2]):
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


def _errors(said: str, names: list[str]) -> dict[str, tuple[str, ...]]:
    """The errors by the text that they belong to: the one named in them, or in the lines that tell where they are."""
    out: dict[str, list[str]] = {name: [] for name in names}
    for block in _blocks(said):
        whose = [
            (block.index(mark), name)
            for name in names
            for mark in (f"{name}:", f"{name}.compile:", f"{name}(", f'"{name}')
            if mark in block
        ]
        for name in [min(whose)[1]] if whose else ([] if len(names) > 1 else names):
            out[name].append(block)
    return {name: tuple(blocks) for name, blocks in out.items()}


def _blocks(said: str) -> Iterator[str]:
    """Each error with the lines before it that say where it was, and the notes after it."""
    block: list[str] = []
    seen = False
    for line in said.splitlines():
        leads = re.search(
            r"In file included|In instantiation|In function|In member|In lambda|In static|At global|In substitution",
            line,
        )
        if seen and (leads or _ERROR.search(line)):
            yield "\n".join(block)
            block, seen = [], False
        block.append(line)
        seen = seen or bool(_ERROR.search(line))
    if seen:
        yield "\n".join(block)
