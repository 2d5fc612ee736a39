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
from cudamig.text import EMPTY, NOWHERE, Text

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(?!=)")  # torch==2.0 stands in the text of a file
_KEYWORDS = frozenset("if then else elif fi do done while until for case esac { } !".split())
_WRAPPERS = frozenset(("sudo", "exec", "time", "env", "command", "nohup"))
SHELLS = frozenset(("sh", "bash", "dash", "zsh", "ash"))
_USERS = frozenset(("su", "runuser"))  # run the script after -c as another user
_DECLARATIONS = frozenset(("export", "local", "declare", "readonly", "typeset"))
_HEREDOC = re.compile(r"<<-?[ \t]*(?:([\"'])([A-Za-z_][\w.-]*)\1|\\?([A-Za-z_]\w*))")
_NO_FILE = re.compile(r">+\|?[ \t]*(?:&|/dev/)")  # what is written there is not kept
_DEPTH = 4  # of scripts in scripts


class Command(NamedTuple):
    """One simple command, its assignments and wrappers (``sudo``, ``then``, ``env``) taken off."""

    words: tuple[Word, ...]
    assigned: tuple[tuple[str, Text], ...] = ()  # variables set before it, or by it alone
    heredocs: tuple[Text, ...] = ()  # what it reads, as far as that is no script of a shell
    writes: bool = False  # its output goes to a file or to another command

    @property
    def name(self) -> str:
        """Name of the program without its folder."""
        return self.words[0].value.rsplit("/", 1)[-1] if self.words else ""


class _Statement(NamedTuple):
    """The words between two operators, before keywords and assignments are told apart."""

    words: list[Word]
    writes: bool
    heredocs: tuple[Text, ...] = ()


def commands(
    script: Text, lookup: Lookup = lambda name: None, depth: int = 0, vague: frozenset[str] = frozenset()
) -> list[Command]:
    """The simple commands of a script, in order, whatever joins them, and those of scripts in it (``bash -c``).

    ``lookup`` gives the values of variables from outside; assignments in the script itself are followed too, but for
    the variables in ``vague``, whose value nobody knows.
    """
    local: dict[str, Text] = {}

    def resolve(name: str) -> Text | None:
        return local[name] if name in local and name not in vague else lookup(name)

    found = []
    for statement in _statements(script, resolve):
        assigned: dict[str, Text] = {}
        words = _strip(statement.words, assigned)
        local.update(assigned)
        if words or assigned or statement.heredocs:
            command = Command(tuple(words), tuple(assigned.items()), statement.heredocs, statement.writes)
            found += unfolded(command, resolve, depth)
    return found


def unfolded(command: Command, lookup: Lookup = lambda name: None, depth: int = 0) -> list[Command]:
    """A command, or in its place the commands of the script that it hands to a shell."""
    scripts = _scripts(command) if depth < _DEPTH else []
    if not scripts:
        return [command]
    inner = [item for script in scripts for item in commands(script, lookup, depth + 1)]
    return [command._replace(words=(), heredocs=()), *inner]


def _scripts(command: Command) -> list[Text]:
    """The scripts in ``bash -c SCRIPT``, ``su USER -c SCRIPT``, ``eval WORD...`` and ``bash <<EOF``."""
    words = command.words[1:]
    if command.name == "eval" and words:
        return [_joined(words)]
    found = []
    for option, word in itertools.pairwise(words if command.name in (*SHELLS, *_USERS) else ()):
        if command.name in SHELLS and not option.value.startswith(("-", "+")):
            break
        if re.fullmatch(r"-[a-z]*c|--command", option.value):
            found.append(word.text)
            break
    return found + list(command.heredocs if command.name in SHELLS else ())


def _joined(words: tuple[Word, ...]) -> Text:
    text = EMPTY
    for word in words:
        text = text + Text(" ", [NOWHERE]) + word.text
    return text[1:]


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
        elif value in _WRAPPERS or value in _DECLARATIONS:
            wrapper = value
        elif value not in _KEYWORDS:
            break
        words = words[1:]
    return words


def _statements(script: Text, lookup: Lookup) -> Iterator[_Statement]:
    """Words between the operators that end a simple command."""
    words: list[Word] = []
    pending: list[str] = []  # end words of heredocs that begin on this line
    writes = False
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
            position += 1
            bodies, position = _bodies(script, position, pending) if char == "\n" else ((), position)
            pending = [] if char == "\n" else pending
            if words or bodies:
                yield _Statement(words, writes or char == "|", bodies)
            words, writes = [], False
        elif char in "<>":
            heredoc = _HEREDOC.match(value, position)
            if heredoc and not value.startswith("<<<", position):
                pending.append(heredoc.group(2) or heredoc.group(3))
                position = heredoc.end()
            else:
                writes = writes or (char == ">" and not _NO_FILE.match(value, position))
                position = _skip_redirection(value, position)
        else:
            position, more = read_word(script, position, lookup)
            words += more
    if words:
        yield _Statement(words, writes)


def _bodies(script: Text, position: int, pending: list[str]) -> tuple[tuple[Text, ...], int]:
    """The bodies of the heredocs that end a line, and where the script goes on; one without an end is none."""
    found = []
    for word in pending:
        close = re.compile(rf"^[ \t]*{re.escape(word)}[ \t\r]*(?:\n|\Z)", re.M).search(script.value, position)
        if close:
            found.append(script[position : close.start()])
            position = close.end()
    return tuple(found), position


def _skip_redirection(value: str, position: int) -> int:
    """Past ``> file``, ``2>&1``, ``<<EOF``; the target is no word of the command."""
    while position < len(value) and value[position] in "<>&|-":
        position += 1
    while position < len(value) and value[position] in BLANK:
        position += 1
    while position < len(value) and value[position] not in BLANK + BREAKS + "<>\r":
        position += 1
    return position
