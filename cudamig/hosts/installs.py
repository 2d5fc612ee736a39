"""Install commands among shell commands: pip and its likes, conda, apt, and which Python is there."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from cudamig.hosts.requirement import INDEX_OPTIONS, index_option, pip_variable, requirement
from cudamig.hosts.shell import Command, commands
from cudamig.hosts.shell_words import Word
from cudamig.model import Span
from cudamig.nodes import Include, Install, Node, Setting
from cudamig.text import UNKNOWN, Text

_PYTHON = re.compile(r"python(?:\d(?:\.\d+)?)?")
_FOLDER = re.compile(r"(?!.*\.(?:whl|zip|tar\.gz)$)(?:/|\.{1,2}(?:$|[/\[]))")  # a path, of no archive
_SETUP = frozenset("install develop build build_ext bdist_wheel".split())  # commands of setup.py that install or build
_PIP = re.compile(r"pip(?:\d(?:\.\d+)?)?")
_WITH_VALUE = frozenset(
    "-t --target --prefix --root --python-version --platform --abi --implementation --no-binary --only-binary "
    "--upgrade-strategy --progress-bar --timeout --retries --trusted-host --cert --cache-dir "
    "--global-option --config-settings -C --src --log --proxy --python -p --client-cert --extra --resolution "
    "--index-strategy --exclude-newer --build-option --report --use-feature --root-user-action".split()
)
# options before the verb whose value is a word of its own: ``pip --timeout 100 install``, ``apt-get -o X=y install``
_GLOBAL_WITH_VALUE = frozenset(
    "--timeout --default-timeout --retries --proxy --cert --client-cert --cache-dir --log --python --exists-action "
    "--trusted-host --use-feature --use-deprecated --keyring-provider --directory --project --config-file --color "
    "--python-preference -o --option -c -t --target-release".split()
)
_PYTHON_OPTION = re.compile(r"-[BEIOPsSuq]+")
# commands that run the command after their own options: ``timeout 600 pip install``, ``gosu user pip install``
_CARRIERS = frozenset(
    "nice ionice timeout runuser gosu su-exec setuser flock stdbuf xvfb-run retry travis_retry call chronic".split()
)
_CARRIED = re.compile(r"python(?:\d(?:\.\d+)?)?|pip(?:\d(?:\.\d+)?)?|uv|conda|mamba|micromamba|apt-get|apt")
_KEPT = re.compile(r"\s*(?:\S*python[\d.]*\s+-m\s+)?(?:uv\s+)?(?:pip[\d.]*|conda|mamba)\s+install\s")
_PRINTERS = frozenset(("echo", "printf", "cat"))
_RUNNERS = frozenset("conda mamba micromamba poetry pipenv uv pdm pixi hatch".split())
_RUN_WITH_VALUE = frozenset("-n --name -p --prefix --cwd --python --with --project --directory -e".split())
_LOCKED = {
    ("poetry", "install"), ("poetry", "sync"), ("pipenv", "install"), ("pipenv", "sync"), ("uv", "sync"),
    ("pdm", "install"), ("pdm", "sync"), ("pixi", "install"),
}  # fmt: skip


def nodes(found: Iterable[Command], span: Span, stage: int) -> Iterator[Node]:
    """The nodes of the install commands in ``found``; ``span`` is the whole instruction, for what has no own place."""
    for command in found:
        for name, value in command.assigned:
            yield from pip_variable(name, value, stage)
            if _KEPT.match(value.value):  # TORCH_COMMAND="pip install ..."
                yield from nodes(commands(value), value.span() or span, stage)
        printed = command.name in _PRINTERS and not command.writes
        if command.heredocs:
            yield Install("message" if printed else "other", command.heredocs, _extent(command, span), stage)
        if not command.words:
            continue
        words = _run(_carried(list(command.words)))
        tool, rest = _tool(words)
        extent = _extent(command, span)
        if tool == "pip":
            yield Install("pip", (words[0].text,), extent, stage)
            yield from _pip(rest, extent, stage)
        elif tool:
            tool = "message" if printed else tool
            values = [word.value for word in rest]
            if tool == "locked" or (values[1:2] == ["setup.py"] and _SETUP.intersection(values[2:])):
                yield Include("-e", ".", extent, stage)
            yield Install(tool, tuple(word.text for word in rest), extent, stage)


def settings(found: Iterable[Command], stage: int = 0) -> Iterator[Setting]:
    """The variables that commands set, for themselves or for those after them."""
    for command in found:
        for name, value in command.assigned:
            yield Setting(name, value, stage)


def _tool(words: list[Word]) -> tuple[str, list[Word]]:
    """Which tool a command runs to install, and the words after its verb; ``""`` for a command of no interest."""
    name, words = _module(words)
    verb, rest = _verb(words)
    if name == "uv" and verb == "pip":
        name, words = "pip", rest
        verb, rest = _verb(words)
    values = [word.value for word in words]
    if _PIP.fullmatch(name):
        if verb == "config":
            return "other", words
        return ("pip", rest[1:]) if verb in ("install", "download", "wheel") else ("", [])
    if name in ("conda", "mamba", "micromamba"):
        return ("conda", rest[1:]) if verb in ("install", "create", "env", "update") else ("", [])
    if name in ("apt-get", "apt", "yum", "dnf", "microdnf"):
        return ("apt", rest[1:]) if verb == "install" else ("", [])
    if (name, verb) in _LOCKED:
        return "locked", words[:1]
    if name in ("pyenv", "uv") and (verb == "install" or values[1:3] == ["python", "install"]):
        return "python", [word for word in words[2:] if re.match(r"\d", word.value)]
    if (name, verb) == ("uv", "venv"):
        pairs = itertools.pairwise(rest)
        return "python", [word for option, word in pairs if option.value in ("-p", "--python")]
    return "other", words


def _module(words: list[Word]) -> tuple[str, list[Word]]:
    """The program that a command runs, ``python -u -m pip`` read as ``pip``, and its words from there on."""
    name = words[0].value.rsplit("/", 1)[-1]
    if not _PYTHON.fullmatch(name) and UNKNOWN not in name:
        return name, words
    position = 1
    while position < len(words) and _PYTHON_OPTION.fullmatch(words[position].value):
        position += 1
    values = [word.value for word in words[position : position + 2]]
    return (
        (values[1], words[position + 1 :])
        if values[:1] == ["-m"] and values[1:] in (["pip"], ["uv"])
        else (name, words)
    )


def _verb(words: list[Word]) -> tuple[str, list[Word]]:
    """The first word of a command that is no option nor an option's value, and the words from there on.

    Options before it are kept behind it: an index given there counts like one given after the verb.
    """
    position = 1
    while position < len(words) and words[position].value.startswith("-"):
        position += 2 if words[position].value in _GLOBAL_WITH_VALUE else 1
    if position >= len(words):
        return "", []
    return words[position].value, [words[position], *words[1:position], *words[position + 1 :]]


def _carried(words: list[Word]) -> list[Word]:
    """What ``timeout 600 ...`` and its likes run, or the words as they are."""
    if words[0].value.rsplit("/", 1)[-1] not in _CARRIERS:
        return words
    for position, word in enumerate(words[1:], 1):
        if _CARRIED.fullmatch(word.value.rsplit("/", 1)[-1]) and len(words) > position + 1:
            return words[position:]
    return words


def _run(words: list[Word]) -> list[Word]:
    """What ``conda run -n env ...``, ``poetry run ...`` and their likes run, or the words as they are."""
    if words[0].value.rsplit("/", 1)[-1] not in _RUNNERS or len(words) < 2 or words[1].value != "run":
        return words
    position = 2
    while position < len(words) and words[position].value.startswith("-"):
        position += 2 if words[position].value in _RUN_WITH_VALUE else 1
    return words[position:] or words


def _pip(words: list[Word], span: Span, stage: int) -> Iterator[Node]:
    todo, scope = iter(words), span.start
    for word in todo:
        option, equals, _ = word.value.partition("=")
        if not option.startswith("-"):
            yield requirement(word.text, stage, scope)._replace(end=word.end)
            if _FOLDER.match(word.value):
                yield Include("-e", _folder(word.value), span, stage)
            continue
        attached = word.text[len(option) + 1 :] if equals else None
        if option in ("-r", "--requirement", "-c", "--constraint"):
            path = attached or _next(todo)
            if path is not None:
                yield Include("-" + option.lstrip("-")[0], path.value, span, stage)
        elif option in ("-e", "--editable"):
            path = attached or _next(todo)
            if path is not None and "://" not in path.value:
                yield Include("-e", _folder(path.value), span, stage)
        elif option in _WITH_VALUE:
            value = attached or _next(todo)
            if option in ("-p", "--python") and value is not None:
                yield Install("python", (value,), span, stage)
        else:
            url = attached or (_next(todo) if option in INDEX_OPTIONS else None)
            if url is not None:
                yield from index_option(word.text[: len(option)], url, stage, scope)


def _folder(written: str) -> str:
    """The folder of ``./project[extra]``."""
    return written.partition("[")[0] or "."


def _next(todo: Iterator[Word]) -> Text | None:
    word = next(todo, None)
    return word.text if word else None


def _extent(command: Command, fallback: Span) -> Span:
    """From the first to the last character of a command that stands in the instruction itself."""
    at = [offset for word in command.words for offset in word.text.at if fallback.start <= offset < fallback.end]
    return Span(min(at), max(at) + 1) if at else fallback
