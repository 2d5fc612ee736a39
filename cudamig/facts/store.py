"""Where the tables come from: a JSON index in an installed wheel, the YAML files of rules/ in a checkout."""

from __future__ import annotations

import functools
import json
import os
from typing import Any

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
INDEX = os.path.join(_PACKAGE, "_index")  # written into the wheel by hatch_build.py
CHECKOUT = os.path.join(os.path.dirname(_PACKAGE), "rules")

Table = dict[str, Any]


@functools.cache
def load(name: str) -> Any:
    """The table ``name``: ``rules``, ``pages``, ``targets``, or ``facts-X`` for rules/facts/X.yaml.

    Raises FileNotFoundError when the package holds neither the index nor a checkout's rules.
    """
    file = os.path.join(INDEX, name + ".json")
    if os.path.exists(file):
        with open(file, "rb") as handle:
            return json.loads(handle.read())
    return _compiled()[name]


@functools.cache
def _compiled() -> Table:
    from cudamig.rules.compile import compile_folder

    if not os.path.isdir(CHECKOUT):
        raise FileNotFoundError(f"no rules: neither {INDEX} nor {CHECKOUT} exists; reinstall cudamig")
    return compile_folder(CHECKOUT)
