"""What one stack newly demands of hosts and code when it takes the place of another."""

from __future__ import annotations

from typing import NamedTuple

from cudamig.facts import gates, gpus, store, wheels
from cudamig.facts.targets import Target
from cudamig.facts.versions import key, major


class Stack(NamedTuple):
    """What is known of a stack; ``""`` and empty for what is not."""

    torch: str = ""  # "2.1.0"
    build: str = ""  # "cu118"
    cuda: str = ""  # of an image, "11.8.0"


def of(target: Target) -> Stack:
    """The stack of a target."""
    return Stack(target.torch, target.wheels, target.cuda)


def new(old: Stack, target: Target) -> list[str]:
    """What ``target`` newly demands, each in a few words; empty where nothing rises or the old is not known."""
    out = [_driver(old, target), _gpus(old, target)]
    release = store.load("facts-torch")["releases"].get(old.torch)
    if release:
        if release["cxx"] < target.cxx:
            out.append(f"C++{target.cxx} for extensions (was C++{release['cxx']})")
        gone = [version for version in release["python"] if not target.has_python(version)]
        if gone:
            out.append(f"Python {' to '.join(target.python)} (was {release['python'][0]} to {release['python'][-1]})")
    return [text for text in out if text]


def _driver(old: Stack, target: Target) -> str:
    number = wheels.cuda_number(old.build)
    cuda = str(number[0]) if number else major(old.cuda) if old.cuda else ""
    floor = store.load("facts-cuda")["driver_floor"].get(cuda)
    if floor and key(floor) < key(target.driver):
        return f"driver {target.driver} or newer (was {floor})"
    return ""


def _gpus(old: Stack, target: Target) -> str:
    """Compute capabilities that the old wheels were built for and the new ones do not serve."""
    before, after = gpus.built(old.torch, old.build), gpus.built(target.torch, target.wheels)
    gone = [item for item in before if not gpus.within(target.gpus, after, item)]
    return f"no GPU of compute capability {', '.join(gone)}" if gone else ""


def images(old: str, new_cuda: str) -> tuple[list[str], str]:
    """Driver branches that start nvidia/cuda images of CUDA ``old`` and not of ``new_cuda``, and what is not known."""
    before, after = gates.gate(old), gates.gate(new_cuda)
    if not before or not after:
        return [], f"the start-up gate of nvidia/cuda:{old if not before else new_cuda} is not known"
    rows = store.load("facts-cuda")["image_gate"].values()
    branches = sorted({b for row in rows for b in (*row["branches"], row["newest"])}, key=key)
    if after.unread:
        last = [b for b in branches if before.starts(b, False) and key(b) < key(after.newest)]
        return [], f"the list of nvidia/cuda:{new_cuda} was not read: branches {', '.join(last)} may be refused"
    return [b for b in branches if before.starts(b, False) and not after.starts(b, False)], ""
