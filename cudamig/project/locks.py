"""Lock files: what they hold, which of them a move makes stale, and the command that writes them anew."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from cudamig.engine import FileResult
from cudamig.facts import wheels
from cudamig.facts.targets import Target
from cudamig.facts.versions import key
from cudamig.model import Safety, Severity
from cudamig.nodes import Generated, IndexOption, Requirement
from cudamig.project.indexes import Scene
from cudamig.project.place import Place, kept

Read = Callable[[str], bytes | None]

COMMANDS = {
    "uv.lock": "uv lock",
    "poetry.lock": "poetry lock",
    "pdm.lock": "pdm lock",
    "Pipfile.lock": "pipenv lock",
    "pixi.lock": "pixi lock",
}
_OF = {"pipfile": ("Pipfile.lock",), "pixi.toml": ("pixi.lock",)}
_DECLARATIONS = ("pyproject.toml", "Pipfile", "pixi.toml", "environment.yml", "environment.yaml")
_PINS_TORCH = re.compile(rb'"torch"|\b(?:py)?torch-\d|^torch==|name: (?:py)?torch\b', re.M)


class Lock(NamedTuple):
    """A lock file that names torch."""

    path: str
    command: str

    @property
    def tool(self) -> str:
        """The tool that wrote it."""
        return self.command.split()[0]


def command(path: str) -> str:
    """The command that writes a lock file anew."""
    return COMMANDS.get(posixpath.basename(path), "conda-lock")


def above(path: str, read: Read, whatever: bool = False) -> Lock | None:
    """The nearest lock file at or above a file, when it names torch, or ``whatever`` it names."""
    names = _OF.get(posixpath.basename(path).lower(), tuple(COMMANDS))
    folder = posixpath.dirname(path)
    while True:
        for name in names:
            lock = posixpath.join(folder, name)
            raw = read(lock)
            if raw is not None:
                return Lock(lock, COMMANDS[name]) if whatever or _PINS_TORCH.search(raw) else None
        if not folder:
            return None
        folder = posixpath.dirname(folder)


def judge(result: FileResult, target: Target, read: Read) -> Iterator[Place]:
    """The place of a lock file that holds an old torch: the first such entry, for all of them.

    It is advice where the entry names no CUDA, and where nothing beside it says that it is in use.
    """
    options = [node for node in result.nodes if isinstance(node, IndexOption)]
    old: list[tuple[Requirement, str]] = []
    for item in result.nodes:
        if isinstance(item, Requirement):
            near = [option for option in options if option.scope == item.scope]
            old += [(item, variant) for variant in _behind(item, Scene(result.path, near, False), target)]
    variants = {variant for _, variant in old if variant}
    if not old:
        return
    item, variant = next((pair for pair in old if pair[1]), old[0])
    span = item.text.stretch()
    assert span
    if len(variants) > 1:
        yield kept(result.path, span, f"locks torch for {len(variants)} CUDA versions: a matrix")
        return
    held = item.clauses[0].version.value
    name = posixpath.basename(result.path)
    message = f"{name} holds torch {held}{f' ({variant})' if variant and variant not in held else ''}"
    message += f", behind the target's {target.torch}"
    why = f"a lock file is written by its tool: run `{command(result.path)}` once the pins beside it have moved"
    folder = posixpath.dirname(result.path)
    used = any(read(posixpath.join(folder, name)) is not None for name in _DECLARATIONS)
    severity = Severity.WARNING if variant and used else Severity.INFO
    yield Place("stale-lock", result.path, span, message, severity, blocks=why)


def _behind(item: Requirement, scene: Scene, target: Target) -> Iterator[str]:
    """The CUDA build of an entry that is behind the target ("" where it names none); nothing for any other."""
    public, _, local = item.clauses[0].version.value.partition("+")
    variants = [index.variant for index in scene.variants()]
    variant = next((name for name in (local, *variants) if wheels.cuda_number(name)), "")
    if scene.elsewhere() or (local and not variant):
        return
    try:
        behind = key(public) < key(target.torch)
    except ValueError:
        return
    number = wheels.cuda_number(variant)
    if number and number > wheels.target_number(target):
        return
    if behind or (number and number < wheels.target_number(target)):
        yield variant


def compiled(path: str, stack: Mapping[str, FileResult]) -> Lock | None:
    """The ``requirements.txt`` that a ``requirements.in`` is compiled to, when it names torch."""
    result = stack.get(path.removesuffix(".in") + ".txt") if path.endswith(".in") else None
    made = next((node for node in result.nodes if isinstance(node, Generated)), None) if result else None
    if not result or not made:
        return None
    torch = any(isinstance(node, Requirement) and node.name == "torch" for node in result.nodes)
    return Lock(result.path, made.command or "pip-compile") if torch else None


def reviewed(places: list[Place], lock: Lock | None) -> list[Place]:
    """The places of a file of declarations; with a lock file beside it their move is half of the work."""
    if lock is None:
        return places
    why = f"{lock.path} says what is installed until `{lock.command}` is run, so that this is half of the move"
    return [p._replace(safety=Safety.UNSAFE, reason=why) if p.changes else p for p in places]
