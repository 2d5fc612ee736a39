"""Which files to look at, of what kind each is, and why others were left out."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

KINDS = (
    *("dockerfile", "singularity", "requirements", "toml", "ini", "tox", "lock", "yaml", "json", "markup"),
    *("shell", "make", "batch", "cmake", "notebook", "python", "cpp"),
)

_SUFFIX = {
    ".py": "python",
    ".ipynb": "notebook",
    **dict.fromkeys((".cpp", ".cc", ".cxx", ".cu", ".cuh", ".h", ".hpp", ".hh", ".hxx", ".inl"), "cpp"),
    **dict.fromkeys((".yaml", ".yml"), "yaml"),
    **dict.fromkeys((".sh", ".bash", ".zsh", ".ksh"), "shell"),
    **dict.fromkeys((".md", ".markdown", ".mdx", ".rst"), "markup"),
    **dict.fromkeys((".bat", ".cmd", ".ps1"), "batch"),
    ".mk": "make",
    ".def": "singularity",
    ".cmake": "cmake",
}
_DOCKERFILE = re.compile(r"^(?:[\w.+-]*[._-])?(?:Dockerfile|Containerfile)(?:[._-][\w.+-]+)?$", re.I)
_REQUIREMENTS = re.compile(
    r"^(?:[\w.+-]*[._-])?(?:requirements?|constraints?|reqs)(?:[._-][\w.+-]*)?\.(?:txt|in)$", re.I
)
_REQUIREMENTS_DIR = re.compile(r"^(?:requirements?|constraints?|reqs)$", re.I)
_DEVCONTAINER = re.compile(r"(?:^|/)(?:\.?devcontainer\.json|\.devcontainer/(?:[^/]+/)*[^/]+\.json)$")
_NAMES = {
    **dict.fromkeys(("pyproject.toml", "pipfile", "uv.toml", "pixi.toml"), "toml"),
    "setup.cfg": "ini",
    "tox.ini": "tox",
    **dict.fromkeys(("uv.lock", "poetry.lock", "pdm.lock", "pipfile.lock", "pixi.lock"), "lock"),
}
_CONDA_LOCK = re.compile(r"(?:^|[\w-]*[._-])conda-lock\.ya?ml$", re.I)
_SINGULARITY = re.compile(r"^(?:Singularity|Apptainer)(?:[._-][\w.+-]+)?$|\.(?:singularity|apptainer)$", re.I)
_MAKEFILE = re.compile(r"^(?:GNU)?[Mm]akefile(?:[._-](?:\w+))?$")
_BACKUP = re.compile(r"\.(?:bak|orig|old|backup|save|rej|swp|dist-info)$|~$", re.I)
_TEMPLATE = re.compile(r"\.(?:j2|jinja2?|tmpl|tpl|template|mustache|erb)$", re.I)
_NOT_DOCKER = re.compile(r"\.(?:md|rst|txt|py|sh|json|ya?ml|lock|log|html|dockerignore)$", re.I)
_NOT_MAKE = (".am", ".in", ".md", ".rst", ".txt", ".py", ".pl", ".vc", ".win32")  # templates, texts, other makes
VENDORED = frozenset(
    ("node_modules", "vendor", "vendored", "_vendor", "third_party", "third-party", "thirdparty", "site-packages")
)
_NEVER = frozenset((".git", ".hg", ".svn", ".tox", ".nox", ".venv", "venv", "__pycache__", ".mypy_cache"))


class Candidate(NamedTuple):
    """A file to scan: path relative to the working directory (POSIX separators) and host kind."""

    path: str
    kind: str


class Skipped(NamedTuple):
    """A file or folder that is not scanned, and why."""

    path: str
    reason: str


class Discovery(NamedTuple):
    """What a walk found. All lists are sorted by path and free of duplicates."""

    files: list[Candidate]
    skipped: list[Skipped]
    failed: list[Skipped]  # what should have been looked at and could not be


def kind_of(path: str) -> str | None:
    """The host kind of a path by its name and folder, or None when no host reads such files.

    ``text``: what it is depends on its content (see content.py).
    """
    folder, _, name = path.rpartition("/")
    if _BACKUP.search(name) or _TEMPLATE.search(name):
        return None
    if _DOCKERFILE.match(name) and not _NOT_DOCKER.search(name):
        return "dockerfile"
    if name.lower() in _NAMES:
        return _NAMES[name.lower()]
    if _CONDA_LOCK.match(name):
        return "lock"
    suffix = os.path.splitext(name)[1].lower()
    if _SINGULARITY.search(name) and not _NOT_DOCKER.search(name):
        return "singularity"
    if _MAKEFILE.match(name) and suffix not in _NOT_MAKE:
        return "make"
    if name == "CMakeLists.txt":
        return "cmake"
    if suffix in (".txt", ".in"):
        inside = _REQUIREMENTS_DIR.match(folder.rpartition("/")[2])
        return "requirements" if inside or _REQUIREMENTS.match(name) else "text"
    return "json" if _DEVCONTAINER.search(path) else _SUFFIX.get(suffix)


def skip_reason(path: str) -> str | None:
    """Why a path that looks like a source is not scanned: a backup, a template, a vendored tree."""
    parts = path.split("/")
    vendored = VENDORED.intersection(parts[:-1])
    if vendored:
        return f"vendored tree ({min(vendored)}/)"
    if _BACKUP.search(parts[-1]) and kind_of(_BACKUP.sub("", path)):
        return "backup copy"
    if _TEMPLATE.search(parts[-1]) and kind_of(_TEMPLATE.sub("", path)):
        return "template; what it renders to cannot be known"
    return None


def discover(paths: Iterable[str], excluded: Callable[[str], bool], force_exclude: bool = False) -> Discovery:
    """Walk ``paths`` (files or folders, relative to the working directory).

    In a git work tree a folder's files are those git tracks plus the untracked ones it does not ignore. A file
    that is named itself is scanned wherever it lies; with ``force_exclude`` (for hooks, which name every file) it is
    treated as if it had been met in a folder. Raises FileNotFoundError for a path that does not exist.
    """
    files: dict[str, Candidate] = {}
    skipped: dict[str, Skipped] = {}
    failed: dict[str, Skipped] = {}
    for given in paths:
        if not os.path.lexists(given):
            raise FileNotFoundError(given or "''")
        path = os.path.relpath(given).replace(os.sep, "/")
        named = not os.path.isdir(path) or os.path.islink(path)
        below = "" if named or path == "." else path + "/"
        for name in [path] if named else _listed(path, failed):
            found = os.path.relpath(below + name).replace(os.sep, "/") if below.startswith("..") else below + name
            reason = None if named and not force_exclude else skip_reason(name)
            try:
                kind, reason = _classify(found, named, excluded, force_exclude, reason)
            except FileNotFoundError:
                kind, reason = None, "cannot be looked at: git lists it, but it is not there"
            except OSError as error:
                failed[found] = Skipped(found, f"cannot be looked at: {error.strerror}")
                continue
            if reason:
                skipped[found] = Skipped(found, reason)
            elif kind:
                files[found] = Candidate(found, kind)
    return Discovery(
        [files[p] for p in sorted(files)],
        [skipped[p] for p in sorted(skipped) if p not in files],
        [failed[p] for p in sorted(failed)],
    )


def _classify(
    path: str, named: bool, excluded: Callable[[str], bool], force_exclude: bool, reason: str | None
) -> tuple[str | None, str | None]:
    """Kind and reason to skip; both None for a file of no interest."""
    if excluded(path) and (force_exclude or not named):
        return None, "excluded"
    if reason:
        return None, reason
    kind = kind_of(path)
    if kind is None:
        return None, "no host reads this kind of file" if named else None
    return kind, _irregular(path, named)


def _irregular(path: str, named: bool) -> str | None:
    """Why a path is no plain file of this tree, or None. Raises OSError."""
    mode = os.lstat(path).st_mode
    if stat.S_ISLNK(mode):
        target = os.path.realpath(path)
        if not os.path.exists(target):
            return "link that leads nowhere"
        if not _inside(target):
            return "link out of the tree"
        if not named:
            return "link; its target is scanned itself"
        mode = os.stat(target).st_mode
    if stat.S_ISDIR(mode):
        return "folder or submodule"
    return None if stat.S_ISREG(mode) else "not a regular file"


def _inside(target: str) -> bool:
    root = os.path.realpath(os.curdir)
    return target == root or target.startswith(root + os.sep)


def _listed(folder: str, failed: dict[str, Skipped]) -> Iterable[str]:
    """Files below ``folder``, relative to it. Folders that cannot be listed go to ``failed``."""
    listed = _git_files(folder)
    if listed is not None:
        return listed

    def note(error: OSError) -> None:
        path = os.path.relpath(str(error.filename)).replace(os.sep, "/")
        failed[path] = Skipped(path, f"cannot be listed: {error.strerror}")

    return _walk(folder, note)


def _git_files(folder: str) -> list[str] | None:
    """Paths below ``folder`` as git lists them; None outside a work tree, without git, or in an ignored folder."""
    command = ["git", "-C", folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    try:
        import subprocess  # a named file needs no git

        done = subprocess.run(command, capture_output=True, check=False)
    except OSError:
        return None
    if done.returncode:
        return None
    return [os.fsdecode(name) for name in done.stdout.split(b"\0") if name] or None


def _walk(folder: str, note: Callable[[OSError], None]) -> Iterator[str]:
    for here, folders, names in os.walk(folder, onerror=note):
        relative = os.path.relpath(here, folder).replace(os.sep, "/")
        prefix = "" if relative == "." else relative + "/"
        folders[:] = sorted(name for name in folders if name not in _NEVER)
        yield from (prefix + name for name in sorted(names))
