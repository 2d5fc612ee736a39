"""Install commands among shell commands: pip and its likes, conda, apt, and which Python is there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cudamig.hosts.requirement import INDEX_OPTIONS, index_option, index_variable, requirement
from cudamig.hosts.shell import Command, commands
from cudamig.hosts.shell_words import Word
from cudamig.model import Span
from cudamig.nodes import Include, Install, Node, Setting
from cudamig.text import UNKNOWN, Text

_PYTHON = re.compile(r"python(?:\d(?:\.\d+)?)?")
_PIP = re.compile(r"pip(?:\d(?:\.\d+)?)?")
_WITH_VALUE = frozenset(
    "-t --target --prefix --root --python-version --platform --abi --implementation --no-binary --only-binary "
    "--upgrade-strategy -e --editable --progress-bar --timeout --retries --trusted-host --cert --cache-dir "
    "--global-option --config-settings -C --src --log --proxy --python -p --client-cert --extra --resolution "
    "--index-strategy --exclude-newer --build-option --report --use-feature --root-user-action".split()
)
_KEPT = re.compile(r"\s*(?:\S*python[\d.]*\s+-m\s+)?(?:uv\s+)?(?:pip[\d.]*|conda|mamba)\s+install\s")
_PRINTERS = frozenset(("echo", "printf", "cat"))
_STARTERS = frozenset("timeout retry travis_retry nice ionice stdbuf xvfb-run call".split())
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
            yield from index_variable(name, value, stage)
            if _KEPT.match(value.value):  # TORCH_COMMAND="pip install ..."
                yield from nodes(commands(value), value.span() or span, stage)
        printed = command.name in _PRINTERS and not command.writes
        if command.heredocs:
            yield Install("message" if printed else "other", command.heredocs, _extent(command, span), stage)
        if not command.words:
            continue
        tool, rest = _tool(list(command.words))
        extent = _extent(command, span)
        if tool == "pip":
            yield from _pip(rest, extent, stage)
        elif tool:
            tool = "message" if printed else tool
            yield Install(tool, tuple(word.text for word in rest), extent, stage)


def settings(found: Iterable[Command], stage: int = 0) -> Iterator[Setting]:
    """The variables that commands set, for themselves or for those after them."""
    for command in found:
        for name, value in command.assigned:
            yield Setting(name, value, stage)


def _tool(words: list[Word]) -> tuple[str, list[Word]]:
    """Which tool a command runs to install, and the words after its verb; ``""`` for a command of no interest."""
    words = _started(_run(words))
    values = [word.value for word in words]
    name = values[0].rsplit("/", 1)[-1]
    if (_PYTHON.fullmatch(name) or name == UNKNOWN) and values[1:3] == ["-m", "pip"]:
        name, words, values = "pip", words[2:], values[2:]
    if name == "uv" and values[1:2] == ["pip"]:
        name, words, values = "pip", words[1:], values[1:]
    verbs = [i for i, value in enumerate(values[1:], 1) if not value.startswith("-")]
    verb = values[verbs[0]] if verbs else ""
    rest = words[1 : verbs[0]] + words[verbs[0] + 1 :] if verbs else []
    if _PIP.fullmatch(name):
        if verb == "config":
            return "other", words
        return ("pip", rest) if verb in ("install", "download", "wheel") else ("", [])
    if name in ("conda", "mamba", "micromamba"):
        return ("conda", rest) if verb in ("install", "create", "env", "update") else ("", [])
    if name in ("apt-get", "apt", "yum", "dnf", "microdnf"):
        return ("apt", rest) if verb == "install" else ("", [])
    if (name, verb) in _LOCKED:
        return "locked", words[:1]
    if name in ("pyenv", "uv") and (verb == "install" or values[1:3] == ["python", "install"]):
        return "python", [word for word in words[2:] if re.match(r"\d", word.value)]
    return "other", words


def _run(words: list[Word]) -> list[Word]:
    """What ``conda run -n env ...``, ``poetry run ...`` and their likes run, or the words as they are."""
    if words[0].value.rsplit("/", 1)[-1] not in _RUNNERS or len(words) < 2 or words[1].value != "run":
        return words
    position = 2
    while position < len(words) and words[position].value.startswith("-"):
        position += 2 if words[position].value in _RUN_WITH_VALUE else 1
    return words[position:] or words


def _started(words: list[Word]) -> list[Word]:
    """What ``timeout 600 pip ...`` and its likes start, where that is pip."""
    if words[0].value.rsplit("/", 1)[-1] in _STARTERS:
        for position, word in enumerate(words[1:4], 1):
            name = word.value.rsplit("/", 1)[-1]
            if _PIP.fullmatch(name) or _PYTHON.fullmatch(name) or name == "uv":
                return words[position:]
    return words


def _pip(words: list[Word], span: Span, stage: int) -> Iterator[Node]:
    todo, scope = iter(words), span.start
    for word in todo:
        option, equals, _ = word.value.partition("=")
        if not option.startswith("-"):
            yield requirement(word.text, stage, scope)._replace(end=word.end)
            continue
        attached = word.text[len(option) + 1 :] if equals else None
        if option in ("-r", "--requirement", "-c", "--constraint"):
            path = attached or _next(todo)
            if path is not None:
                yield Include("-" + option.lstrip("-")[0], path.value, span, stage)
        elif option in _WITH_VALUE:
            if not equals:
                next(todo, None)
        else:
            url = attached or (_next(todo) if option in INDEX_OPTIONS else None)
            if url is not None:
                yield from index_option(word.text[: len(option)], url, stage, scope)


def _next(todo: Iterator[Word]) -> Text | None:
    word = next(todo, None)
    return word.text if word else None


def _extent(command: Command, fallback: Span) -> Span:
    """From the first to the last character of a command that stands in the instruction itself."""
    at = [offset for word in command.words for offset in word.text.at if fallback.start <= offset < fallback.end]
    return Span(min(at), max(at) + 1) if at else fallback
