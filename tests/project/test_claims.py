"""Combinations that never existed, and advice on pins that stay."""

from __future__ import annotations

import pytest

from cudamig.facts import claims

WHL = "https://download.pytorch.org/whl"


@pytest.mark.parametrize(
    ("text", "says", "after"),
    [
        ("torch==2.5.0+cu126\n", "cu126 starts with torch 2.6.0", "torch==2.13.0+cu126\n"),
        ("torch==2.2.3\n", "never released: the nearest is 2.2.2", None),
        (f"-i {WHL}/cu122\ntorch\n", "the nearest are cu121 and cu124", f"-i {WHL}/cu126\ntorch\n"),
        (f"-i {WHL}/cu134\ntorch\n", "cu132 is the newest", None),
        (f"-i {WHL}/cu127\ntorch\n", "cu126 and cu128", None),
        (f"-i {WHL}/cu121\ntorch==2.6.0\n", "the cu121 index has no torch 2.6.0", f"-i {WHL}/cu126\ntorch==2.13.0\n"),
        ("torch==2.1.0+cu118\ntorchvision==0.15.2+cu118\n", "made for torch 2.0.1; torch 2.1.0 goes with 0.16.0",
         "torch==2.13.0+cu126\ntorchvision==0.28.0+cu126\n"),
        ("torch==2.12.0+cu126\ntorchaudio==2.12.0+cu126\n", "2.11.0 is the last", "torch==2.13.0+cu126\ntorchaudio==2.11.0\n"),
        ("torch==2.9.0+cu121\n", "cu121 ends with torch 2.5.1", "torch==2.13.0+cu126\n"),
    ],
)  # fmt: skip
def test_what_never_was_is_an_error_with_the_nearest_thing(check, text: str, says: str, after: str | None) -> None:
    outcome = check({"requirements.txt": text})
    found = [finding for finding in outcome.findings if says in finding.message]
    assert [finding.severity for finding in found] == ["error"], outcome.findings
    assert outcome.after["requirements.txt"].decode() == (after or text)


@pytest.mark.parametrize(
    "text",
    [
        "torch==2.9.0+cu129\n",  # in no build matrix, but in use
        "torch==2.15.1\n",  # newer than the table
        "torch==2.14.7\n",
        "torch==2.2.0rc1\n",
        "torch==1.8.1+cu92\n",  # the list for 1.8 may lack some
        "torch==1.7.1+cu110\n",
        "torch==2.13.0+cu126\ntorchaudio==2.11.0\n",
        "torch==2.15.0\ntorchvision==0.29.1\n",
        "torch==2.1.0\ntorchvision==0.15.0\n",  # a release that the table does not know
        f"--extra-index-url {WHL}/nightly/cu122\ntorch\n",
        f"-i {WHL}/cu126\ntorch==2.13.0\n",
    ],
)
def test_what_the_tables_do_not_know_is_no_error(check, text: str) -> None:
    assert not [f for f in check({"requirements.txt": text}).findings if f.severity == "error"]


def test_a_nonexistent_pin_past_the_target_is_not_moved_back(check) -> None:
    text = "torch==2.9.0+cu121\n"
    outcome = check({"requirements.txt": text}, target="cu126-torch26")
    assert [finding.severity for finding in outcome.findings] == ["error"]
    assert outcome.after["requirements.txt"].decode() == text


def test_two_part_releases_and_trailing_zeros_are_one() -> None:
    assert claims.released("2.10") is True
    assert claims.released("2.10.0") is True
    assert claims.released("2.13.7") is False


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (f"--extra-index-url {WHL}/cu121\ntorch\n", "REQ113"),
        (f"--extra-index-url {WHL}/cu121\ntorch<2.6\n", ""),
        (f"--extra-index-url {WHL}/cu132\ntorch\n", ""),
        (f"-i {WHL}/cu121\ntorch\n", ""),
        ("torch==2.13.0\n", "REQ114"),
        ("torch==2.14.1\n", ""),
    ],
)
def test_advice(check, text: str, rule: str) -> None:
    found = [f for f in check({"requirements.txt": text}).findings if f.rule in ("REQ113", "REQ114", "REQ130")]
    assert [finding.rule for finding in found] == ([rule] if rule else [])
    assert all(finding.severity == "info" and not finding.fix.edits for finding in found)


def test_advisories_are_told_once(check) -> None:
    (moving,) = check({"requirements.txt": "torch==2.5.0+cu124\n"}).findings
    assert "mends CVE-2025-32434 and 2 more" in moving.message
    staying = check({"requirements.txt": "torch==2.6.0+cu126\n"}, target="cu126-torch26").findings
    assert [finding.rule for finding in staying] == ["REQ130"]
    assert "GHSA-887c-mr87-cxwp" in staying[0].message
