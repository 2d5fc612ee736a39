"""What is wanted of one use of a name, and what is planned for it."""

from __future__ import annotations

from typing import NamedTuple

from cudamig.codemods.python_rows import Row
from cudamig.hosts.python_names import Use
from cudamig.model import Edit


class Wanted(NamedTuple):
    """A use that a rule finds. ``edits`` are those on its call; ``refusal`` says why it is not rewritten."""

    use: Use
    row: Row
    rest: str  # of the dotted name beyond the row's own: ".attribute"
    edits: tuple[Edit, ...] = ()
    refusal: str = ""


class Planned(NamedTuple):
    """The edits of a use and the group that they belong to, or why there are none."""

    wanted: Wanted
    edits: tuple[Edit, ...] = ()
    group: str = ""
    refusal: str = ""
