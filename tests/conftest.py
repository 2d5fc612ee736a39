"""Shared fixtures: all rules, and a way to check a small tree."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cudamig.config import Config
from cudamig.examples import PLAIN, Outcome, Tree, run
from cudamig.rules.load import known
from cudamig.rules.model import Rule

Check = Callable[..., Outcome]


@pytest.fixture(scope="session")
def rules() -> list[Rule]:
    return known()


@pytest.fixture
def check(rules: list[Rule]) -> Check:
    """``check(tree, target=..., unsafe=..., config=...)``: findings and the fixed tree."""

    def _check(tree: Tree, target: str = "cu126", unsafe: bool = False, config: Config = PLAIN) -> Outcome:
        return run(tree, rules, target, unsafe, config)

    return _check
