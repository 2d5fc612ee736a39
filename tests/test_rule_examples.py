"""Every example of every rule does what its rule file says."""

from __future__ import annotations

from typing import Any

import pytest

from cudamig.examples import failure
from cudamig.facts import store
from cudamig.rules.load import known

RULES = known()
CASES = [
    pytest.param(rule_id, example, id=f"{rule_id}-{number}")
    for rule_id, page in store.load("pages").items()
    for number, example in enumerate(page["examples"], 1)
]


@pytest.mark.parametrize(("rule_id", "example"), CASES)
def test_example(rule_id: str, example: dict[str, Any]) -> None:
    assert failure(rule_id, example, RULES) is None
