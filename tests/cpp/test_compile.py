"""The facts stay facts: what C++ and CUDA rules write gets through the compiler, and what they call gone does not.

Needs the headers of torch and of the CUDA runtime and g++; nvcc where it is there. Skips elsewhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import cpp_toolchain as toolchain
import cpp_units as units
import pytest
from cpp_texts import Text, texts
from cpp_units import Verdict
from cpp_written import PAGES, RULES

from cudamig.facts.versions import key
from cudamig.rules.model import Rule


class Case(NamedTuple):
    """An example with a fix, and the texts before and after it."""

    rule: Rule
    example: dict[str, Any]
    before: Text
    after: Text

    @property
    def gone(self) -> bool:
        """Whether the headers here are those of a release that no longer has what the rule calls gone."""
        here = {"torch": toolchain.torch_release(), "cuda": toolchain.cuda_release()}
        removed = self.rule.removed
        return bool(removed) and all(key(here.get(name, "0")) >= key(version) for name, version in removed.items())

    @property
    def skip(self) -> str:
        """Why it cannot be compiled here, or ``""``."""
        return toolchain.lacking(self.before.torch) or (
            "there is no nvcc" if self.before.device and not toolchain.nvcc() else ""
        )


def _cases() -> list[Case]:
    out = []
    for rule in RULES:
        for number, example in enumerate(PAGES[rule.id]["examples"], 1):
            if "after" in example:
                out.append(Case(rule, example, *texts(rule, number, example)))
    return out


CASES = [case for case in _cases() if "no-compile" not in case.example]
EACH = pytest.mark.parametrize("case", [pytest.param(c, id=c.after.name.partition(".")[0]) for c in CASES])


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Verdict]:
    wanted = [case.after for case in CASES if not case.skip]
    return units.compiled(wanted, tmp_path_factory.mktemp("after"))


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Verdict]:
    pairs = [(case.before, case.after) for case in CASES if case.gone and not case.skip]
    return units.refused(pairs, tmp_path_factory.mktemp("before"))


@EACH
def test_what_a_fix_writes_compiles(case: Case, request: pytest.FixtureRequest) -> None:
    if case.skip:
        pytest.skip(case.skip)
    errors = request.getfixturevalue("after")[case.after.name].errors
    assert not errors, f"{errors[0]}\n(names that the example leaves free are declared under `compile:`, docs/rules.md)"


@EACH
def test_what_is_gone_does_not_compile(case: Case, request: pytest.FixtureRequest) -> None:
    """The control is the same text after its fix, in the same unit."""
    if not case.rule.removed:
        return
    if case.skip:
        pytest.skip(case.skip)
    if not case.gone:
        pytest.skip(f"the headers here are not past {case.rule.removed}")
    verdicts = request.getfixturevalue("before")
    assert not verdicts[case.after.name].errors, "the control fails"
    assert verdicts[case.before.name].errors, f"{case.rule.id} calls gone what compiles"


def test_the_compiler_is_heard(tmp_path: Path) -> None:
    """A name that is nowhere is an error of its own example, and of no other in the unit."""
    if toolchain.lacking(torch=False):
        pytest.skip(toolchain.lacking(torch=False))
    cases = {
        "good": "#include <vector>\nstd::vector<int> v;\n",
        "bad": "#include <vector>\nvoid f() { NO_SUCH_NAME(1); }\n",
        "absent": "#include <THC/NoSuch.h>\nint i;\n",
        "macro": "#define M(x) NO_SUCH_NAME(x)\nvoid f() { M(1); }\n",
        "global": "#include <vector>\nnamespace std { struct mine; }\nstd::mine* p;\n",
        "launch": "__global__ void k(int) {}\nvoid f() { k<<<1, 2>>>(3); }\n",
    }
    wanted = [Text(name, "a.cpp", text, "", False, name == "launch", False) for name, text in cases.items()]
    verdicts = units.compiled(wanted, tmp_path)
    assert {name for name, verdict in verdicts.items() if verdict.errors} == {"bad", "absent", "macro"}
    assert "NO_SUCH_NAME" in verdicts["bad"].errors[0]
