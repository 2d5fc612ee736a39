"""Whether a row's parts go together: what the tables say of its torch, its wheels, its image, its driver, its GPUs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cudamig.facts import companions, gpus, images, store, wheels
from cudamig.facts.targets import Target
from cudamig.facts.versions import key, major


class Problem(NamedTuple):
    """A field that does not go with the others, and why."""

    field: str
    why: str


def problems(row: Target) -> Iterator[Problem]:
    """What is incoherent in a row, the most telling first; nothing for a coherent one."""
    release = wheels.releases().get(row.torch)
    if not release:
        near = ", ".join(list(wheels.releases())[-4:])
        yield Problem("torch", f"no torch release {row.torch} is known (the newest known are {near})")
        return
    if row.wheels not in release.cuda:
        yield Problem("wheels", f"torch {row.torch} was not built for {row.wheels}; it has {', '.join(release.cuda)}")
    for project in ("torchvision", "torchaudio"):
        made, given = release.companions[project], getattr(row, project)
        if key(made) != key(given):
            ends = "; torchaudio ends with 2.11.0" if project == "torchaudio" and key(row.torch) > (2, 11) else ""
            yield Problem(project, f"{project} {given} was not made for torch {row.torch}: {made} goes with it{ends}")
    yield from _image(row)
    yield from _limits(row, release)
    yield from _gpus(row)
    yield from _cupy(row)


def _image(row: Target) -> Iterator[Problem]:
    number = wheels.target_number(row)
    if row.wheels != "cu" + row.cuda_minor.replace(".", ""):
        whose = ".".join(map(str, number))
        yield Problem("cuda", f"CUDA {row.cuda} is another than that of the {row.wheels} wheels ({whose})")
    if not images.cuda_systems(row.cuda):
        yield Problem("cuda", f"no nvidia/cuda image of CUDA {row.cuda} is known")


def _limits(row: Target, release: wheels.Release) -> Iterator[Problem]:
    first, last = release.python[0], release.python[-1]
    if not key(first) <= key(row.python[0]) <= key(row.python[1]) <= key(last):
        yield Problem("python", f"torch {row.torch} has wheels for Python {first} to {last}")
    floor = store.load("facts-cuda")["driver_floor"].get(major(row.cuda))
    if floor and key(row.driver) < key(floor):
        yield Problem("driver", f"CUDA {major(row.cuda)} needs driver {floor} or newer, not {row.driver}")
    cxx = store.load("facts-torch")["releases"][row.torch]["cxx"]
    if row.cxx < cxx:
        yield Problem("cxx", f"the headers of torch {row.torch} need C++{cxx}, not C++{row.cxx}")


def _gpus(row: Target) -> Iterator[Problem]:
    oldest, newest = row.gpus
    if key(oldest) > key(newest):
        yield Problem("gpus", f"{oldest} is newer than {newest}")
    built = gpus.built(row.torch, row.wheels)
    if built and not (gpus.serves(built, oldest) and gpus.serves(built, newest)):
        yield Problem("gpus", f"the {row.wheels} wheels of torch {row.torch} are built for {', '.join(built)}")
    toolkit = store.load("facts-cuda")["toolkits"].get(row.cuda_minor)
    codes = sorted(int(code) for code in toolkit["sass"] if code.isdigit()) if toolkit else []
    if codes and not codes[0] <= _code(oldest) <= _code(newest) <= codes[-1]:
        known = f"{codes[0] // 10}.{codes[0] % 10} to {codes[-1] // 10}.{codes[-1] % 10}"
        yield Problem("gpus", f"CUDA {row.cuda_minor} compiles for compute capability {known}")


def _code(capability: str) -> int:
    whole, _, part = capability.partition(".")
    return int(whole) * 10 + int(part or 0)


def _cupy(row: Target) -> Iterator[Problem]:
    package, version = row.cupy
    wanted = f"cupy-cuda{major(row.cuda)}x"
    if package != wanted:
        yield Problem("cupy", f"{package} is not for CUDA {major(row.cuda)}: {wanted} is")
    elif not companions.cupy_fits(package, version):
        yield Problem("cupy", f"{package} has no release {version}")
