"""The only place that opens the network."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable

Fetch = Callable[[str], bytes]


class Unreadable(Exception):
    """A source that cannot be read, or does not look as expected. The message says which, and why."""


def fetch(url: str) -> bytes:
    """The bytes at an address. Raises Unreadable."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return bytes(answer.read())
    except (OSError, ValueError) as error:
        raise Unreadable(f"{url}: {error}") from None
