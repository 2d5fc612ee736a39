"""The examples of C++ and CUDA rules as translation units: many in one, since reading torch's headers takes most time.

No unit includes what one of its examples does not: an include that a fix forgets is missed. What does not get through is
compiled once more alone, as a plain file, so that standing together is never to blame.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import cpp_toolchain as toolchain
from cpp_texts import Text, Unit, headers, source

HERE = Path(__file__).parent
_ERROR = re.compile(r"\b(?:fatal |catastrophic )?error(?: #[\w-]+)?: ")


class Verdict(NamedTuple):
    """What the compiler said about a text: its errors, each with the lines around that tell whence it came."""

    errors: tuple[str, ...]


def compiled(wanted: Iterable[Text], folder: Path) -> dict[str, Verdict]:
    """Each text by itself: what keeps it from being compiled, by its name."""
    groups: dict[tuple[Any, ...], list[Text]] = {}
    for text in wanted:
        seen = frozenset(name for name in headers(text) if "/" in name or "." in name)
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
    file.write_text(source(unit, stripped=not compiler))
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
