"""``cudamig rule``, ``rules`` and ``target``."""

from __future__ import annotations

import json

import pytest
from smallrules import RULES, Run, Tree, rule

from cudamig.facts import targets
from cudamig.rules.load import known


def test_the_page_of_a_rule(tree: Tree, run: Run) -> None:
    tree({})
    page = run("rule", "mig102").stdout.decode()
    assert page.startswith("# MIG102: unknown-ignore\n")
    for part in ("## What breaks", "## What is done", "## Examples", "## Sources", "cudamig: ignore[MIG102]"):
        assert part in page
    assert run("rule", "unknown-ignore").stdout.decode() == page


def test_the_page_of_a_rule_of_ones_own(tree: Tree, run: Run) -> None:
    tree(RULES)
    page = run("rule", "XAA101").stdout.decode()
    assert "`a.py` becomes:\n\n```diff\n-oldsafe\n+newsafe\n```" in page
    assert "- **Fix:** safe: written by `cudamig fix --apply`" in page


def test_a_near_rule_is_suggested(tree: Tree, run: Run) -> None:
    tree({})
    done = run("rule", "MIG12")
    assert done.returncode == 2
    assert b"did you mean 'MIG10" in done.stderr
    assert b"did you mean 'unused-ignore'" in run("rule", "unsed-ignore").stderr


def test_the_table_of_rules(tree: Tree, run: Run) -> None:
    tree(RULES)
    lines = run("rules").stdout.decode().splitlines()
    assert lines[0].split() == ["id", "name", "fix", "at", "cu126", "since", "reads", "summary"]
    assert {line.split()[0] for line in lines[1:]} == {item.id for item in known()} | {
        "XAA101",
        "XAA102",
        "XAA103",
        "XAA104",
    }
    (row,) = [line for line in lines if line.startswith("XAA103")]
    assert row.split() == ["XAA103", "word-103", "manual", "error", "-", "all", "oldmanual", "is", "old"]


def test_rules_in_force_are_marked(tree: Tree, run: Run) -> None:
    late = rule(105, "oldlate").replace("severity: warning\n", 'since: {torch: "2.14"}\nremoved: {torch: "2.15"}\n')
    tree({**RULES, "rules/e.yaml": late})
    marks = {}
    for name in ("cu126", "cu126-last", "cu132"):
        value = json.loads(run("rules", "--target", name, "--output-format", "json").stdout)
        (found,) = [item for item in value["rules"] if item["id"] == "XAA105"]
        marks[name] = (found["in_force"], found["severity"])
        text = run("rules", "--target", name).stdout.decode()
        (row,) = [line for line in text.splitlines() if line.startswith("XAA105")]
        assert row.split()[3] == (found["severity"] if found["in_force"] else "-")
    assert marks == {"cu126": (False, "warning"), "cu126-last": (True, "warning"), "cu132": (True, "error")}


def test_a_rule_author_is_told_which_example_fails(tree: Tree, run: Run) -> None:
    tree(
        {
            **RULES,
            "mine/a.yaml": rule(201, "vieux", "neuf"),
            "mine/b.yaml": rule(202, "alt", "neu", example='before: "alt\\n", after: "nue\\n"'),
            "mine/c.yaml": rule(203, "gammal", example='report: "gamal\\n"'),
            "mine/d.yaml": rule(204, "fresh"),
            "mine/e.yaml": rule(205, "viejo", example='report: "viejo\\n", target: cu999'),
            "mine/f.yaml": rule(206, "vecchio", example='report: "vecchio\\n", with-after: {b.py: ""}'),
            "mine/g.yaml": rule(207, "stary", example='report: "stary\\n", with: {../b.py: ""}'),
        }
    )
    done = run("rules", "--test", "mine")
    told = done.stdout.decode()
    assert done.returncode == 1
    assert "XAA201" not in told
    assert "XAA202 example 1: a.py became\nneu\n" in told
    assert "XAA203 example 1: XAA203 does not fire\n" in told
    assert "XAA204 example 2: XAA204 fires: ['fresh is old']\n" in told
    assert "XAA205 example 1: unknown target 'cu999'" in told
    assert "XAA206 example 1: 'with-after' names b.py, which is no file of the example\n" in told
    assert "XAA207 example 1: ../b.py lies outside the example's folder\n" in told
    assert told.endswith("14 examples, 6 failed\n")
    good = run("rules", "--test", "rules")
    assert (good.returncode, good.stdout) == (0, b"8 examples, 0 failed\n")


def test_targets(tree: Tree, run: Run) -> None:
    tree({})
    lines = run("target", "list").stdout.decode().splitlines()
    assert [line.split()[0] for line in lines] == ["name", *targets.names()]
    value = json.loads(run("target", "list", "--output-format", "json").stdout)
    assert [row["name"] for row in value["targets"]] == targets.names()


@pytest.mark.parametrize("name", targets.names())
def test_a_target_shows_every_field_with_its_source(tree: Tree, run: Run, name: str) -> None:
    tree({})
    row = targets.get(name)
    page = run("target", "show", name).stdout.decode()
    for value in (
        row.cuda,
        row.torch,
        row.torchvision,
        row.cudnn,
        row.driver,
        row.end,
        row.next,
        row.checked,
        *row.notes,
    ):
        assert value in page
    for source in row.sources.values():
        assert source in page
    assert f"`nvidia/cuda:{row.cuda}-devel-ubuntu" in page
    value = json.loads(run("target", "show", name, "--output-format", "json").stdout)
    assert value["target"]["cupy"] == {"package": row.cupy[0], "version": row.cupy[1]}
    assert any(tag.startswith(f"pytorch/pytorch:{row.torch}-cuda") for tag in value["images"])


def test_tags_that_only_the_scheme_speaks_for_say_so(tree: Tree, run: Run) -> None:
    tree({})
    assert "`nvidia/cuda:12.6.3-devel-ubuntu22.04`" in run("target", "show", "cu126").stdout.decode()
    assert "`nvidia/cuda:13.0.3-devel-ubuntu22.04 (derived)`" in run("target", "show", "cu130").stdout.decode()


@pytest.mark.parametrize("args", [["rule", "MIG101"], ["rules"], ["target", "list"], ["target", "show", "cu126"]])
def test_on_a_terminal_pages_are_drawn(tree: Tree, run: Run, args: list[str]) -> None:
    tree({})
    plain, drawn = run(*args).stdout, run(*args, "--color", "always").stdout
    assert b"\x1b" not in plain
    assert b"\x1b[" in drawn
