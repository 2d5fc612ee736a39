"""The program with one more matcher kind, ``word``, so that commands can be tested with small rules of a test's own.

``CUDAMIG_TEST_DENY`` names a path that nobody may open or list: a way to meet an unreadable file as any user.
``CUDAMIG_TEST_BREAK`` names a module and attribute (``cudamig.run:Session``) that is gone: a fault of ours.
"""

from __future__ import annotations

import builtins
import importlib
import os
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cudamig import matchers
from cudamig.__main__ import main
from cudamig.facts import age
from cudamig.model import Edit, Finding, Fix, Safety, Span
from cudamig.rules.model import Context, Rule


def match(document: Any, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Every occurrence of a word; the word ``crash`` makes the matcher fail."""
    text, path = document.source.text, document.source.path
    for rule in rules:
        word = str(rule.args["word"])
        if word == "crash":
            raise KeyError(word)
        at = text.find(word)
        while at >= 0:
            span = Span(at, at + len(word))
            new = rule.fix.get("new")
            edits = () if new is None else (Edit(path, span, str(new)),)
            fix = Fix(rule.title, rule.safety, rule.reason, edits, str(rule.fix.get("group", "")))
            yield context.finding(
                rule, path, span, f"{word} is old", fix if edits else fix._replace(safety=Safety.MANUAL)
            )
            at = text.find(word, at + 1)


def denying(real: Callable[..., Any], path: str) -> Callable[..., Any]:
    """``real``, which refuses ``path``."""

    def checked(file: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(file, str | os.PathLike) and os.path.abspath(file) == os.path.abspath(path):
            raise PermissionError(13, "Permission denied", str(file))
        return real(file, *args, **kwargs)

    return checked


if __name__ == "__main__":
    age.DAYS = 1_000_000  # what is said of old tables has a test of its own; the others do not depend on the date
    module = types.ModuleType("cudamig.matchers.word")
    module.__dict__["match"] = match
    sys.modules["cudamig.matchers.word"] = module
    matchers.MATCHERS["word"] = matchers.Matcher("word", matchers.KINDS)
    denied = os.environ.get("CUDAMIG_TEST_DENY")
    if denied:
        builtins.open = denying(builtins.open, denied)
        os.scandir = denying(os.scandir, denied)
    broken = os.environ.get("CUDAMIG_TEST_BREAK")
    if broken:
        name, attribute = broken.split(":")
        delattr(importlib.import_module(name), attribute)
    main()
