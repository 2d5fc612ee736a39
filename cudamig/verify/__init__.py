"""Compile the units of a tree before and after fixes, with the user's own compiler and torch.

Nothing is linked, and nothing that is compiled is run. It works on a temporary copy; the user's tree is only read.
"""

from __future__ import annotations


class Missing(Exception):
    """A compiler, torch's headers or something else that compiling needs is not there; the message says what to do."""
