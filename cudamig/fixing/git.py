"""How to take a written change back."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Collection


def undo_hint(paths: Collection[str], patch: str | None) -> str:
    """The command that undoes a change of ``paths``, to be asked for before they are written.

    A saved patch is the answer when there is one. ``git restore`` is named only where it gives back exactly what was
    there: files that are tracked and have no changes of the user's own.
    """
    if not paths:
        return ""
    if patch:
        return f"patch -p1 < {shlex.quote(patch)}"
    if not _clean(paths):
        return ""
    names = " ".join(shlex.quote(path) for path in sorted(paths))
    return f"git restore {names}" if len(paths) <= 5 else "git restore ."


def _clean(paths: Collection[str]) -> bool:
    """Whether git tracks all of ``paths`` and none has changes."""
    command = ["git", "status", "--porcelain", "--ignored", "--untracked-files=all", "-z", "--", *sorted(paths)]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0 and not done.stdout
