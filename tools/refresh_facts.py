"""Refresh rules/facts from public sources: ``python tools/refresh_facts.py [--apply]``. For maintainers.

Prints a diff of what changed, and what could not be read or has to be decided by a person. Only --apply writes. Reads
PyPI (torch, torchvision, torchaudio), the build matrix of pytorch/test-infra, and NVIDIA's lists of nvidia/cuda tags.
Not read: drivers, start-up gates and compute capabilities (cuda.yaml), pytorch/pytorch image tags, C++ standards.

Exit codes: 0 up to date, 1 something changed, 3 a source could not be read.
"""

from __future__ import annotations

import argparse
import datetime
import difflib
import sys
from pathlib import Path
from typing import NamedTuple

from refresh import edit, images, matrix, pypi
from refresh.fetch import Fetch, Unreadable, fetch

Current = tuple[str, tuple[str, ...]]  # the current stable torch and its builds
FACTS = Path(__file__).parent.parent / "rules" / "facts"


class Outcome(NamedTuple):
    """A table after the refresh, what a person has to decide, and what could not be read."""

    text: str
    decide: tuple[str, ...]
    unread: tuple[str, ...]


def torch(text: str, get: Fetch) -> Outcome:
    """rules/facts/torch.yaml against PyPI and the build matrix."""
    decide: list[str] = []
    unread: list[str] = []
    try:
        files = pypi.versions("torch", get)
        others = {name: list(pypi.versions(name, get)) for name in ("torchvision", "torchaudio")}
    except Unreadable as error:
        return Outcome(text, (), (str(error),))
    known = [version for version in files if edit.block(text, version)[0] >= 0]
    if not known:
        return Outcome(text, (), ("the table and PyPI have no release of torch in common",))
    current: Current = ("", ())
    try:
        current = matrix.current(get)
    except Unreadable as error:
        unread.append(str(error))
    for version in [*known[-3:], *(v for v in files if pypi.number(v) > pypi.number(known[-1]))]:
        try:
            release = pypi.release(version, files[version], get)
            if version in known:  # those before them do not change any more
                text = _checked(text, release, decide)
            else:
                text = _added(text, release, current, others, known[-1], get, decide)
        except Unreadable as error:
            unread.append(str(error))
    if current[0] in known:
        text = _field(text, current[0], "cuda", f"[{', '.join(current[1])}]", decide)
    newest, last = others["torchaudio"][-1], edit.value(text, known[-1], "torchaudio").strip('"')
    if pypi.number(newest) > pypi.number(last):
        decide.append(f"torchaudio {newest} is newer than {last}, which the notes call the last")
    return Outcome(text, tuple(decide), tuple(unread))


def _added(
    text: str,
    new: pypi.Release,
    current: Current,
    others: dict[str, list[str]],
    like: str,
    get: Fetch,
    decide: list[str],
) -> str:
    """The table with a release that it does not have, where the sources say all of it."""
    pinned = [other for other in others["torchvision"][-4:] if pypi.torch_of("torchvision", other, get) == new.version]
    stable, builds = current
    if not pinned or new.version != stable or not new.pypi:
        lacking = _lacking(pinned, new.version == stable, new.pypi)
        decide.append(f"torch {new.version} is new, {lacking}: write its row by hand")
        return text
    companions = {"torchvision": pinned[-1], "torchaudio": others["torchaudio"][-1]}
    decide.append(f"torch {new.version}: its C++ standard was not read")
    return edit.add_release(text, new, companions, builds, like)


def _lacking(pinned: list[str], stable: bool, build: str) -> str:
    lacking = [] if pinned else ["no torchvision pins it exactly"]
    lacking += [] if stable else ["the build matrix does not speak of it"]
    return " and ".join(lacking + ([] if build else ["its metadata names no CUDA"]))


def _checked(text: str, release: pypi.Release, decide: list[str]) -> str:
    """A known release against what PyPI says of it now."""
    for name, new in (("python", edit.words(release.python)), ("pypi", release.pypi), ("released", release.released)):
        if new and new != "[]":
            text = _field(text, release.version, name, new, decide)
    return text


def _field(text: str, version: str, name: str, new: str, decide: list[str]) -> str:
    old = edit.value(text, version, name)
    if old == new:
        return text
    if not old:
        decide.append(f"torch {version} has no field {name} in the table; the source says {new}")
    return edit.field(text, version, name, new)


def cuda_images(text: str, get: Fetch) -> Outcome:
    """rules/facts/images.yaml against NVIDIA's lists."""
    import yaml

    try:
        found = images.listed(get)
    except Unreadable as error:
        return Outcome(text, (), (str(error),))
    rows = yaml.safe_load(text)["nvidia/cuda"]["versions"]
    decide = [f"nvidia/cuda:{version} is on neither list any more" for version in rows if version not in found]
    for version in sorted(found, key=pypi.number):
        new = found[version]
        if version not in rows:
            text = edit.add_image(text, new)
        elif rows[version]["status"] != new.status:
            text = edit.status(text, version, new.status)
        elif rows[version]["cudnn"] != new.cudnn:
            decide.append(f"nvidia/cuda:{version}: cuDNN infix {rows[version]['cudnn']!r} here, {new.cudnn!r} there")
    return Outcome(text, tuple(decide), ())


TABLES = {"torch.yaml": torch, "images.yaml": cuda_images}


def main(arguments: list[str], get: Fetch = fetch, folder: Path = FACTS, today: datetime.date | None = None) -> int:
    """Refresh the tables below ``folder``; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--apply", action="store_true", help="write what changed")
    apply = parser.parse_args(arguments).apply
    changed, failed = False, False
    for name, refresh in TABLES.items():
        before = (folder / name).read_text(encoding="utf-8")
        try:
            after, decide, unread = refresh(before, get)
        except Unreadable as error:  # in the middle of a table: half of it would be refreshed
            after, decide, unread = before, (), (str(error),)
        if not unread:
            after = edit.date(after, (today or datetime.date.today()).isoformat())
        failed, changed = failed or bool(unread), changed or after != before
        sys.stdout.writelines(
            difflib.unified_diff(before.splitlines(True), after.splitlines(True), f"a/{name}", f"b/{name}")
        )
        for why in unread:
            print(f"{name}: could not be read: {why}", file=sys.stderr)
        for what in decide:
            print(f"{name}: decide: {what}", file=sys.stderr)
        if apply and after != before:
            (folder / name).write_text(after, encoding="utf-8")
    print("not looked at: cuda.yaml and the other tables; their as_of stays", file=sys.stderr)
    return 3 if failed else int(changed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
