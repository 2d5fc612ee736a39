"""JSON, SARIF and workflow annotations: what other programs read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from handmade import finding, fix, made, span
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cudamig.model import Edit, Related, Safety, Severity, Span
from cudamig.report import render
from cudamig.report.view import Report, fingerprints

ROOT = Path(__file__).parents[2]
JSON = Draft202012Validator(json.loads((ROOT / "docs/json.schema.json").read_text()))
SARIF = Draft202012Validator(json.loads((ROOT / "tests/data/sarif-2.1.0.json").read_text()))
FILES = {
    "src/a b.py": "# 🚀\r\nx = '日本' + old()\r\n",
    "r.txt": b"\xef\xbb\xbftorch==2.1.0\n",
    "old.cpp": b"// caf\xe9\nint old;\n",
}


def everything() -> Report:
    """A report that uses every part of a finding."""
    text = FILES["src/a b.py"]
    assert isinstance(text, str)
    here = span(text, "old()")
    both = fix(Edit("src/a b.py", here, "neu"), Edit("r.txt", Span(7, 12), "2.13.0"), group="g")
    return made(
        FILES,
        finding("src/a b.py", here, severity=Severity.ERROR, fix=both, related=(Related("r.txt", Span(0, 5), "pin"),)),
        finding("r.txt", Span(0, 12), fix=fix(Edit("r.txt", Span(12, 12), "+cu126"), safety=Safety.UNSAFE)),
        finding("old.cpp", Span(12, 15), severity=Severity.INFO, message="100% old: [a](b), {0}"),
        skipped=[("b.py.bak", "backup copy")],
        unread=[("c.py", "line 3: invalid syntax")],
        faults=[("d.py", "rule X failed: KeyError", "XAA101"), ("", "joining failed")],
    )


def loaded(report: Report, name: str, schema: Draft202012Validator) -> dict[str, Any]:
    """The report as an object, valid by its schema."""
    value: dict[str, Any] = json.loads(render(report, name))
    assert [error.message for error in schema.iter_errors(value)] == []
    return value


def test_json_speaks_in_code_points_and_in_bytes() -> None:
    value = loaded(everything(), "json", JSON)
    first, second, third = value["findings"]
    place = ("line", "column", "end_line", "end_column")
    assert [first[key] for key in place] == [2, 12, 2, 17]
    one, two = first["fix"]["edits"]
    raw = FILES["src/a b.py"].encode()  # type: ignore[union-attr]  # it is text
    assert raw[one["byte_start"] : one["byte_end"]] == b"old()"
    assert FILES["r.txt"][two["byte_start"] : two["byte_end"]] == b"2.1.0"
    assert [second[key] for key in place] == [1, 1, 1, 13]
    assert (third["fix"], third["safety"], third["group"]) == (None, "manual", None)
    assert [third[key] for key in place] == [2, 5, 2, 8]
    assert value["files"] == {"cpp": 1, "python": 1, "requirements": 1}
    assert value["errors"][1] == {"path": "", "rule": None, "message": "joining failed"}
    assert value["not_understood"] == [{"path": "c.py", "reason": "line 3: invalid syntax"}]
    assert value["skipped"] == [{"path": "b.py.bak", "reason": "backup copy"}]


def test_edits_of_the_json_report_make_the_file() -> None:
    """A program that knows only the report and the bytes can apply a fix."""
    (first, *_) = loaded(everything(), "json", JSON)["findings"]
    raw = FILES["src/a b.py"].encode()  # type: ignore[union-attr]  # it is text
    (edit,) = [edit for edit in first["fix"]["edits"] if edit["path"] == "src/a b.py"]
    made_of = raw[: edit["byte_start"]] + edit["replacement"].encode() + raw[edit["byte_end"] :]
    assert made_of.decode() == "# 🚀\r\nx = '日本' + neu\r\n"


def test_reports_for_programs_are_ascii_whatever_the_names() -> None:
    name = "caf\udce9/日本.py"
    report = made({name: "old"}, finding(name, Span(0, 3)))
    for kind, schema in (("json", JSON), ("sarif", SARIF)):
        assert render(report, kind).isascii()
        loaded(report, kind, schema)
    result = loaded(report, "sarif", SARIF)["runs"][0]["results"][0]
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location["uri"] == "caf%E9/%E6%97%A5%E6%9C%AC.py"


def test_fingerprints_survive_an_insertion_above_and_tell_occurrences_apart() -> None:
    before, after = "old\nold\n", "# new\n\n  old\nold\n"
    one = made({"a.py": before}, finding("a.py", Span(0, 3)), finding("a.py", Span(4, 7)))
    two = made({"a.py": after}, finding("a.py", Span(9, 12)), finding("a.py", Span(13, 16)))
    assert fingerprints(one) == fingerprints(two)
    assert len(set(fingerprints(one))) == 2
    other = made({"b.py": before}, finding("b.py", Span(0, 3)))
    assert fingerprints(other)[0] not in fingerprints(one)


def test_sarif() -> None:
    value = loaded(everything(), "sarif", SARIF)
    (run,) = value["runs"]
    assert value["version"] == "2.1.0"
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["automationDetails"] == {"id": "cudamig/"}
    (rule,) = run["tool"]["driver"]["rules"]
    assert (rule["id"], rule["name"]) == ("MIG102", "unknown-ignore")
    assert len(rule["fullDescription"]["text"]) <= 1024
    assert rule["defaultConfiguration"] == {"level": "warning"}
    assert [result["level"] for result in run["results"]] == ["error", "warning", "note"]
    assert {result["ruleIndex"] for result in run["results"]} == {0}
    first = run["results"][0]
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "src/a%20b.py"},
                "region": {"startLine": 2, "startColumn": 12, "endLine": 2, "endColumn": 17},
            }
        }
    ]
    assert first["partialFingerprints"] == {"primaryLocationLineHash": fingerprints(everything())[0] + ":1"}
    assert first["relatedLocations"][0]["message"] == {"text": "pin"}
    changes = first["fixes"][0]["artifactChanges"]
    assert [change["artifactLocation"]["uri"] for change in changes] == ["r.txt", "src/a%20b.py"]
    assert changes[0]["replacements"] == [
        {
            "deletedRegion": {"startLine": 1, "startColumn": 8, "endLine": 1, "endColumn": 13},
            "insertedContent": {"text": "2.13.0"},
        }
    ]
    assert "fixes" not in run["results"][2]


def test_sarif_tells_what_could_not_be_looked_at() -> None:
    (invocation,) = loaded(everything(), "sarif", SARIF)["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    notes = [(note["level"], note["message"]["text"]) for note in invocation["toolExecutionNotifications"]]
    assert notes == [
        ("error", "rule X failed: KeyError"),
        ("error", "joining failed"),
        ("warning", "line 3: invalid syntax"),
    ]
    clean = loaded(made({"a.py": ""}, unread=[("c.py", "bad")]), "sarif", SARIF)["runs"][0]
    assert clean["invocations"][0]["executionSuccessful"] is True
    assert clean["results"] == []


def test_sarif_has_no_empty_texts() -> None:
    """Code scanning counts an empty string as a missing one."""

    def strings(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [text for item in value.values() for text in strings(item)]
        if isinstance(value, list):
            return [text for item in value for text in strings(item)]
        return [value] if isinstance(value, str) else []

    assert "" not in strings(loaded(everything(), "sarif", SARIF))


def test_paths_for_a_code_host_are_relative_to_the_work_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    report = made({"a.py": "x", "../b.py": "x"}, finding("../b.py", Span(0, 1)), finding("a.py", Span(0, 1)))
    assert [line.split(",")[0] for line in render(report, "github").splitlines()] == [
        "::warning file=b.py",
        "::warning file=sub/a.py",
    ]
    results = loaded(report, "sarif", SARIF)["runs"][0]["results"]
    uris = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results]
    assert uris == ["b.py", "sub/a.py"]
    assert [item["path"] for item in loaded(report, "json", JSON)["findings"]] == ["../b.py", "a.py"]


def test_annotations() -> None:
    assert render(everything(), "github").splitlines() == [
        "::error file=src/a b.py,line=2,endLine=2,col=12,endColumn=17,title=MIG102 unknown-ignore"
        "::it is old; fix (safe): renew it",
        "::warning file=r.txt,line=1,endLine=1,col=1,endColumn=13,title=MIG102 unknown-ignore"
        "::it is old; fix (unsafe): renew it",
        "::notice file=old.cpp,line=2,endLine=2,col=5,endColumn=8,title=MIG102 unknown-ignore"
        "::100%25 old: [a](b), {0}; by hand: renew it",
        "::error title=cudamig could not do its work::d.py: rule X failed: KeyError",
        "::error title=cudamig could not do its work::joining failed",
    ]


def test_annotations_escape_data_and_properties() -> None:
    name = "a,b:c%d\r\ne.py"
    line = render(made({name: "x"}, finding(name, Span(0, 1), message="50%, a:b\r\n::error::x")), "github")
    assert line == (
        "::warning file=a%2Cb%3Ac%25d%0D%0Ae.py,line=1,endLine=1,col=1,endColumn=2,title=MIG102 unknown-ignore"
        "::50%25, a:b%0D%0A::error::x; by hand: renew it"
    )


def test_annotations_on_several_lines_have_no_columns() -> None:
    line = render(made({"a.py": "x\ny"}, finding("a.py", Span(0, 3))), "github")
    assert line.startswith("::warning file=a.py,line=1,endLine=2,title=")


def test_concise_is_one_line_a_finding() -> None:
    assert render(everything(), "concise").splitlines() == [
        "src/a b.py:2:12: error MIG102 it is old [safe fix]",
        "r.txt:1:1: warning MIG102 it is old [unsafe fix]",
        "old.cpp:2:5: info MIG102 100% old: [a](b), {0}",
    ]


@given(st.text(st.characters(exclude_characters="\0"), max_size=60), st.text(max_size=20), st.data())
def test_any_text_gives_valid_reports(text: str, message: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    change = fix(Edit("a.hpp", Span(start, end), message))
    raw = text.encode("utf-8", "replace")
    report = made({"a.hpp": raw}, finding("a.hpp", Span(start, end), message=message, fix=change))
    loaded(report, "json", JSON)
    loaded(report, "sarif", SARIF)
    assert len(render(report, "github").splitlines()) == 1
    assert len(render(report, "concise").splitlines()) == 1
    assert render(report, "full")
