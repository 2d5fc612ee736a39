"""Write changed files: all of them, or none; each in one step, with its mode; never over somebody else's change."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Mapping


class Refused(Exception):
    """A file must not or cannot be written. ``path`` and ``reason`` say which and why; nothing was written."""

    def __init__(self, path: str, reason: str) -> None:
        """``path`` as the user gave it."""
        super().__init__(f"{path}: {reason}")
        self.path, self.reason = path, reason


def write_all(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> None:
    """Replace the files of ``after``, which held ``before``.

    New contents are written beside the files and synced first; only when all of them are in place, and every file
    still holds what was read, are they renamed. Raises Refused with nothing changed.
    """
    staged: dict[str, str] = {}
    done: list[str] = []
    try:
        for path in sorted(after):
            staged[path] = _stage(path, after[path])
        for path in sorted(after):
            _unchanged(path, before[path])
        for path in sorted(after):
            os.replace(staged[path], os.path.realpath(path))
            done.append(path)
    except OSError as error:
        for path in done:
            os.replace(_stage(path, before[path]), os.path.realpath(path))
        raise Refused(path, f"cannot be replaced: {error.strerror}") from None
    finally:
        for path in staged.keys() - set(done):
            with contextlib.suppress(OSError):
                os.unlink(staged[path])


def _stage(path: str, raw: bytes) -> str:
    """A synced temporary file beside ``path`` with ``raw`` and the mode of the file there."""
    real = os.path.realpath(path)
    try:
        mode = os.stat(real).st_mode
        if not mode & 0o222 or not os.access(real, os.W_OK):
            raise Refused(path, "the file is read-only")
        handle, temporary = tempfile.mkstemp(prefix=".cudamig-", dir=os.path.dirname(real))
    except OSError as error:
        raise Refused(path, f"cannot be written: {error.strerror}") from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, stat.S_IMODE(mode))
    except OSError as error:
        os.unlink(temporary)
        raise Refused(path, f"cannot be written: {error.strerror}") from None
    return temporary


def _unchanged(path: str, raw: bytes) -> None:
    try:
        with open(path, "rb") as handle:
            same = handle.read() == raw
    except OSError as error:
        raise Refused(path, f"cannot be read again: {error.strerror}") from None
    if not same:
        raise Refused(path, "the file changed after it was read")


def write_new(path: str, raw: bytes) -> None:
    """Write a file of our own (a report, a patch) in one step, so that no reader meets half of it. Raises Refused.

    A link is followed. What is there and is no regular file (a device, a pipe) is written to, never replaced.
    """
    real = os.path.realpath(path)
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "wb") as file:
                file.write(raw)
            return
        handle, temporary = tempfile.mkstemp(prefix=".cudamig-", dir=os.path.dirname(real))
    except OSError as error:
        raise Refused(path, f"cannot be written: {error.strerror}") from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
        os.chmod(temporary, 0o644)
        os.replace(temporary, real)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise Refused(path, f"cannot be written: {error.strerror}") from None
