"""Shell text (a ``RUN`` line, a script, a workflow step) -> commands as words that know where they stand.

No shell is ever run. Words keep quotes and escapes out and variables resolved where their value is known; a word with
a command substitution or an unknown variable is marked as not resolved.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

from cudamig.hosts.shell_words import BLANK, BREAKS, Lookup, Word, read_word
from cudamig.text import NOWHERE, Text

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(?!=)")  # torch==2.0 stands in the text of a file
_KEYWORDS = frozenset("if then else elif fi do done while until for case esac { } !".split())
_WRAPPERS = frozenset(("sudo", "exec", "time", "env", "command", "nohup"))
SHELLS = frozenset(("sh", "bash", "dash", "zsh", "ash"))
_USERS = frozenset(("su", "runuser"))  # run the script after -c as another user
_DEPTH = 4  # of scripts in scripts


class Command(NamedTuple):
    """One simple command, its assignments and wrappers (``sudo``, ``then``, ``env``) taken off."""

    words: tuple[Word, ...]
    assigned: tuple[tuple[str, Text], ...] = ()  # variables set before it, or by it alone

    @property
    def name(self) -> str:
        """Name of the program without its folder."""
        return self.words[0].value.rsplit("/", 1)[-1] if self.words else ""


def commands(script: Text, lookup: Lookup = lambda name: None, depth: int = 0) -> list[Command]:
    """The simple commands of a script, in order, whatever joins them, and those of scripts in it (``bash -c``).

    ``lookup`` gives the values of variables from outside; assignments in the script itself are followed too.
    """
    local: dict[str, Text] = {}

    def resolve(name: str) -> Text | None:
        return local[name] if name in local else lookup(name)

    found = []
    for words in _statements(script, resolve):
        assigned: dict[str, Text] = {}
        words = _strip(words, assigned)
        local.update(assigned)
        if words or assigned:
            found += unfolded(Command(tuple(words), tuple(assigned.items())), resolve, depth)
    return found


def unfolded(command: Command, lookup: Lookup = lambda name: None, depth: int = 0) -> list[Command]:
    """A command, or in its place the commands of the script that it hands to a shell."""
    script = _script(command) if depth < _DEPTH else None
    return [command] if script is None else [command._replace(words=()), *commands(script, lookup, depth + 1)]


def _script(command: Command) -> Text | None:
    """The script in ``bash -c SCRIPT``, ``su USER -c SCRIPT`` and ``eval WORD...``, or None."""
    words = command.words[1:]
    if command.name == "eval" and words:
        joined = words[0].text
        for word in words[1:]:
            joined = joined + Text(" ", (NOWHERE,)) + word.text
        return joined
    if command.name in SHELLS or command.name in _USERS:
        for option, word in itertools.pairwise(words):
            if command.name in SHELLS and not option.value.startswith(("-", "+")):
                break
            if re.fullmatch(r"-[a-z]*c|--command", option.value):
                return word.text
    return None


def _strip(words: list[Word], assigned: dict[str, Text]) -> list[Word]:
    """Take keywords, wrappers with their options, and assignments off the front; these go to ``assigned``."""
    wrapper = ""
    while words:
        value = words[0].value
        assignment = _ASSIGNMENT.match(value)
        if assignment:
            assigned[assignment.group(1)] = words[0].text[assignment.end() :]
        elif wrapper and value.startswith("-"):
            words = words[1:] if value in ("-u", "-g") else words
        elif value in _WRAPPERS:
            wrapper = value
        elif value != "export" and value not in _KEYWORDS:
            break
        words = words[1:]
    return words


def _statements(script: Text, lookup: Lookup) -> Iterator[list[Word]]:
    """Words between the operators that end a simple command."""
    words: list[Word] = []
    position, end = 0, len(script)
    value = script.value
    while position < end:
        char = value[position]
        if char in BLANK or value.startswith("\\\n", position) or char == "\r":
            position += 2 if char == "\\" else 1
        elif char == "#":
            newline = value.find("\n", position)
            position = end if newline < 0 else newline
        elif char in BREAKS:
            if words:
                yield words
            words = []
            position += 1
        elif char in "<>":
            position = _skip_redirection(value, position)
        else:
            position, more = read_word(script, position, lookup)
            words += more
    if words:
        yield words


def _skip_redirection(value: str, position: int) -> int:
    """Past ``> file``, ``2>&1``, ``<<EOF``; the target is no word of the command."""
    while position < len(value) and value[position] in "<>&|-":
        position += 1
    while position < len(value) and value[position] in BLANK:
        position += 1
    while position < len(value) and value[position] not in BLANK + BREAKS + "<>\r":
        position += 1
    return position
