"""Why a rewrite is not made."""

from __future__ import annotations


class Refused(Exception):
    """A call or an import that is not rewritten. The message says why, to follow "because"."""
