"""Runs the probes under a Python that has torch, says what is not as claimed, and records what happened.

``python tests/facts/prober.py [--python PYTHON] [--record] [--untouched] [--show] [RULE ...]``
"""

from __future__ import annotations

import argparse
import sys
import time

import facts_claims as claims
import facts_probes as known
import facts_record as record
from facts_probes import Probe
from facts_record import Told


def untouched() -> None:
    """The names of rules that no probe uses, and the rules that have no probe."""
    for rule in known.RULES.values():
        file = known.files().get(rule.id)
        if file is None or file.without:
            print(f"{rule.id}: {file.without.strip() if file else 'no file in tests/facts/probes'}")
        elif names := known.untouched(rule):
            print(f"{rule.id}: no probe uses {', '.join(names)}")


def show(probe: Probe, told: Told) -> None:
    """What a probe's codes did."""
    print(f"--- {probe.id}\n{known.successor(probe).rstrip() or '(no new code)'}")
    for side, what in told.snippets[probe.id].items():
        print(f"{side}: {claims.outcome(probe, what)} {what}")


def faults(probes: list[Probe], told: Told) -> list[str]:
    """All that is not as claimed."""
    older = record.recorded()
    found = [claims.wrong(probe, side, told) or "" for probe in probes for side in ("old", "new")]
    found += [claims.unequal(probe, told, older) or "" for probe in probes]
    for rule in [known.RULES[name] for name in {probe.rule: 0 for probe in probes} if name in known.RULES]:
        found += [f"{rule.id}: {fault}" for fault in claims.misnamed(rule, told)]
    return [fault for fault in found if fault]


def main() -> int:
    """1 where something is not as claimed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=record.python(), help="a Python that has torch")
    parser.add_argument("--record", action="store_true", help="write the results to tests/facts/recorded/")
    parser.add_argument("--untouched", action="store_true", help="list the names that no probe uses, and stop")
    parser.add_argument("--show", action="store_true", help="print the new code, and what each code did")
    parser.add_argument("rules", nargs="*", metavar="RULE")
    asked = parser.parse_args()
    if asked.untouched:
        untouched()
        return 0
    if not asked.python:
        parser.error("no torch here; name a Python that has one with --python or CUDAMIG_TORCH_PYTHON")
    probes = [probe for probe in known.probes() if not asked.rules or probe.rule in asked.rules]
    start = time.monotonic()
    told = record.ask(asked.python, probes, [*known.RULES.values()])
    for probe in probes if asked.show else ():
        show(probe, told)
    found = faults(probes, told)
    print(*found, sep="\n", end="\n" if found else "")
    print(
        f"torch {told.versions['torch']}: {len(probes)} probes, {len(found)} not as claimed, {time.monotonic() - start:.0f} s"
    )
    if asked.record:
        print(record.write(record.merged(told, asked.rules)))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
