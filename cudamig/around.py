"""The files that a run reads: those in PATHS, and those around them that say something about these."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import cached_property

from cudamig import engine
from cudamig.config import ConfigError, matcher
from cudamig.discover import Candidate, Discovery, discover
from cudamig.request import Request


class Around:
    """Files of the work tree that lie outside PATHS; they are read, never written."""

    def __init__(self, request: Request, files: Sequence[Candidate]) -> None:
        """``files``: those in the paths of ``request``."""
        self._request, self._files = request, files
        self._root = os.path.relpath(work_tree())

    @cached_property
    def _tree(self) -> list[Candidate]:
        return find(self._request, (self._root,)).files

    def deciding(self) -> list[Candidate]:
        """Files that decide about stack files in PATHS."""
        kinds = (*engine.ALWAYS, "toml", "text")
        if not any(file.kind in kinds for file in self._files) or self._root in self._request.paths:
            return []
        return [file for file in self._tree if file.kind in kinds]

    def headers(self) -> list[str]:
        """The C++ files of the work tree, where PATHS hold some: what they include may lie outside."""
        return self._with("cpp")

    def modules(self) -> list[str]:
        """The Python files of the work tree, where PATHS hold some: others may take names from those."""
        return self._with("python", "notebook")

    def _with(self, *kinds: str) -> list[str]:
        """A working directory in no work tree is not gone through: it may be anybody's home."""
        own = [file.path for file in self._files if file.kind in kinds]
        inside = any(not os.path.relpath(path, self._root).startswith(os.pardir) for path in own)
        if not inside or self._root in self._request.paths or not os.path.exists(os.path.join(self._root, ".git")):
            return own
        return [*own, *(file.path for file in self._tree if file.kind in kinds)]


def find(request: Request, paths: Iterable[str]) -> Discovery:
    """The files in ``paths``, without those that the configuration or an option excludes. Raises ConfigError."""
    config = request.config
    by_config, by_option = config.excluded(), matcher(request.exclude)
    try:
        return discover(paths, lambda path: by_config(path) or by_option(path), request.force_exclude)
    except FileNotFoundError as error:
        raise ConfigError(f"no such file or folder: {error}") from None


def work_tree() -> str:
    """The root of the work tree that holds the working directory, or the working directory."""
    folder = here = os.getcwd()
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return here
        folder = parent
    return folder
