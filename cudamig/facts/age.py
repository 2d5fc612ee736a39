"""How old the tables are: stacks move monthly, and old tables give old advice."""

from __future__ import annotations

import datetime

from cudamig.facts import store

DAYS = 90  # after which somebody should look for a newer release of the program


def as_of() -> str:
    """The date of the oldest table of facts, in ISO form."""
    return min(map(str, store.load("as-of").values()))


def warning(today: datetime.date | None = None) -> str:
    """What to say when the tables are old, else ``""``. ``today`` is the computer's date unless it is given."""
    read = datetime.date.fromisoformat(as_of())
    days = ((today or datetime.date.today()) - read).days
    if days <= DAYS:
        return ""
    return f"the tables of stacks were read {read}, {days} days ago: releases, images and drivers may have moved on"
