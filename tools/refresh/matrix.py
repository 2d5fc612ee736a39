"""Which CUDA builds the current torch release has, as pytorch/test-infra's build matrix says."""

from __future__ import annotations

import ast

from refresh.fetch import Fetch, Unreadable

URL = "https://raw.githubusercontent.com/pytorch/test-infra/main/tools/scripts/generate_binary_build_matrix.py"
_ARCHES = ("CUDA_ARCHES_DICT", "CUDA_ACRHES_DICT")  # the second is how older versions spell it


def current(fetch: Fetch) -> tuple[str, tuple[str, ...]]:
    """The current stable torch and its builds: ``("2.13.0", ("cu126", "cu130"))``. Raises Unreadable."""
    found: dict[str, object] = {}
    try:
        body = ast.parse(fetch(URL)).body
    except (SyntaxError, ValueError) as error:
        raise Unreadable(f"{URL}: no Python: {error}") from None
    for node in body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name in (*_ARCHES, "CURRENT_STABLE_VERSION"):
                try:
                    found["arches" if name in _ARCHES else "version"] = ast.literal_eval(node.value)
                except ValueError:
                    raise Unreadable(f"{URL}: {name} is computed") from None
    arches, version = found.get("arches"), found.get("version")
    if not isinstance(arches, dict) or not isinstance(version, str) or not isinstance(arches.get("release"), list):
        raise Unreadable(f"{URL}: names no release channel or no stable version where it did")
    return version, tuple(f"cu{str(cuda).replace('.', '')}" for cuda in arches["release"])
