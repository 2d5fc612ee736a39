"""What PyPI's JSON API says of torch and its companions."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from refresh.fetch import Fetch, Unreadable

API = "https://pypi.org/pypi"
_FINAL = re.compile(r"\d+(?:\.\d+){2}")
_WHEEL = re.compile(r"-cp3(\d+)-cp3\1-(\S*?linux\S*?_x86_64)\.whl$")
_CUDA = re.compile(r"(?:nvidia-cuda-runtime-cu\d+|cuda-toolkit(?:\[[^\]]*\])?)\s*\(?==(\d+)\.(\d+)")


class Release(NamedTuple):
    """One release of torch on PyPI. ``""`` and empty for what its metadata does not say."""

    version: str
    released: str  # date
    python: tuple[str, ...]  # "3.10", with a wheel for Linux on x86_64
    glibc: str  # "2.28"
    pypi: str  # CUDA build of the wheel, "cu130"


def versions(project: str, fetch: Fetch) -> dict[str, list[dict[str, Any]]]:
    """Final releases of a project that have files, oldest first, with their files. Raises Unreadable."""
    table = _read(f"{API}/{project}/json", fetch).get("releases")
    if not isinstance(table, dict) or not table:
        raise Unreadable(f"{API}/{project}/json: holds no releases")
    known = {name: files for name, files in table.items() if _FINAL.fullmatch(name) and files}
    return {name: known[name] for name in sorted(known, key=number)}


def number(version: str) -> tuple[int, ...]:
    """``"2.10.0"`` -> (2, 10, 0)."""
    return tuple(map(int, version.split(".")))


def release(version: str, files: list[dict[str, Any]], fetch: Fetch) -> Release:
    """A release of torch. Raises Unreadable."""
    wheels = [found for file in files if (found := _WHEEL.search(file["filename"]))]
    python = sorted({int(found.group(1)) for found in wheels})
    glibc = {tag.replace("_", ".") for found in wheels for tag in re.findall(r"manylinux_(\d+_\d+)", found.group(2))}
    old = any("manylinux1" in found.group(2) or "manylinux2014" in found.group(2) for found in wheels)
    floor = max(glibc, key=number, default="2.17" if old or wheels else "")
    released = min(file["upload_time"][:10] for file in files)
    cuda = next((found for line in requires("torch", version, fetch) if (found := _CUDA.match(line))), None)
    build = f"cu{cuda.group(1)}{cuda.group(2)}" if cuda else ""
    return Release(version, released, tuple(f"3.{minor}" for minor in python), floor, build)


def requires(project: str, version: str, fetch: Fetch) -> list[str]:
    """The Requires-Dist lines of a release. Raises Unreadable."""
    lines = _read(f"{API}/{project}/{version}/json", fetch).get("info", {}).get("requires_dist")
    return [str(line) for line in lines or []]


def torch_of(project: str, version: str, fetch: Fetch) -> str:
    """The torch release that a companion pins exactly, or ``""``. Raises Unreadable."""
    for line in requires(project, version, fetch):
        found = re.match(r"torch\s*\(?==(\d+\.\d+\.\d+)", line)
        if found:
            return found.group(1)
    return ""


def _read(url: str, fetch: Fetch) -> dict[str, Any]:
    try:
        value = json.loads(fetch(url))
    except ValueError as error:
        raise Unreadable(f"{url}: no JSON: {error}") from None
    if not isinstance(value, dict):
        raise Unreadable(f"{url}: no JSON object")
    return value
