"""Which files to look at, and why others were left out."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from cudamig.kinds import kind_of, skip_reason

NEVER = frozenset((".git", ".hg", ".svn", ".tox", ".nox", ".venv", "venv", "__pycache__", ".mypy_cache"))


class Candidate(NamedTuple):
    """A file to scan: path relative to the working directory (POSIX separators) and host kind."""

    path: str
    kind: str


class Skipped(NamedTuple):
    """A file or folder that is not scanned, and why."""

    path: str
    reason: str


class Discovery(NamedTuple):
    """What a walk found. All lists are sorted by path and free of duplicates."""

    files: list[Candidate]
    skipped: list[Skipped]
    failed: list[Skipped]  # what should have been looked at and could not be


def discover(paths: Iterable[str], excluded: Callable[[str], bool], force_exclude: bool = False) -> Discovery:
    """Walk ``paths`` (files or folders, relative to the working directory).

    In a git work tree a folder's files are those git tracks plus the untracked ones it does not ignore. A file
    that is named itself is scanned wherever it lies; with ``force_exclude`` (for hooks, which name every file) it is
    treated as if it had been met in a folder. Raises FileNotFoundError for a path that does not exist.
    """
    files: dict[str, Candidate] = {}
    skipped: dict[str, Skipped] = {}
    failed: dict[str, Skipped] = {}
    for given in paths:
        if not os.path.lexists(given):
            raise FileNotFoundError(given or "''")
        path = os.path.relpath(given).replace(os.sep, "/")
        named = not os.path.isdir(path) or os.path.islink(path)
        below = "" if named or path == "." else path + "/"
        for name in [path] if named else _listed(path, failed):
            found = os.path.relpath(below + name).replace(os.sep, "/") if below.startswith("..") else below + name
            reason = None if named and not force_exclude else skip_reason(name)
            try:
                kind, reason = _classify(found, named, excluded, force_exclude, reason)
            except FileNotFoundError:
                kind, reason = None, "cannot be looked at: git lists it, but it is not there"
            except OSError as error:
                failed[found] = Skipped(found, f"cannot be looked at: {error.strerror}")
                continue
            if reason:
                skipped[found] = Skipped(found, reason)
            elif kind:
                files[found] = Candidate(found, kind)
    return Discovery(
        [files[p] for p in sorted(files)],
        [skipped[p] for p in sorted(skipped) if p not in files],
        [failed[p] for p in sorted(failed)],
    )


def _classify(
    path: str, named: bool, excluded: Callable[[str], bool], force_exclude: bool, reason: str | None
) -> tuple[str | None, str | None]:
    """Kind and reason to skip; both None for a file of no interest."""
    if excluded(path) and (force_exclude or not named):
        return None, "excluded"
    if reason:
        return None, reason
    kind = kind_of(path)
    if kind is None:
        return None, "no host reads this kind of file" if named else None
    return kind, _irregular(path, named)


def _irregular(path: str, named: bool) -> str | None:
    """Why a path is no plain file of this tree, or None. Raises OSError."""
    mode = os.lstat(path).st_mode
    if stat.S_ISLNK(mode):
        target = os.path.realpath(path)
        if not os.path.exists(target):
            return "link that leads nowhere"
        if not _inside(target):
            return "link out of the tree"
        if not named:
            return "link; its target is scanned itself"
        mode = os.stat(target).st_mode
    if stat.S_ISDIR(mode):
        return "folder or submodule"
    return None if stat.S_ISREG(mode) else "not a regular file"


def _inside(target: str) -> bool:
    root = os.path.realpath(os.curdir)
    return target == root or target.startswith(root + os.sep)


def _listed(folder: str, failed: dict[str, Skipped]) -> Iterable[str]:
    """Files below ``folder``, relative to it. Folders that cannot be listed go to ``failed``."""
    listed = _git_files(folder)
    if listed is not None:
        return listed

    def note(error: OSError) -> None:
        path = os.path.relpath(str(error.filename)).replace(os.sep, "/")
        failed[path] = Skipped(path, f"cannot be listed: {error.strerror}")

    return _walk(folder, note)


def _git_files(folder: str) -> list[str] | None:
    """Paths below ``folder`` as git lists them; None outside a work tree, without git, or in an ignored folder."""
    command = ["git", "-C", folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    try:
        import subprocess  # a named file needs no git

        done = subprocess.run(command, capture_output=True, check=False)
    except OSError:
        return None
    if done.returncode:
        return None
    return [os.fsdecode(name) for name in done.stdout.split(b"\0") if name] or None


def _walk(folder: str, note: Callable[[OSError], None]) -> Iterator[str]:
    for here, folders, names in os.walk(folder, onerror=note):
        relative = os.path.relpath(here, folder).replace(os.sep, "/")
        prefix = "" if relative == "." else relative + "/"
        folders[:] = sorted(name for name in folders if name not in NEVER)
        yield from (prefix + name for name in sorted(names))
