"""What ``verify`` shows: a table unit by unit, what it was compiled with, how many units have which verdict."""

from __future__ import annotations

import os
import textwrap
from typing import Any

from cudamig import __version__
from cudamig.report.screen import Ink, ink, visible
from cudamig.report.summary import number
from cudamig.request import Request
from cudamig.verify import command
from cudamig.verify.compare import Row, Verdict
from cudamig.verify.outcome import Outcome
from cudamig.verify.proof import Proof
from cudamig.verify.tools import Tools

SCHEMA = "cudamig.verify/1"
HEADER = ("unit", "before", "after", "verdict", "why")
_WIDE = 160  # characters of a message
_COLORS = {Verdict.WORSE: "red", Verdict.MENDED: "green", Verdict.UNCHECKED: "yellow"}


def cells(row: Row) -> tuple[str, ...]:
    """The row of a unit."""
    plain = row.verdict in (Verdict.OK, Verdict.MENDED)
    return (
        visible(_path(row)),
        _word(row.before),
        _word(row.after),
        row.verdict.value,
        "" if plain else visible(textwrap.shorten(_why(row.told), _WIDE, placeholder=" ...")),
    )


def heading(tools: Tools) -> list[str]:
    """What units are compiled with."""
    cuda = (
        f", CUDA {tools.toolkit.version or 'toolkit'} in {tools.toolkit.home}" if tools.toolkit else ", no CUDA toolkit"
    )
    lines = [f"torch {tools.torch.version or '(release not known)'} in {tools.torch.include}{cuda}"]
    if tools.compilers.cxx:
        lines.append(f"C++ with {tools.compilers.cxx}, -std={tools.std}")
    if tools.compilers.cuda:
        arch = f", -arch={tools.arch}" if tools.arch and tools.compilers.cuda.family == "nvcc" else ""
        lines.append(f"CUDA with {tools.compilers.cuda}, -std={tools.std}{arch}")
    return [visible(line) for line in (*lines, *(f"note: {note}" for note in tools.notes))]


def summary(proof: Proof, paint: Ink) -> str:
    """How many units have which verdict."""
    counts = ((verdict, proof.count(verdict)) for verdict in Verdict)
    told = [paint(f"{count} {verdict.value}", fg=_COLORS.get(verdict)) for verdict, count in counts if count]
    line = f"{number(len(proof.rows), 'unit')}: {', '.join(told)}" if told else "no unit to compile"
    if proof.strangers:
        line += f"; {number(proof.strangers, 'unit')} left out: nothing to do with torch or CUDA"
    return line


def notes(proof: Proof) -> list[str]:
    """What is told of a proof beside other results: counts, and the units that a fix reaches and nobody checked."""
    lines = [f"verified: {summary(proof, ink(False))}"]
    for row in proof.rows:
        if row.verdict is Verdict.UNCHECKED and row.changed:
            lines.append(f"not checked: {_path(row)}: {_why(row.told)}")
    return lines


def payload(proof: Proof, tools: Tools | None, request: Request) -> dict[str, Any]:
    """The object that is printed; ``tools`` is None where nothing had to be compiled."""
    return {
        "schema": SCHEMA,
        "version": __version__,
        "target": request.target.name,
        "torch": {"version": tools.torch.version or None, "include": tools.torch.include, "cuda": tools.torch.cuda}
        if tools
        else None,
        "cxx": _compiler(tools, False),
        "cuda": _compiler(tools, True),
        "notes": list(tools.notes) if tools else [],
        "counts": {verdict.value.lower().replace(" ", "_"): proof.count(verdict) for verdict in Verdict},
        "left_out": proof.strangers,
        "units": [_unit(row) for row in proof.rows],
    }


def _compiler(tools: Tools | None, cuda: bool) -> dict[str, Any] | None:
    used = tools and (tools.compilers.cuda if cuda else tools.compilers.cxx)
    if not tools or not used:
        return None
    arch = {"arch": tools.arch or None} if cuda else {}
    return {"path": used.path, "family": used.family, "version": used.version, "std": tools.std, **arch}


def _unit(row: Row) -> dict[str, Any]:
    return {
        "path": _path(row),
        "language": "cuda" if command.is_cuda(row.unit) else "c++",
        "verdict": row.verdict.value.lower().replace(" ", "_"),
        "changed": [path.replace(os.sep, "/") for path in row.changed],
        "before": _outcome(row.before),
        "after": _outcome(row.after),
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "compiles": outcome.ok,
        "message": outcome.why or None,
        "path": outcome.file.replace(os.sep, "/") or None,
        "line": outcome.line or None,
        "absent_header": outcome.absent or None,
        "seconds": round(outcome.seconds, 1),
    }


def _path(row: Row) -> str:
    return os.path.relpath(row.unit).replace(os.sep, "/")


def _word(outcome: Outcome) -> str:
    return {True: "ok", False: "fails", None: "?"}[outcome.ok]


def _why(outcome: Outcome) -> str:
    return f"{outcome.file}:{outcome.line}: {outcome.why}" if outcome.file else outcome.why
