"""The pages of rules: complete, and in the documentation as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudamig.model import Safety
from cudamig.report import page, pages
from cudamig.rules import schema
from cudamig.rules.load import known
from cudamig.rules.model import Rule

FOLDER = Path(__file__).parents[2] / "docs" / "rules"
CONTENTS = pages.contents()


def test_the_documentation_holds_the_pages_of_the_rules() -> None:
    there = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.iterdir()}
    stale = sorted(name for name in CONTENTS.keys() | there.keys() if CONTENTS.get(name) != there.get(name))
    assert not stale, "run: python -m cudamig.report.pages docs/rules"


def test_every_family_has_a_title() -> None:
    assert set(pages.FAMILIES) == set(schema.FAMILIES)


def test_writing_removes_pages_of_rules_that_are_gone(tmp_path: Path) -> None:
    (tmp_path / "ABC999.md").write_text("gone")
    (tmp_path / "notes.md").write_text("kept")
    pages.main(str(tmp_path))
    assert {file.name for file in tmp_path.iterdir()} == {*CONTENTS, "notes.md"}


@pytest.mark.parametrize("rule", known(), ids=lambda rule: rule.id)
def test_every_rule_says_why_in_one_line(rule: Rule) -> None:
    reason = page.reason(page.load()[rule.id], rule)
    assert 10 < len(reason) <= 300
    assert "\n" not in reason


def hand_made(**example: object) -> str:
    """The page of a rule with one example."""
    rule = Rule(
        id="PYT101",
        name="some-name",
        summary="Some summary",
        kinds=("python",),
        anchors=("x",),
        matcher="suppression",
        args={},
        since={"torch": "2.4", "python": "3.11"},
        removed={"torch": "2.9"},
        replacement_since={"torch": "2.3"},
        severity=None,
        safety=Safety.UNSAFE,
        reason="it may differ",
        fix={"title": "use the new one"},
    )
    text = {"why": "Because. It is `so`.\n", "examples": [example], "references": [{"source": "S", "checked": "2026"}]}
    return page.markdown(rule, text)


def test_a_page_names_versions_safety_and_sources() -> None:
    text = hand_made(file="a.py", keep="x\n")
    assert "- **In force from:** torch 2.4, Python 3.11\n" in text
    assert "- **Removed in:** torch 2.9\n" in text
    assert "- **A fix needs:** torch 2.3\n" in text
    assert "- **Severity:** error where it is removed, warning before\n" in text
    assert "- **Fix:** unsafe: needs review: written only with `--unsafe`" in text
    assert "Use the new one. Unsafe: it may differ." in text
    assert "- S (checked 2026)" in text
    assert "`a.py` stays as it is:\n\n```python\nx\n```" in text


def test_an_example_is_a_diff_with_all_its_files() -> None:
    text = hand_made(
        file="Dockerfile",
        before="FROM a\nRUN b\n",
        after="FROM c\nRUN b\n",
        **{"with": {"r.txt": "x\n", "s.txt": "y\n"}, "with-after": {"r.txt": "z\n"}},
        target="cu130",
        unsafe=True,
        note="two stages",
    )
    assert (
        "`Dockerfile` becomes (two stages; target cu130; with `--unsafe`):\n\n```diff\n-FROM a\n+FROM c\n RUN b\n```"
        in text
    )
    assert "and `r.txt`:\n\n```diff\n-x\n+z\n```" in text
    assert "beside `s.txt`:\n\n```text\ny\n```" in text


def test_backticks_in_an_example_do_not_end_its_block() -> None:
    assert "````python\n```\n````" in hand_made(file="a.py", report="```\n")


def test_the_reason_is_the_first_sentence_unless_it_is_long() -> None:
    rule = known()[0]
    assert page.reason({"why": "Old since 2.4, e.g. in x. The\nrest."}, rule) == "Old since 2.4, e.g. in x."
    assert page.reason({"why": "word " * 61}, rule) == rule.summary
    assert page.reason({"why": "No full stop"}, rule) == rule.summary
