"""Whether fixed trees are coherent: what is installed together names one stack, or nothing in it was touched.

    python benchmarks/coherent.py [--trees] BEFORE AFTER

BEFORE and AFTER are a tree and its fixed copy; with ``--trees``, folders that hold several. Units are read anew by
``coherent_read.py``: a Dockerfile with the requirements files that it names, a requirements file, a job of a workflow,
any other file. Of a unit in which a statement changed, CUDA and torch must agree across images, indexes, pins and
companions, and every image and wheel that was written must exist in the tables of ``rules/facts``. Prints what is
wrong and exits 1 with anything.
"""

from __future__ import annotations

import argparse
import functools
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from coherent_read import FAMILY, Said, statements

FACTS = Path(__file__).resolve().parent.parent / "rules" / "facts"
_DOCKERFILE = re.compile(r"(?:^|[._-])(?:dockerfile|containerfile)(?:[._-]|$)", re.I)
_MENTION = re.compile(r"[\w./+-]+\.(?:txt|in)\b")
_JOB = re.compile(r"^  (?=[\w-]+:[ \t]*$)", re.M)
_LARGEST = 2_000_000  # bytes; larger files are data


class Unit(NamedTuple):
    """What is installed together, before and after."""

    name: str
    before: list[Said]
    after: list[Said]


def main() -> int:
    """Look at the trees of the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--trees", action="store_true")
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    given = parser.parse_args()
    names = sorted(p.name for p in given.before.iterdir() if p.is_dir()) if given.trees else [""]
    touched = wrong = 0
    for name in names:
        if not (given.after / name).is_dir():
            continue
        for unit in units(given.before / name, given.after / name):
            touched += Counter(unit.before) != Counter(unit.after)
            for words in violations(unit):
                wrong += 1
                print(f"{name or given.after.name}: {unit.name}: {words}")
    print(f"{touched} units moved, {wrong} violations")
    return int(bool(wrong))


def units(before: Path, after: Path) -> Iterator[Unit]:
    """The units of a tree that hold a changed file."""
    old, new = _texts(before), _texts(after)
    changed = {path for path in {*old, *new} if old.get(path) != new.get(path)}
    for path in sorted(new):
        named = _mentioned(path, old.get(path, ""), list(new)) if _builds(path) else ()
        files = list(dict.fromkeys([path, *named]))
        if changed.intersection(files):
            if len(files) > 1:
                yield Unit(" + ".join(files), _joined(files, old), _joined(files, new))
                continue
            olds, news = _parts(path, old.get(path, "")), _parts(path, new[path])
            for name in sorted({*olds, *news}):
                yield Unit(f"{path}{name}", statements(olds.get(name, "")), statements(news.get(name, "")))


def _texts(tree: Path) -> dict[str, str]:
    """The text files of a tree, by path."""
    out = {}
    for path in sorted(tree.rglob("*")):
        relative = path.relative_to(tree).as_posix()
        if ".git/" in relative + "/" or path.is_symlink() or not path.is_file() or path.stat().st_size > _LARGEST:
            continue
        raw = path.read_bytes()
        if b"\0" not in raw:
            out[relative] = raw.decode("utf-8", "replace")
    return out


def _builds(path: str) -> bool:
    return bool(_DOCKERFILE.search(path.rpartition("/")[2])) and not path.endswith((".bak", ".orig", ".old", ".md"))


def _mentioned(path: str, text: str, known: list[str]) -> Iterator[str]:
    """The requirements files of the tree that a Dockerfile names; where two could be meant, the nearer one."""
    folder = path.rpartition("/")[0]
    for mention in sorted({match.lstrip("./") for match in _MENTION.findall(text)}):
        name = mention.rpartition("/")[2]
        fits = [file for file in known if file.rpartition("/")[2] == name]
        near = [file for file in fits if file.rpartition("/")[0] == folder] or [f for f in fits if f == mention]
        near = near or [file for file in fits if file.endswith("/" + mention)]
        if len(near) == 1:
            yield near[0]


def _parts(path: str, text: str) -> dict[str, str]:
    """The jobs of a workflow, or the whole file."""
    head, jobs, body = text.partition("\njobs:")
    if not path.endswith((".yml", ".yaml")) or not jobs:
        return {"": text}
    out: dict[str, str] = {"": head}
    for part in _JOB.split(body)[1:]:
        out[f" (job {part.partition(':')[0]})"] = part
    return out


def _joined(files: list[str], texts: dict[str, str]) -> list[Said]:
    return [said for file in files for said in statements(texts.get(file, ""))]


def violations(unit: Unit) -> Iterator[str]:
    """What is wrong with a unit after a fix; nothing where it says what it said before."""
    before, after = Counter(unit.before), Counter(unit.after)
    fresh, stayed = list((after - before).elements()), list((after & before).elements())
    if not fresh:
        return
    yield from _agree(fresh, stayed)
    yield from _pairs(unit.after)
    for said in fresh:
        if not _exists(said, unit.after):
            yield f"{said.text} is in no table"


def _agree(fresh: list[Said], stayed: list[Said]) -> Iterator[str]:
    """CUDA and torch of what was written, and of what stayed beside it."""
    for field, kinds in (("cuda", None), ("version", ("torch", "image"))):
        new = {getattr(s, field) for s in fresh if getattr(s, field) and (kinds is None or s.kind in kinds)}
        if len({value for value in new if "." in value}) > 1:
            yield f"writes {field} {' and '.join(sorted(new))}"
        for said in stayed:
            value = getattr(said, field)
            if value and new and (kinds is None or said.kind in kinds) and not any(_same(value, one) for one in new):
                yield f"half moved: {said.text} stays beside {field} {', '.join(sorted(new))}"
    moved = {said.cuda for said in fresh if said.kind in ("image", "index") and said.cuda}
    for said in stayed:
        row = _torch().get(said.version) if said.kind == "torch" and not said.local else None
        if row and moved and not any(f"cu{cuda.replace('.', '')}" in row["cuda"] for cuda in moved):
            yield f"half moved: {said.text} was never built for CUDA {', '.join(sorted(moved))}"


def _same(one: str, other: str) -> bool:
    """Whether two CUDA versions agree; a suffix such as -cu12 names the major alone."""
    return one == other or one == other.partition(".")[0] or other == one.partition(".")[0]


def _pairs(after: list[Said]) -> Iterator[str]:
    """torchvision and torchaudio beside torch, and the build that a bare pin takes from PyPI."""
    torch = {said.version for said in after if said.kind == "torch"}
    row = _torch().get(next(iter(torch))) if len(torch) == 1 else None
    if not row:
        return
    for said in after:
        if said.kind in FAMILY[1:] and said.version != row.get(said.kind):
            yield f"{said.text} was not made for torch {', '.join(torch)}, but {row.get(said.kind)}"
    images = {said.cuda for said in after if said.kind == "image" and said.cuda and not said.version}
    bare = any(said.kind == "torch" and not said.local for said in after)
    if bare and images and not any(said.kind == "index" for said in after):
        built = row["pypi"].removeprefix("cu")
        if not any(image.replace(".", "") == built for image in images):
            yield f"torch {', '.join(torch)} from PyPI is a cu{built} build, the image has CUDA {', '.join(images)}"


def _exists(said: Said, after: list[Said]) -> bool:
    """Whether the tables know an image or a wheel that was written."""
    if said.kind == "image":
        repository, _, tag = said.text.partition(":")
        return _cuda_image(tag) if repository == "nvidia/cuda" else _torch_image(tag)
    if said.kind == "index":
        label = "cu" + said.cuda.replace(".", "")
        pinned = [_torch()[s.version] for s in after if s.kind == "torch" and s.version in _torch()]
        return all(label in row["cuda"] for row in pinned or [_any_build()])
    if said.kind in FAMILY:
        rows = [
            row
            for torch, row in _torch().items()
            if said.version == (torch if said.kind == "torch" else row.get(said.kind))
        ]
        return any(not said.local or said.local in row["cuda"] for row in rows)
    return True


def _cuda_image(tag: str) -> bool:
    table = _facts("images")["nvidia/cuda"]
    match = re.fullmatch(r"(\d+\.\d+\.\d+)-(?:(cudnn\d*)-)?(base|devel|runtime)-([\w.]+)", tag)
    row = table["versions"].get(match[1]) if match else None
    if not match or not row or (match[2] and match[2] != row["cudnn"]):
        return False
    listed = table["tags"].get(match[1])
    flavour = f"cudnn-{match[3]}" if match[2] else match[3]
    flavours = {re.sub(r"^cudnn\d+", "cudnn", each) for each in (listed or {}).get(match[4], ())}
    return flavour in flavours if listed is not None else match[4] in row.get("os", ())


def _torch_image(tag: str) -> bool:
    match = re.fullmatch(r"([\d.]+)-cuda([\d.]+)-(cudnn\d+)-(?:devel|runtime)", tag)
    row = _facts("images")["pytorch/pytorch"]["releases"].get(match[1]) if match else None
    return bool(match and row and match[2] in row["cuda"] and match[3] == row["cudnn"])


def _any_build() -> dict[str, Any]:
    return {"cuda": {build for row in _torch().values() for build in row["cuda"]}}


def _torch() -> dict[str, Any]:
    rows: dict[str, Any] = _facts("torch")["releases"]
    return rows


@functools.cache
def _facts(name: str) -> Any:
    return yaml.safe_load((FACTS / f"{name}.yaml").read_text(encoding="utf-8"))


if __name__ == "__main__":
    sys.exit(main())
