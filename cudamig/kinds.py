"""Of what kind a file is, by its name and folder, and why one that looks like a source is none."""

from __future__ import annotations

import os
import re

KINDS = (
    *("dockerfile", "singularity", "requirements", "toml", "ini", "tox", "lock", "yaml", "json", "markup"),
    *("shell", "make", "batch", "cmake", "bake", "notebook", "python", "cpp"),
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
_BAKE = re.compile(r"^[\w.-]*\bbake\b[\w.-]*\.hcl$")
_MAKEFILE = re.compile(r"^(?:GNU)?[Mm]akefile(?:[._-](?:\w+))?$")
# Folders in which scripts often have no suffix. Elsewhere files without one are licences, data, and many.
_SCRIPTS = re.compile(
    r"(?:^|/)(?:s?bin|scripts?|tools|hack|\.?ci|\.?docker|\.buildkite|\.devcontainer|\.githooks|deploy|install)/[a-z][\w-]*$"
)
_BACKUP = re.compile(r"\.(?:bak|orig|old|backup|save|rej|swp|dist-info)$|~$", re.I)
_TEMPLATE = re.compile(r"\.(?:j2|jinja2?|tmpl|tpl|template|mustache|erb)$", re.I)
_NOT_DOCKER = re.compile(r"\.(?:md|rst|txt|py|sh|json|ya?ml|lock|log|html|dockerignore)$", re.I)
_NOT_MAKE = (".am", ".in", ".md", ".rst", ".txt", ".py", ".pl", ".vc", ".win32")  # templates, texts, other makes
VENDORED = frozenset(
    ("node_modules", "vendor", "vendored", "_vendor", "third_party", "third-party", "thirdparty", "site-packages")
)


def kind_of(path: str) -> str | None:
    """The host kind of a path by its name and folder, or None when no host reads such files.

    ``text`` and ``script``: what it is depends on its content (see content.py).
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
    if _BAKE.match(name):
        return "bake"
    if name == "CMakeLists.txt":
        return "cmake"
    if suffix in (".txt", ".in"):
        inside = _REQUIREMENTS_DIR.match(folder.rpartition("/")[2])
        return "requirements" if inside or _REQUIREMENTS.match(name) else "text"
    if not suffix and _SCRIPTS.search(path):
        return "script"
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
