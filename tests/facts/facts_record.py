"""What a torch told of probes: asked of the one that is here, or read from the record of those that were here once."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import facts_probes as known
from facts_probes import Probe

from cudamig.facts.versions import key
from cudamig.rules.model import Rule

RECORDED = Path(__file__).parent / "recorded"
_CHILD = Path(__file__).parent / "facts_child.py"


class Told(NamedTuple):
    """What one torch told of names and snippets, here and now or long ago."""

    about: dict[str, Any]
    names: dict[str, str | None]
    snippets: dict[str, dict[str, Any]]  # "RULE/name" -> {"old": ..., "new": ...}, each with the digest of its code

    @property
    def versions(self) -> dict[str, str]:
        """Package -> version."""
        return {name: version.partition("+")[0] for name, version in self.about["versions"].items()}


def ask(python: str, probes: list[Probe], rules: list[Rule]) -> Told:
    """Runs the old and new code of probes under ``python``, and looks up the names of rules."""
    codes = {probe.id: {"old": probe.code, "new": known.successor(probe)} for probe in probes}
    snippets = [
        {"id": f"{probe.id}|{side}", "code": code, "needs": probe.needs, "limit": probe.limit}
        for probe in probes
        for side, code in codes[probe.id].items()
        if code
    ]
    names = sorted({name for rule in rules for name in known.dotted(rule)})
    request = json.dumps({"names": names, "snippets": snippets})
    environment = {**os.environ, "PYTHONWARNINGS": "", "OMP_NUM_THREADS": "1", "PYTHONPATH": ""}
    done = subprocess.run([python, str(_CHILD)], input=request, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise RuntimeError(f"{python} cannot run probes: {done.stderr[-800:]}")
    told = json.loads(done.stdout)
    out: dict[str, dict[str, Any]] = {probe.id: {} for probe in probes}
    for each, what in told["snippets"].items():
        name, side = each.rsplit("|", 1)
        out[name][side] = {"of": known.digest(codes[name][side]), **what}
    return Told(told["about"], told["names"], out)


def write(told: Told, date: str = "") -> Path:
    """Into ``recorded/``, a line for each snippet."""
    about = {
        **told.about,
        "recorded": date or datetime.date.today().isoformat(),
        "by": "tests/facts/prober.py --record",
    }
    lines = [f' "about": {json.dumps(about)},', ' "names": {']
    lines += [
        ",\n".join(f"  {json.dumps(name)}: {json.dumps(said)}" for name, said in sorted(told.names.items())),
        " },",
    ]
    sides = [(f"{name}|{side}", what) for name, both in sorted(told.snippets.items()) for side, what in both.items()]
    lines += [' "snippets": {', ",\n".join(f"  {json.dumps(name)}: {json.dumps(what)}" for name, what in sides), " }"]
    path = RECORDED / f"{told.versions['torch']}.json"
    RECORDED.mkdir(exist_ok=True)
    path.write_text("{\n" + "\n".join(lines) + "\n}\n", encoding="utf-8")
    return path


def read(path: Path) -> Told:
    """A file that ``write`` wrote."""
    said = json.loads(path.read_text(encoding="utf-8"))
    snippets: dict[str, dict[str, Any]] = {}
    for each, what in said["snippets"].items():
        name, side = each.rsplit("|", 1)
        snippets.setdefault(name, {})[side] = what
    return Told(said["about"], said["names"], snippets)


def recorded() -> list[Told]:
    """All that was recorded, from the oldest torch to the newest."""
    return sorted((read(path) for path in RECORDED.glob("*.json")), key=lambda told: key(told.versions["torch"]))


def merged(told: Told, only: list[str]) -> Told:
    """With what was recorded of other rules, where only some were asked for."""
    path = RECORDED / f"{told.versions['torch']}.json"
    if not only or not path.is_file():
        return told
    kept = read(path)
    return told._replace(names={**kept.names, **told.names}, snippets={**kept.snippets, **told.snippets})


def python() -> str:
    """The Python that probes run under: CUDAMIG_TORCH_PYTHON, or this one if it has a torch that can be imported."""
    named = os.environ.get("CUDAMIG_TORCH_PYTHON")
    if named is not None:
        return named
    done = subprocess.run([sys.executable, "-c", "import torch"], capture_output=True)
    return "" if done.returncode else sys.executable
