"""Install commands and images that a Python program hands to others: a shell, pip, a container service.

Only what is handed over counts: arguments of calls that run or install something, and values under the names that
such services take. Strings that are printed, raised, compared or kept in docstrings are none of that.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence

from cudamig.hosts import installs
from cudamig.hosts.python_chains import dotted, last_name
from cudamig.hosts.python_literals import unplaced
from cudamig.hosts.python_values import Values
from cudamig.hosts.requirement import pip_variable
from cudamig.hosts.shell import Command, commands
from cudamig.hosts.shell_words import Word
from cudamig.model import Span
from cudamig.nodes import ImageRef, Node, Requirement, Setting
from cudamig.text import NOWHERE, Text

ARGUMENT, KEPT = "argument", "kept"  # how a program uses an image: it hands it over, it keeps it under a name

_RUNS = re.compile(
    r"(?:^|_)(?:run|call|system|popen|exec|execute|shell|sh|bash|cmd|commands?|getoutput|getstatusoutput|output|spawn"
    r"|pip)(?:_|$)",
    re.I,
)
_PIP = re.compile(r"(?:^|_)pip(?:_|$)")
_TAKES = re.compile(r"(?:^|_)(?:commands?|cmds?|scripts?|setup)$")  # keywords that take commands
_INSTALLERS = frozenset(("pip_install", "uv_pip_install", "install_package", "install_packages", "add_python_packages"))
_PACKAGES = frozenset(("packages_to_install", "pip_packages", "python_packages", "pip"))
_OPTIONS = {
    "index_url": "--index-url",
    "extra_index_url": "--extra-index-url",
    "find_links": "--find-links",
    "pip_index_urls": "--index-url",
}
_IMAGE = re.compile(r"(?:^|_)(?:image|image_uri|docker_image|container_image)$", re.I)
_PULLS = frozenset(("from_registry", "from_docker_registry"))
_PIN = re.compile(r"[A-Za-z][\w.-]*(?:\[[\w, -]*\])?==\d[\w.+!-]*")  # wherever it is handed to
_PROGRAMS = re.compile(r"(?:.*/)?(?:python|pip|uv|conda|mamba)[\d.]*(?:\.exe)?")


def nodes(tree: ast.AST, values: Values) -> Iterator[Node]:
    """The nodes of a module, each place once however often it is used."""
    seen: set[tuple[int, ...]] = set()
    for node in sorted(_found(tree, values), key=lambda node: isinstance(node, ImageRef) and node.key == KEPT):
        text = node.text if isinstance(node, Requirement | ImageRef) else getattr(node, "url", None)
        if text is None or text.at not in seen:
            yield node
        if text is not None and text.start != NOWHERE:
            seen.add(text.at)


def _found(tree: ast.AST, values: Values) -> Iterator[Node]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _call(node, values)
            options = _options(node.keywords, values)
            for keyword in node.keywords:
                yield from _named(keyword.arg or "", keyword.value, values, ARGUMENT, options)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield from _named(key.value, value, values, KEPT)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _PIN.fullmatch(node.value):
            yield Setting("", values.text(node))
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _assigned(target, node.value, values)


def _call(node: ast.Call, values: Values) -> Iterator[Node]:
    name = last_name(node.func)
    span = values.span(node)
    if name in _INSTALLERS or (name == "install" and isinstance(node.func, ast.Attribute)):
        yield from _installed(node, span, values)
    elif name in _PULLS and node.args:
        yield from _image(node.args[0], values, ARGUMENT)
    elif _RUNS.search(name) and node.args and not _expected(node.func):
        yield from _run(node, name, span, values)


def _expected(func: ast.expr) -> bool:
    """Whether a call only says what another call should have been: ``mock.call``."""
    root, attributes = dotted(func)
    return "mock" in (last_name(root), *attributes[:-1]) or attributes[-1:] == ("append",)


def _run(node: ast.Call, name: str, span: Span, values: Values) -> Iterator[Node]:
    """A call that runs its first argument, all of its arguments as words, or each of them as a command."""
    first = node.args[0]
    if name == "run_commands":
        for argument in node.args:
            yield from _command(argument, span, values)
        return
    text = values.text(first)
    if len(node.args) > 1 and _PROGRAMS.fullmatch(text.value):
        yield from _listed([values.text(argument) for argument in node.args], span)
    else:
        yield from _command(first, span, values, bool(_PIP.search(name)))


def _command(node: ast.expr, span: Span, values: Values, pip: bool = False) -> Iterator[Node]:
    """A command: a string for a shell, or a list of words; of a name with several values each of them."""
    several = values.all_values(node) if isinstance(node, ast.Name) else []
    for value in several if len(several) > 1 else [node]:
        words = values.words(value)
        if words is not None:
            yield from _listed([unplaced("pip"), *words] if pip else words, span)
            continue
        script = values.text(value)
        if "install" in script.value:
            yield from _only_pip(commands(unplaced("pip ") + script if pip and _bare(script) else script), span)


def _bare(script: Text) -> bool:
    return script.value.lstrip().startswith(("install", "download", "wheel"))


def _listed(words: list[Text], span: Span) -> Iterator[Node]:
    """A command as a list of words; one that is handed to a shell (``bash -c``) is read as a script."""
    if words and all(word.value for word in words):
        for number, word in enumerate(words[:-1]):
            if word.value in ("-c", "-lc") and words[0].value.rpartition("/")[2] in ("sh", "bash"):
                yield from _only_pip(commands(words[number + 1]), span)
                return
        yield from _only_pip([Command(tuple(Word(word) for word in words))], span)


def _only_pip(found: Iterable[Command], span: Span) -> Iterator[Node]:
    """What a command installs; its other words are not looked at."""
    yield from installs.nodes((command for command in found if _installs(command)), span, 0)


def _installs(command: Command) -> bool:
    values = [word.value for word in command.words[:6]]
    return "install" in values or not values


def _installed(node: ast.Call, span: Span, values: Values) -> Iterator[Node]:
    """``image.pip_install("torch==2.1.0", extra_index_url=...)``, ``session.install("torch==2.1.0")``."""
    words = []
    for argument in node.args:
        words += values.words(argument) or [values.text(argument)]
    yield from _packages(words, _options(node.keywords, values), span)


def _options(keywords: Iterable[ast.keyword], values: Values) -> list[Word]:
    out = []
    for keyword in keywords:
        option = _OPTIONS.get(keyword.arg or "")
        if option:
            for number, url in enumerate(values.words(keyword.value) or [values.text(keyword.value)]):
                extra = number and keyword.arg == "pip_index_urls"  # Kubeflow gives pip the first as its index
                out += [Word(unplaced("--extra-index-url" if extra else option)), Word(url)]
        elif keyword.arg == "extra_options":
            out += [word for command in commands(values.text(keyword.value)) for word in command.words]
    return out


def _packages(words: Iterable[Text], options: Sequence[Word], span: Span) -> Iterator[Node]:
    head = [Word(unplaced("pip")), Word(unplaced("install"))]
    command = Command((*head, *(Word(word) for word in words if word.value), *options))
    for node in installs.nodes([command], span, 0):
        yield node._replace(scope=span.start) if hasattr(node, "scope") else node  # type: ignore[call-arg]


def _named(name: str, value: ast.expr, values: Values, how: str, options: Sequence[Word] = ()) -> Iterator[Node]:
    """A value under a name: a keyword of a call, a key of a dict; ``options`` are those of the call."""
    if _IMAGE.search(name):
        yield from _image(value, values, how)
    elif name in _PACKAGES:
        words = values.words(value)
        if words:
            yield from _packages(words, options, values.span(value))
    elif _TAKES.search(name) and not isinstance(value, ast.Name):
        yield from _command(value, values.span(value), values)


def _assigned(target: ast.expr, value: ast.expr, values: Values) -> Iterator[Node]:
    if isinstance(target, ast.Name) and _IMAGE.search(target.id):
        yield from _image(value, values, KEPT)
    elif isinstance(target, ast.Subscript) and last_name(target.value) == "environ":
        key = values.text(target.slice).value
        if key.startswith(("PIP_", "UV_")):
            yield from pip_variable(key, values.text(value))


def _image(node: ast.expr, values: Values, how: str) -> Iterator[Node]:
    text = values.text(node)
    if "/" in text.value and text.start >= 0:
        yield ImageRef(text, text.stretch() or values.span(node), key=how)
