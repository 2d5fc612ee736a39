"""``[tool.cudamig]`` of pyproject.toml, or cudamig.toml, as a frozen Config."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

DEFAULT_TARGET = "cu126"


class ConfigError(Exception):
    """The configuration or the command line cannot be used. The message names the file and the key."""


class RuleError(Exception):
    """A rule file that the loader refuses. The message names the file and the key."""


class Config(NamedTuple):
    """What a run was asked for. Patterns are in gitignore style, relative to the folder of the config file."""

    target: str = DEFAULT_TARGET
    target_source: str = "the default"
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    rules: tuple[str, ...] = ()  # folders with rules of the user's own, relative to the working directory
    folder: str = "."  # folder of the config file, relative to the working directory
    file: str = ""  # the config file, relative to the working directory; "" without one
    targets: Mapping[str, Any] = {}  # name -> row, as written; facts/own.py reads them
    fleet: Mapping[str, Any] | None = None  # as written; facts/fleet.py reads it

    def excluded(self) -> Callable[[str], bool]:
        """A predicate over paths relative to the working directory."""
        return matcher(self.exclude, self.folder)


_KEYS = ("target", "select", "ignore", "exclude", "per-file-ignores", "rules", "targets", "fleet")


def matcher(patterns: tuple[str, ...], folder: str = ".") -> Callable[[str], bool]:
    """A predicate that tells whether a path (relative to the working directory) matches gitignore-style patterns."""
    if not patterns:
        return lambda path: False
    import pathspec

    try:
        spec = pathspec.GitIgnoreSpec.from_lines(patterns)
    except ValueError as error:
        raise ConfigError(f"bad pattern: {error}") from None
    return lambda path: spec.match_file(os.path.relpath(path, folder))


def load(start: str = ".") -> Config:
    """The nearest configuration at or above ``start``: cudamig.toml before pyproject.toml in each folder.

    The search ends at the root of the git work tree. Raises ConfigError for a file
    that is no TOML, an unknown key (naming a near one), or a value of the wrong type.
    """
    folder = os.path.abspath(start)
    while True:
        for name, path in (("cudamig.toml", ()), ("pyproject.toml", ("tool", "cudamig"))):
            file = os.path.join(folder, name)
            if os.path.isfile(file):
                table = _table(file, path)
                if table is not None:
                    return _config(table, os.path.relpath(file))
        parent = os.path.dirname(folder)
        if os.path.exists(os.path.join(folder, ".git")) or parent == folder:
            return Config()
        folder = parent


def _table(file: str, path: tuple[str, ...]) -> Mapping[str, object] | None:
    try:
        with open(file, "rb") as handle:
            raw = handle.read()
    except OSError as error:
        raise ConfigError(f"{os.path.relpath(file)}: cannot be read: {error.strerror}") from None
    if path and b"cudamig" not in raw:
        return None
    import tomllib

    try:
        table = tomllib.loads(raw.decode("utf-8-sig"))  # editors of Windows write a byte order mark
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{os.path.relpath(file)}: {error}") from None
    for key in path:
        if key not in table:
            return None
        table = table[key]
    if not isinstance(table, dict):
        raise ConfigError(f"{os.path.relpath(file)}: [tool.cudamig] must be a table")
    return table


def _config(table: Mapping[str, object], file: str) -> Config:
    for key in table:
        if key not in _KEYS:
            raise ConfigError(f"{file}: unknown key {key!r}{near(key, _KEYS)}")
    folder = os.path.dirname(file) or "."
    target = table.get("target", DEFAULT_TARGET)
    if not isinstance(target, str):
        raise ConfigError(f"{file}: 'target' must be a string")
    ignores = table.get("per-file-ignores", {})
    if not isinstance(ignores, dict):
        raise ConfigError(f"{file}: 'per-file-ignores' must be a table of pattern = [rules]")
    return Config(
        target=target,
        target_source=file if "target" in table else "the default",
        select=_strings(table, "select", file),
        ignore=_strings(table, "ignore", file),
        exclude=_strings(table, "exclude", file),
        per_file_ignores=tuple((str(p), _strings(ignores, p, f"{file}: per-file-ignores")) for p in ignores),
        rules=tuple(os.path.normpath(os.path.join(folder, d)) for d in _strings(table, "rules", file)),
        folder=folder,
        file=file,
        targets=_rows(table, file),
        fleet=_fleet(table, file),
    )


def _rows(table: Mapping[str, object], file: str) -> dict[str, Any]:
    value = table.get("targets", {})
    if not isinstance(value, dict) or not all(isinstance(row, dict) for row in value.values()):
        raise ConfigError(f"{file}: 'targets' must hold a table for each target: [targets.NAME]")
    return value


def _fleet(table: Mapping[str, object], file: str) -> Mapping[str, Any] | None:
    value = table.get("fleet")
    if value is not None and not isinstance(value, dict):
        raise ConfigError(f"{file}: 'fleet' must be a table")
    return value


def _strings(table: Mapping[str, object], key: str, file: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f"{file}: {key!r} must be a list of strings")
    return tuple(value)


def near(word: str, known: tuple[str, ...] | list[str]) -> str:
    """``; did you mean 'x'?`` for the known word closest to ``word``, or nothing."""
    import difflib

    close = difflib.get_close_matches(word, known, 1, 0.6) or [k for k in known if word.lower() == k.lower()]
    return f"; did you mean {close[0]!r}?" if close else ""
