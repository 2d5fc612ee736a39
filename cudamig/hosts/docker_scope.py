"""Variables of a Docker build: ARG and ENV as BuildKit resolves them, with the place of every value."""

from __future__ import annotations

import posixpath
import re

from cudamig.hosts.shell import SHELLS
from cudamig.hosts.shell_words import partly, raw_words
from cudamig.text import Text

_PAIR = re.compile(r"[A-Za-z_]\w*=")


class Scope:
    """Variables at a point of the build: ENV wins over ARG; global ARGs reach a stage only when it names them."""

    def __init__(self) -> None:
        """Empty, as at the top of the file."""
        self.globals: dict[str, Text] = {}
        self.args: dict[str, Text] = {}
        self.env: dict[str, Text] = {}
        self.shell = ""  # first word of SHELL; "" for the system's own, /bin/sh
        self._stages: dict[str, dict[str, Text]] = {}
        self._shells: dict[str, str] = {}  # by stage, as it was left
        self._stage = ""

    def lookup(self, name: str) -> Text | None:
        """The value of a variable inside a stage, or None."""
        return self.env[name] if name in self.env else self.args.get(name)

    @property
    def posix(self) -> bool:
        """Whether commands are run by a shell that reads POSIX syntax."""
        return not self.shell or posixpath.basename(self.shell) in SHELLS

    def enter(self, base: str, name: str, shell: str = "") -> None:
        """Begin a stage; it inherits the environment, and the shell, of the stage it is built from.

        ``shell``: that of the base image where it is known not to be ``/bin/sh``.
        """
        self._shells[self._stage] = self.shell
        self.args, self.env = {}, dict(self._stages.get(base, {}))
        self.shell = self._shells.get(base, shell)
        self._stage = name
        if name:
            self._stages[name] = self.env

    def argument(self, body: Text, stage: int) -> list[tuple[str, Text]]:
        """``ARG NAME`` or ``ARG NAME=default`` (several on a line are allowed): what it sets."""
        table = self.globals if stage < 0 else self.args
        lookup = self.globals.get if stage < 0 else self.lookup
        done = []
        for word in raw_words(body):
            name, equals, _ = word.value.partition("=")
            value = partly(word[len(name) + 1 :], lookup) if equals else self.globals.get(name)
            _put(table, name, value)
            if equals and value is not None:
                done.append((name, value))
        return done

    def environment(self, body: Text) -> list[tuple[str, Text]]:
        """``ENV NAME=value ...`` or ``ENV NAME value``: what it sets."""
        if _PAIR.match(body.value):
            pairs = [(word.value.partition("=")[0], word) for word in raw_words(body)]
        else:
            pairs = [(re.split(r"\s", body.value, maxsplit=1)[0], body)]
        done = []
        for name, word in pairs:
            rest = word[len(name) + 1 :]
            value = partly(rest[len(rest.value) - len(rest.value.lstrip()) :], self.lookup)
            _put(self.env, name, value)
            done.append((name, value))
        return done


def _put(table: dict[str, Text], name: str, value: Text | None) -> None:
    if value is None or not value.known:
        table.pop(name, None)
    else:
        table[name] = value
