"""How to take a written change back."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Collection, Sequence

from cudamig.fixing.diff import base

FEW = 5  # files that are named one by one
_BATCH = 500  # paths on one command line


def undo_hint(paths: Collection[str], patch: str | None) -> str:
    """The command that undoes a change of ``paths``, to be asked for before they are written.

    A saved patch is the answer when there is one. ``git restore`` is named only where it gives back exactly what was
    there: files that are tracked and have no changes of the user's own.
    """
    if not paths:
        return ""
    if patch:
        folder = base(paths)
        where = "" if folder == "." else f" -d {shlex.quote(folder)}"
        return f"patch -p1{where} < {shlex.quote(patch)}"
    if not _clean(sorted(paths), untracked="all"):
        return ""
    if len(paths) > FEW and base(paths) == "." and _clean(["."], untracked="no"):
        return "git restore ."
    return "git restore -- " + " ".join(shlex.quote(path) for path in sorted(paths))


def _clean(paths: Sequence[str], untracked: str) -> bool:
    """Whether git reports no changes below ``paths``; with ``untracked="all"``, that it tracks all of them too."""
    command = ["git", "--literal-pathspecs", "status", "--porcelain", f"--untracked-files={untracked}", "-z"]
    if untracked == "all":
        command.append("--ignored")
    for start in range(0, len(paths), _BATCH):
        try:
            done = subprocess.run([*command, "--", *paths[start : start + _BATCH]], capture_output=True, check=False)
        except OSError:
            return False
        if done.returncode or done.stdout:
            return False
    return True
