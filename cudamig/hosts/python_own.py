"""Which packages are a tree's own: a module beside the folder of ``apex`` that imports ``apex`` means that folder.

What the tree holds itself is whatever it is there, not the library that rules speak of.
"""

from __future__ import annotations

import os
from collections.abc import Callable


class Packages:
    """Answers for one run; every folder is asked once."""

    def __init__(self, root: str, is_file: Callable[[str], bool] = os.path.isfile) -> None:
        """``root``: the folder above which no package is looked for."""
        self._root, self._is_file = os.path.abspath(root), is_file
        self._known: dict[tuple[str, str], bool] = {}

    def own(self, path: str, package: str) -> bool:
        """Whether ``package``, imported by the module ``path``, lies in a folder around it, or in ``src`` of one."""
        return self._from(os.path.dirname(os.path.abspath(path)), package)

    def _from(self, folder: str, package: str) -> bool:
        key = folder, package
        if key not in self._known:
            around = os.path.dirname(folder)
            above = folder not in (self._root, around) and self._from(around, package)
            self._known[key] = above or self._has(folder, package)
        return self._known[key]

    def _has(self, folder: str, package: str) -> bool:
        """A package inside another has a longer name."""
        places = [os.path.join(folder, package), os.path.join(folder, "src", package)]
        inner = self._is_file(os.path.join(folder, "__init__.py"))
        return not inner and any(self._is_file(os.path.join(place, "__init__.py")) for place in places)
