"""What the texts in a rule's table stand for: names with alternatives, and signatures."""

from __future__ import annotations

import itertools
import re
from typing import Any


def alternatives(name: str) -> list[str]:
    """All names that a name with alternatives in braces stands for: ``a.{b,c}`` for ``a.b`` and ``a.c``."""
    parts = [part.split(",") if index % 2 else [part] for index, part in enumerate(re.split(r"[{}]", name))]
    return ["".join(word.strip() for word in words) for words in itertools.product(*parts)]


def signature(text: str) -> dict[str, Any]:
    """``"model, args, f, *, verbose"``: what follows ``*`` must be a keyword now. ``"fn, *args"``: the rest is fn's."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    fields: dict[str, Any] = {}
    if "*" in names:
        fields["positional"] = names.index("*")
        names.remove("*")
    if names and names[-1].startswith("*"):
        fields["variadic"] = True
        names.pop()
    return {**fields, "signature": tuple(names)}
