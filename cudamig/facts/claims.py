"""What the tables say does not exist, with their source, and the nearest thing that does (rules/facts/torch.yaml)."""

from __future__ import annotations

import re

from cudamig.facts import store, wheels
from cudamig.facts.versions import key

_PLAIN = re.compile(r"\d+\.\d+(?:\.\d+)?")
_OPEN = {"torchaudio": "2.11", "torchvision": "0.29.1"}  # from these on they ask for a torch at least, not for one


def _source(release: wheels.Release) -> str:
    table = store.load("facts-torch")
    row = table["releases"][release.torch]["sources"]["cuda"]
    name = next((text for short, text in table["cited"].items() if short in row), "PyPI's metadata")
    return f"{name}, as of {table['as_of']}"


def released(version: str) -> bool | None:
    """Whether torch has a release of this number; None when the table cannot know (old, new, a development build)."""
    known = list(wheels.releases())
    if not _PLAIN.fullmatch(version):
        return None
    if any(key(name) == key(version) for name in known):
        return True
    minors = list(dict.fromkeys(key(name)[:2] for name in known))
    number = (*key(version), 0)[:2]
    return False if number in minors[:-2] else None


def never_released(version: str) -> str:
    """What to say of a torch release that never was, or ``""``."""
    if released(version) is not False:
        return ""
    minor = (*key(version), 0)[:2]
    near = [name for name in wheels.releases() if (*key(name), 0)[:2] == minor]
    as_of = store.load("facts-torch")["as_of"]
    return f"torch {version} was never released: the nearest is {near[-1]} (PyPI's release list, as of {as_of})"


def never_built(release: wheels.Release, cuda: str) -> str:
    """What to say of a CUDA build that a torch release never had, or ``""`` where it had it or that is not known."""
    number = wheels.cuda_number(cuda)
    if not number or release.unsure or cuda in (*release.cuda, *release.also):
        return ""
    text = f"torch {release.torch} was built for {', '.join(release.cuda)}"
    having = [r.torch for r in wheels.releases().values() if cuda in r.cuda]
    if cuda in store.load("facts-torch")["before"]:
        text += f"; {cuda} ends before torch 1.8"
    elif not having:
        text += f"; no torch release was built for {cuda}"
    elif key(having[0]) > key(release.torch):
        text += f"; {cuda} starts with torch {having[0]}"
    elif key(having[-1]) < key(release.torch):
        text += f"; {cuda} ends with torch {having[-1]}"
    return f"{text} ({_source(release)})"


def never_an_index(cuda: str) -> str:
    """What to say of a wheel index that no torch release was built for, or ``""``; newer ones are not known."""
    table = store.load("facts-torch")
    if cuda in table["never"]:
        return str(table["never"][cuda])
    number = wheels.cuda_number(cuda)
    builds = {name for release in wheels.releases().values() for name in (*release.cuda, *release.also)}
    numbers = sorted(n for n in (wheels.cuda_number(name) for name in (*builds, *table["before"])) if n)
    if not number or number in numbers or not numbers[0] < number < numbers[-1]:
        return ""
    below = max(n for n in numbers if n < number)
    above = min(n for n in numbers if n > number)
    near = " and ".join(f"cu{a}{b}" for a, b in (below, above))
    source = f"the table of torch builds, as of {table['as_of']}"
    return f"no torch release was built for {cuda}: the nearest are {near} ({source})"


def ended(project: str, version: str) -> str:
    """What to say of a torchaudio that was numbered like a torch release after torchaudio ended, or ``""``."""
    table = wheels.releases()
    last = max((release.companions.get(project, "0") for release in table.values()), key=key)
    numbered = any(key(name) == key(version) for name in table)
    if project != "torchaudio" or key(version) <= key(last) or not numbered:
        return ""
    source = f"PyPI, as of {store.load('facts-torch')['as_of']}"
    return f"torchaudio {version} was never released: {last} is the last, and goes with later torch too ({source})"


def misfit(project: str, version: str, torch: str) -> str:
    """Why a torchvision or torchaudio does not belong to a torch release, or ``""`` where it does or is not known."""
    rows = [r for r in wheels.releases().values() if key(r.companions.get(project, "0")) == key(version)]
    release = next((r for r in wheels.releases().values() if key(r.torch) == key(torch)), None)
    if not rows or not release or release in rows or project not in release.companions:
        return ""
    if key(version) >= key(_OPEN[project]) and key(rows[0].torch) <= key(torch):
        return ""
    wanted = release.companions[project]
    made = f"{project} {version} was made for torch {rows[0].torch}"
    return f"{made}; torch {torch} goes with {wanted} (PyPI's wheel metadata)"


def advisories(torch: str) -> list[str]:
    """The known advisories of a torch release, each with the release that mends it."""
    rows = store.load("facts-torch")["advisories"]
    return [f"{row['id']}, fixed in {row['fixed']}" for row in rows if key(torch) < key(row["fixed"])]
