"""How the C++ tests check and fix a text: through the same session as a user's repository, with the C++ rules only."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cudamig import examples
from cudamig.examples import Outcome
from cudamig.hosts.cpp import CppDocument
from cudamig.hosts.cpp import parse as parse_cpp
from cudamig.rules.load import known
from cudamig.source import Source

RULES = [rule for rule in known() if rule.family == "CPP"]

Run = Callable[..., Outcome]


@pytest.fixture(scope="session")
def run() -> Run:
    """Check and fix one file; its fixed bytes are ``outcome.after[path]``."""

    def run(text: str | bytes, path: str = "csrc/op.cu", unsafe: bool = False, target: str = "cu126") -> Outcome:
        outcome = examples.run({path: text}, RULES, target, unsafe)
        assert not outcome.faults
        assert not outcome.unread
        return outcome

    return run


@pytest.fixture(scope="session")
def fixed(run: Run) -> Callable[..., str]:
    """The text after the fixes."""

    def fixed(text: str, path: str = "csrc/op.cu", unsafe: bool = False) -> str:
        return run(text, path, unsafe).after[path].decode()

    return fixed


@pytest.fixture(scope="session")
def parse() -> Callable[..., CppDocument]:
    """A document of a text."""

    def parse(text: str | bytes, path: str = "csrc/op.cu") -> CppDocument:
        return parse_cpp(Source(path, text if isinstance(text, bytes) else text.encode(), "cpp"))

    return parse
