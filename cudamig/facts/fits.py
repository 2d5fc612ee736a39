"""Whether a fleet can run a target, its wheels and nvidia/cuda images of its CUDA, and what is in the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cudamig.facts import gates, gpus, images, store, wheels
from cudamig.facts.fleet import Fleet, best
from cudamig.facts.gpus import Gpu
from cudamig.facts.targets import Target
from cudamig.facts.versions import key, major


class Reason(NamedTuple):
    """Why a host cannot run a target, in words, and where that is known from."""

    constraint: str  # driver, gpu, python, os, cuda, image
    text: str
    source: str


class Fit(NamedTuple):
    """What stands between a fleet and a target; nothing where both are empty."""

    target: Target
    wheels: tuple[Reason, ...]  # why its wheels do not run
    image: tuple[Reason, ...]  # why nvidia/cuda images of its CUDA do not start, or are not there
    notes: tuple[Reason, ...] = ()  # worth knowing, and not in the way

    @property
    def whole(self) -> bool:
        """Whether wheels and images run everywhere."""
        return not self.wheels and not self.image


def judge(target: Target, fleet: Fleet) -> Fit:
    """What a fleet can run of a target."""
    refused, notes = list(_gate(target, fleet)), list(_notes(target, fleet))
    return Fit(target, tuple(_wheels(target, fleet)), (*refused, *_systems(target, fleet)), tuple(notes))


def refusal(target: Target, fleet: Fleet, rows: Iterable[Target], images: bool) -> str:
    """Why a fleet cannot run a target, and which of ``rows`` it can, in words; ``""`` where it can.

    ``images``: nvidia/cuda images have to start too.
    """
    fit = judge(target, fleet)
    reasons = (*fit.wheels, *(fit.image if images else ()))
    if not reasons:
        return ""
    first = reasons[0]
    more = f" (and {len(reasons) - 1} more reason{'s' * (len(reasons) > 2)})" if len(reasons) > 1 else ""
    why = f"the fleet cannot run {target.name}: {first.text}{more} [{first.source.split(';')[0]}]"
    return f"{why}; {nearest(fleet, rows, images)}"


def nearest(fleet: Fleet, rows: Iterable[Target], images: bool) -> str:
    """The target that a fleet can run, in words."""
    found = [fit for fit in (judge(row, fleet) for row in rows) if not fit.wheels and not (images and fit.image)]
    row = best([fit.target for fit in found])
    if row is None:
        return "none of the targets fits it"
    return f"the nearest target that fits it is {row.name} (CUDA {row.cuda}, torch {row.torch})"


def _wheels(target: Target, fleet: Fleet) -> Iterator[Reason]:
    if fleet.max_cuda and key(target.cuda_minor) > key(fleet.max_cuda)[:2]:
        text = f"CUDA {target.cuda_minor} is newer than {fleet.max_cuda}, the newest allowed"
        yield Reason("cuda", text, "the limit that was given")
    for gpu in fleet.gpus:
        yield from _gpu(target, gpu)
    for driver in fleet.drivers:
        if _below(driver, target.driver):
            text = f"driver {driver} is older than {target.driver}, the oldest for CUDA {major(target.cuda)} wheels"
            yield Reason("driver", text, _source(target, "driver", _cuda_source("F")))
    for python in fleet.python:
        if not target.has_python(python):
            text = f"torch {target.torch} has no wheel for Python {python} (it has {' to '.join(target.python)})"
            yield Reason("python", text, _source(target, "python"))
    for system in fleet.systems:
        yield from _system(target, system, bool(fleet.python))


def _below(driver: str, floor: str) -> bool:
    """Whether a driver is older than a floor. A branch alone stands for the newest driver of it."""
    length = len(driver.split("."))
    return key(driver) < key(".".join(floor.split(".")[:length]) if length == 1 else floor)


def _gpu(target: Target, gpu: Gpu) -> Iterator[Reason]:
    oldest, newest = target.gpus
    if gpu.brand == "embedded":
        text = f"{gpu.name} takes the builds of NVIDIA's JetPack, not these wheels"
        yield Reason("gpu", text, _cuda_source("P"))
        return
    if gpus.within(target.gpus, gpus.built(target.torch, target.wheels), gpu.capability):
        return
    text = f"{gpu} is outside what the {target.wheels} wheels serve ({oldest} to {newest})"
    if key(gpu.capability) < key(oldest):
        last = gpus.last_builds(gpu.capability)
        text += f"; the last build known to serve it is {last[0]}" if last else "; no build is known to serve it"
    yield Reason("gpu", text, _source(target, "gpus", _cuda_source("W")))


def _system(target: Target, system: str, named: bool) -> Iterator[Reason]:
    """glibc, and the Python of the distribution, unless the user names one."""
    row = store.load("facts-distributions")["systems"][system]
    where = store.load("facts-distributions")["sources"][row["source"]]
    needed = wheels.glibc(target.torch, target.wheels)
    if needed and key(row["glibc"]) < key(needed):
        text = f"{system} has glibc {row['glibc']}, the wheels of torch {target.torch}+{target.wheels} need {needed}"
        yield Reason("os", text, f"{where}; {_cuda_source('L')}")
    if not named and not target.has_python(row["python"]):
        text = f"{system}'s own Python is {row['python']}, and torch {target.torch} has wheels for "
        yield Reason("python", text + " to ".join(target.python), where)


def _systems(target: Target, fleet: Fleet) -> Iterator[Reason]:
    known = images.cuda_systems(target.cuda)
    for system in fleet.systems:
        if images.cuda_tag(target.cuda, False, "base", system) is None:
            text = f"there is no nvidia/cuda:{target.cuda} image on {system} (there is on {', '.join(known[:4])})"
            yield Reason("image", text, store.load("facts-images")["sources"]["T1"])


def _gate(target: Target, fleet: Fleet) -> Iterator[Reason]:
    """Drivers on which images of the target's CUDA do not start."""
    gate = gates.gate(target.cuda)
    if gate is None:
        return
    for driver in fleet.drivers:
        starts = gate.starts(driver, fleet.geforce)
        if starts:
            continue
        yield Reason("image", _refusal(f"nvidia/cuda:{target.cuda}", driver, starts, gate), gates.source(gate))


def _refusal(image: str, driver: str, starts: bool | None, gate: gates.Gate) -> str:
    if starts is None:
        known = f"it does from {gate.newest} on, and its list of older branches was not read"
        return f"whether {image} starts on driver {driver} is not known: {known}"
    if driver.split(".")[0] in gate.branches:
        brands = "it names that branch for data centre and professional GPUs only"
        return (
            f"{image} does not start on GeForce with driver {driver}: {brands} (any GPU from driver {gate.newest} on)"
        )
    return f"{image} does not start on driver {driver}: {_allowed(gate)}"


def _allowed(gate: gates.Gate) -> str:
    branches = ", ".join(gate.branches)
    older = f"{branches}{'' if gate.geforce else ' (no GeForce)'} or " if branches else ""
    return f"it asks for {older}{gate.newest} and newer"


def _notes(target: Target, fleet: Fleet) -> Iterator[Reason]:
    """Drivers on which only the list of an image lets it start, by the compatibility package that it brings."""
    gate = gates.gate(target.cuda)
    for driver in fleet.drivers if gate else ():
        if gate and gate.by_list(driver) and gate.starts(driver, fleet.geforce):
            brands = "GeForce among them" if gate.geforce else "data centre and professional ones, no GeForce"
            text = (
                f"nvidia/cuda:{target.cuda} starts on driver {driver}: it names that branch for some brands ({brands})"
            )
            if _below(driver, target.driver):
                text += f"; CUDA {major(target.cuda)} then runs by the compatibility package in that image alone"
            yield Reason("image", text, gates.source(gate))


def _source(target: Target, field: str, more: str = "") -> str:
    """Where a target's field is from."""
    for fields, source in target.sources.items():
        if field in (name.strip() for name in fields.split(",")):
            return f"{source}; {more}" if more else source
    return more


def _cuda_source(name: str) -> str:
    return str(store.load("facts-cuda")["sources"][name])
