"""System packages and installers of one CUDA or cuDNN, in the commands of a build."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cudamig.facts import packages
from cudamig.facts.targets import Target
from cudamig.facts.versions import key
from cudamig.model import Severity, Span
from cudamig.nodes import ImageRef, Install
from cudamig.project.place import Place
from cudamig.text import Text

_CUDA = re.compile(
    r"((?:cuda|libcu[a-z]+|libnv[a-z]+|libnpp|nsight[a-z-]*|gds-tools)(?:-[a-z-]+)*)-(\d{1,2}-\d)(?![\w-])(=.*)?"
)
_CUDNN = re.compile(r"((?:lib)?cudnn\d+(?:-dev|-headers)?(?:-cuda-\d+)?)(=.*)?")
_BUILT = re.compile(r"(lib(?:nccl|nvinfer)[a-z\d-]*)=\S*cuda\S*")
_INSTALLER = re.compile(
    r"cuda_(\d+\.\d+\.\d+)_[\d.]+_(linux|windows)\w*\.(?:run|exe)|cuda-repo-[\w-]+?-(\d+-\d+)-local\w*"
)


def apt(path: str, install: Install, images: Sequence[ImageRef], target: Target) -> Iterator[Place]:
    """The CUDA and cuDNN packages of an install command.

    ``NAME-12-1`` becomes ``NAME-12-6`` where an image brings CUDA 12.1 and there is such a package; all else is told.
    """
    for word in install.words:
        span = word.stretch()
        found = _CUDA.fullmatch(word.value)
        if not span:
            continue
        told = Place("cuda-apt-package", path, span, f"the package {word.value} belongs to one CUDA or cuDNN")
        if found:
            if found.group(2) != target.cuda_minor.replace(".", "-"):
                yield _cuda(told, word, found, images, target)
        elif why := _other(word.value, target):
            yield told._replace(blocks=why)


def _cuda(told: Place, word: Text, found: re.Match[str], images: Sequence[ImageRef], target: Target) -> Place:
    name, version, pin = found.group(1), found.group(2).replace("-", "."), found.group(3)
    wanted = f"{name}-{target.cuda_minor.replace('.', '-')}"
    if key(version) > key(target.cuda_minor):
        return told._replace(severity=Severity.INFO, newer=True)
    if not packages.known(name, target.cuda_minor):
        return told._replace(blocks=f"no package {wanted} is known: find what takes its place, or drop it")
    if pin:
        return told._replace(blocks=f"its version is pinned: {wanted} has other versions")
    if not brings(images, version.replace("-", ".")):
        return told._replace(
            blocks=f"no image here brings CUDA {version.replace('-', '.')}; at the target it is {wanted}"
        )
    change = word.replace(found.start(2), found.end(2), wanted[len(name) + 1 :])
    if not change:
        return told._replace(blocks=f"{word.value} is put together from places that cannot be changed one by one")
    return told._replace(changes=(change,))


def brings(images: Sequence[ImageRef], version: str) -> bool:
    """Whether an image of the build is known to bring a CUDA version ("12.1")."""
    return any(re.search(rf"cuda:?{re.escape(version)}\b", ref.text.value) for ref in images)


def _other(package: str, target: Target) -> str:
    """Why a cuDNN, NCCL or TensorRT package holds the build, or ``""``."""
    found = _CUDNN.fullmatch(package)
    if found:
        name, pin = found.groups()
        if packages.cudnn_stays(name, target) and not pin:
            return ""
        wanted = packages.cudnn(name, target)
        where = f"at the target it is {wanted}" if wanted else f"the target has cuDNN {target.cudnn}"
        return f"{package} is cuDNN for another stack; {where}, unless a package needs the old one"
    built = _BUILT.fullmatch(package)
    if built and f"cuda{target.cuda_minor}" not in package:
        return f"{built.group(1)} is pinned to a build for another CUDA than {target.cuda_minor}"
    return ""


def installers(path: str, install: Install, target: Target) -> Iterator[Place]:
    """Runfiles and local repositories of another CUDA than the target's."""
    for word in install.words:
        for found in _INSTALLER.finditer(word.value):
            version = found.group(1) or found.group(3).replace("-", ".")
            if version in (target.cuda, target.cuda_minor):
                continue
            name = packages.runfile(target.cuda)
            where = f"; that of the target is {name}" if name and found.group(2) == "linux" else ""
            span = word[found.start() : found.end()].stretch() or install.span
            yield Place(
                "cuda-installer",
                path,
                Span(*span),
                f"{found.group()} installs CUDA {version}",
                blocks=f"{found.group()} installs a CUDA beside what moves{where}",
            )
