"""Torch and CUDA from conda: what it installs, and what to write in its place. There is no edit for it.

PyTorch's own channel ended, and conda-forge's packages have other names, so the whole of what the packages bring is
replaced by hand; the exact lines for that are computed from the target and from what stood there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cudamig.engine import FileResult
from cudamig.facts import companions, store, wheels
from cudamig.facts.targets import Target
from cudamig.model import Span
from cudamig.nodes import Generated, Install, Requirement
from cudamig.project import pythons
from cudamig.project.place import Place, kept, obstacle
from cudamig.text import UNKNOWN

_PYTHON = re.compile(r"(?:[\w-]+::)?python\s*={1,2}\s*(\d\.\d{1,2})(?!\d)")
_NAME = re.compile(r"[=<>!~ \[]")
_CUDA = re.compile(r"(?:cudatoolkit|pytorch-cuda|cuda-version|cuda-toolkit)={1,2}(\d+\.\d+)")
_OWN_PIP = "conda installs torch too: pip's copy and conda's get in each other's way"


def named(install: Install) -> str:
    """The CUDA, ``"11.8"``, that a conda command asks for, or ``""``."""
    words = install.words if install.tool == "conda" else ()
    return next((found.group(1) for word in words if (found := _CUDA.search(word.value))), "")


def command(path: str, install: Install, target: Target, build: bool = False) -> Iterator[Place]:
    """The place of a conda command that brings torch or CUDA; in a ``build`` it holds even where it is computed."""
    words = [word.value for word in install.words]
    word = companions.conda_stack(words)
    if not word or "cpuonly" in words:
        return
    if not build and any(UNKNOWN in other for other in words):
        yield kept(path, install.span, "what conda installs here comes from a matrix or a variable")
        return
    names = [_name(other) for other in words]
    line = f"{_pip_words(names, target)} --extra-index-url {target.index_url}"
    forge = " ".join(_forge(names, target))
    yield _place(path, install.span, word, f"pip install {line}\n# or: conda install -c conda-forge {forge}")


def environment(result: FileResult, target: Target) -> Iterator[Place]:
    """The packages of a conda environment file that bring torch or CUDA, where they are behind the target."""
    packages = [node for node in result.nodes if isinstance(node, Install) and node.tool == "environment"]
    specs = [node.words[0].value for node in packages]
    exported = any(isinstance(node, Generated) and "exported" in node.reason for node in result.nodes)
    first = True
    for node in packages:
        word = companions.conda_pin(node.words[0].value, target)
        if word:
            block = _exported(result.path) if exported else _block(specs, target)
            yield _place(result.path, node.span, word, block if first else "")
            first = False
    yield from _python(result, packages, target)
    if any(_name(spec) in ("pytorch", "pytorch-gpu") for spec in specs):
        yield from _pip_beside(result)


def _place(path: str, span: Span, word: str, instead: str) -> Place:
    why = f"conda installs {word}: {store.load('facts-companions')['conda']['why']}"
    message = f"conda brings a stack of its own here ({word})"
    return Place("conda-stack", path, span, message, blocks=why, instead=instead)


def _python(result: FileResult, packages: Sequence[Install], target: Target) -> Iterator[Place]:
    """The Python of the environment, where the target's wheels do not serve it."""
    for node in packages:
        version = _PYTHON.match(node.words[0].value)
        if version and not target.has_python(version.group(1)):
            why = f"the environment has Python {version.group(1)}; {pythons.served(target)}"
            yield obstacle(result.path, node.span, why)


def _pip_beside(result: FileResult) -> Iterator[Place]:
    for node in result.nodes:
        if isinstance(node, Requirement) and node.name in wheels.FAMILY and node.clauses:
            yield obstacle(result.path, node.text.stretch() or Span(0, 0), f"{node.text.value}: {_OWN_PIP}")


def _name(spec: str) -> str:
    """The package of a conda spec, ``nvidia::cudatoolkit=11.7``."""
    return _NAME.split(spec.rpartition("::")[2], maxsplit=1)[0].lower()


def _family(names: Sequence[str]) -> list[str]:
    """The projects of the family that packages are, torch always among them."""
    return ["torch", *(name for name in wheels.FAMILY[1:] if name in names)]


def _wheels(names: Sequence[str], target: Target) -> list[str]:
    """The requirements for pip that replace conda packages."""
    found = []
    for project in _family(names):
        local = wheels.target_local(project, target)
        found.append(f"{project}=={wheels.target_version(project, target)}" + (f"+{local}" if local else ""))
    return found


def _pip_words(names: Sequence[str], target: Target) -> str:
    return " ".join(_wheels(names, target))


def _forge(names: Sequence[str], target: Target) -> list[str]:
    """The packages of conda-forge that replace them."""
    return ["pytorch-gpu", *_family(names)[1:], f"cuda-version={target.cuda_minor}"]


def _block(specs: Sequence[str], target: Target) -> str:
    """Both ways to write the environment: with pip's wheels, or with conda-forge alone."""
    names = [_name(spec) for spec in specs]
    old = any((version := _PYTHON.match(spec)) and not target.has_python(version.group(1)) for spec in specs)
    python = f"  - python={target.python[0]}\n" if old else ""
    pip = "\n".join(f"    - {line}" for line in _wheels(names, target))
    forge = "\n".join(f"  - {line}" for line in _forge(names, target))
    return (
        f"dependencies:\n{python}  - pip\n  - pip:\n    - --extra-index-url {target.index_url}\n{pip}\n"
        f"# or, with conda-forge as the only channel:\ndependencies:\n{python}{forge}"
    )


def _exported(path: str) -> str:
    return f"# in the environment, once it is at the target:\nconda env export --no-builds > {path.rpartition('/')[2]}"
