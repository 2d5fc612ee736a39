"""Paths as a code host wants them: relative to the root of the repository, wherever the program runs."""

from __future__ import annotations

import os


def from_root(path: str, root: str) -> str:
    """A path (relative to the working directory) relative to ``root``, with forward slashes."""
    return os.path.relpath(os.path.abspath(path), root).replace(os.sep, "/")
