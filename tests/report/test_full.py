"""The full format: frames, carets, fixes, plan."""

from __future__ import annotations

import time
from typing import Any

from handmade import finding, fix, made, span
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from cudamig.kinds import KINDS
from cudamig.model import Edit, Related, Safety, Severity, Span, manual
from cudamig.report import render
from cudamig.report.frame import frame
from cudamig.report.screen import cut, ink, row, visible, window
from cudamig.source import Source

WHY = "   = why: A misspelt id suppresses nothing, silently."


def blocks(*args: Any, **fields: Any) -> list[str]:
    return render(made(*args, **fields), "full").split("\n\n")


def test_a_finding_shows_place_reason_and_fix() -> None:
    text = "import torch\n\n\nwith torch.cuda.amp.autocast():\n    f()\n"
    where = span(text, "torch.cuda.amp.autocast()")
    old = finding("a.py", where, severity=Severity.ERROR, fix=fix(Edit("a.py", where, 'torch.amp.autocast("cuda")')))
    assert blocks({"a.py": text}, old)[0].splitlines() == [
        "error[MIG102] unknown-ignore: it is old",
        "  --> a.py:4:6",
        "   |",
        " 4 | with torch.cuda.amp.autocast():",
        "   |      ^^^^^^^^^^^^^^^^^^^^^^^^^",
        WHY,
        "   = fix (safe): renew it (it does the same)",
        "   |",
        " 4 - with torch.cuda.amp.autocast():",
        ' 4 + with torch.amp.autocast("cuda"):',
    ]


def test_a_place_on_several_lines_shows_the_first_and_the_last() -> None:
    text = "f(a,\n  b,\n\n  c)  # end\n"
    assert blocks({"a.py": text}, finding("a.py", Span(0, 15)))[0].splitlines()[2:8] == [
        "   |",
        " 1 | f(a,",
        "   | ^^^^",
        "...",
        " 4 |   c)  # end",
        "   |   ^^",
    ]


def test_a_span_that_ends_with_a_line_end_stays_on_its_line() -> None:
    text = "old\nnew\n"
    assert blocks({"a.py": text}, finding("a.py", Span(0, 4)))[0].splitlines()[2:6] == [
        "   |",
        " 1 | old",
        "   | ^^^",
        WHY,
    ]


def test_the_margin_fits_the_greatest_line_number() -> None:
    text = "x\n" * 9 + "old\n" + "y\n" * 200 + "far\n"
    change = fix(Edit("a.py", span(text, "far"), "near"))
    lines = blocks({"a.py": text}, finding("a.py", span(text, "old"), fix=change))[0].splitlines()
    assert lines[1:4] == ["    --> a.py:10:1", "     |", "  10 | old"]
    assert lines[-2:] == [" 211 - far", " 211 + near"]


def test_related_places_and_groups_are_named() -> None:
    files = {f"r{n}.txt": "torch==2.1.0\n" for n in range(6)}
    move = [
        finding(path, Span(0, 12), fix=fix(Edit(path, Span(7, 12), "2.13.0"), group="stack"), related=(other,))
        for path in files
        for other in (Related("r5.txt", Span(7, 12), "the same pin"),)
    ]
    first = blocks(files, *move)[0]
    assert "   = see: r5.txt:1:8: the same pin\n" in first
    assert "   = group: moves together with 5 others: r1.txt:1, r2.txt:1, r3.txt:1 and 2 more\n" in first


def test_edits_in_other_files_stand_under_their_path() -> None:
    files = {"Dockerfile": "FROM a:1\n", "r.txt": "x\ntorch==2.1.0\n"}
    both = fix(Edit("Dockerfile", Span(7, 8), "2"), Edit("r.txt", Span(9, 14), "2.13.0"))
    assert blocks(files, finding("Dockerfile", Span(5, 8), fix=both))[0].splitlines()[-5:] == [
        " 1 - FROM a:1",
        " 1 + FROM a:2",
        "  --> r.txt:2",
        " 2 - torch==2.1.0",
        " 2 + torch==2.13.0",
    ]


def test_inserted_and_deleted_lines_are_shown_alone() -> None:
    text = "a\nb\nc\n"
    change = fix(Edit("a.py", Span(0, 0), "import x\n"), Edit("a.py", Span(4, 6), ""))
    lines = blocks({"a.py": text}, finding("a.py", Span(2, 3), fix=change))[0].splitlines()
    assert lines[-3:] == [" 1 + import x", "   ~", " 3 - c"]


def test_a_long_change_is_cut() -> None:
    text = "".join(f"line {n}\n" for n in range(50))
    change = fix(Edit("a.yaml", Span(0, len(text)), "one\n"), safety=Safety.UNSAFE)
    lines = blocks({"a.yaml": text}, finding("a.yaml", Span(0, 4), fix=change))[0].splitlines()
    assert lines[-4:] == [" 5 - line 4", " 6 - line 5", "   - (44 more lines)", " 1 + one"]


def test_a_change_of_many_places_is_cut() -> None:
    text = "old\n\n" * 20
    change = fix(*(Edit("a.py", Span(5 * n, 5 * n + 3), "new") for n in range(20)))
    lines = blocks({"a.py": text}, finding("a.py", Span(0, 3), fix=change))[0].splitlines()
    assert lines[-2:] == [" 15 + new", "    | (12 more places; `cudamig fix` shows all)"]


def test_both_sides_of_a_long_change_are_cut_at_one_place() -> None:
    text = "a" * 200 + "(old, b)\n"
    change = fix(Edit("a.py", span(text, "old"), "much, newer"))
    lines = blocks({"a.py": text}, finding("a.py", Span(0, 4), fix=change))[0].splitlines()
    assert lines[-2].startswith(" 1 - ...aaa")
    assert lines[-2].endswith("a(old, b)")
    assert lines[-1].endswith("a(much, newer, b)")
    assert lines[-2].index("(old") == lines[-1].index("(much")


def test_crlf_lines_show_no_carriage_return() -> None:
    text = "a\r\nold\r\nb\r\n"
    shown = render(made({"a.py": text}, finding("a.py", span(text, "old"))), "full")
    assert "\r" not in shown
    assert "\\r" not in shown


def test_scanned_text_does_not_drive_the_terminal() -> None:
    evil = "\x1b[2J\x1b]0;pwned\x07\x9b31m\u202e\x00\x7f"
    text = f"{evil}old{evil}\n".replace("\x00", "\x01")
    file = f"bad{evil}\n.py".replace("\x00", "")
    old = finding(
        file,
        span(text, "old"),
        message=evil,
        fix=fix(Edit(file, span(text, "old"), evil))._replace(title=evil, reason=evil),
        related=(Related(file, Span(0, 1), evil),),
    )
    report = made({file: text}, old, unread=[(file, evil)], faults=[(file, evil)])
    for name in ("full", "concise", "github"):
        shown = render(report, name)
        assert "31m" in shown
        assert not {c for c in shown if not c.isprintable()} - {"\n"}, name
    for name in ("json", "sarif"):
        assert not {c for c in render(report, name) if not c.isprintable()} - {"\n"}, name
    assert "\x1b[2J" not in render(report._replace(color=True), "full")


def test_colours_only_when_asked_for() -> None:
    report = made({"a.py": "x"}, finding("a.py", Span(0, 1), severity=Severity.ERROR))
    assert "\x1b" not in render(report, "full")
    assert render(report._replace(color=True), "full").startswith("\x1b[31m\x1b[1merror[MIG102]\x1b[0m")


def caret_line(line: str, where: Span, width: int = 60) -> tuple[str, str]:
    """The line and the carets of a frame, without the margin."""
    source = Source("a.py", line.encode("utf-8", "surrogatepass"), "cpp")
    _, shown, carets = frame(source, where, 1, width, ink(False), "red")
    return shown[5:], carets[5:]


def test_wide_characters_take_two_cells_and_combining_ones_none() -> None:
    assert caret_line("日本語 = old", Span(6, 9)) == ("日本語 = old", "         ^^^")
    assert caret_line("e\u0301 = old", Span(5, 8)) == ("e\u0301 = old", "    ^^^")
    assert caret_line("x = '🚀'; old", Span(9, 12)) == ("x = '🚀'; old", "          ^^^")
    assert caret_line("日本", Span(1, 2)) == ("日本", "  ^^")


def test_tabs_go_to_the_next_stop() -> None:
    assert caret_line("\told", Span(1, 4)) == ("    old", "    ^^^")
    assert caret_line("ab\told\tx", Span(3, 6)) == ("ab  old x", "    ^^^")
    assert caret_line("\told", Span(0, 1)) == ("    old", "^^^^")


def test_an_insertion_point_has_one_caret() -> None:
    assert caret_line("abc", Span(3, 3)) == ("abc", "   ^")


def test_a_long_line_is_cut_around_the_place() -> None:
    line = "a" * 5000 + "old" + "b" * 5000
    shown, carets = caret_line(line, Span(5000, 5003))
    assert len(shown) <= 60
    assert shown.startswith("...a")
    assert shown.endswith("b...")
    assert shown[carets.index("^") : carets.rindex("^") + 1] == "old"
    start, _ = caret_line(line, Span(2, 5))
    assert start.startswith("aaa")
    assert start.endswith("...")


@given(st.text("ab =(\t\x1b\u0301日語ａ🚀é\u202e", min_size=1, max_size=120), st.data())
def test_carets_stand_under_the_place(line: str, data: st.DataObject) -> None:
    """Measured by another program's idea of how wide text is."""
    start = data.draw(st.integers(0, len(line) - 1))
    end = data.draw(st.integers(start + 1, len(line)))
    first = window(line, start, end, 60)
    count = len(cut(line, first, 60).cells) - 1
    assert first <= start < first + count
    shown, carets = caret_line(line, Span(start, end))
    assert cell_len(shown) <= 60
    lead = "..." if first else ""
    before = lead + row(line[first:start]).text
    place = lead + row(line[first : min(end, first + count)]).text
    assert shown.startswith(place.rstrip())
    assert len(carets) - len(carets.lstrip()) == cell_len(before)
    assert len(carets) == max(cell_len(place), cell_len(before) + 1)


@given(st.text(max_size=80))
def test_visible_text_is_one_harmless_line(text: str) -> None:
    shown = visible(text)
    assert all(c.isprintable() or c.isspace() for c in shown)
    assert len(shown.splitlines()) <= 1
    assert visible("plain text, 日本語 é") == "plain text, 日本語 é"


def test_plan() -> None:
    safe = fix(Edit("a.py", Span(0, 3), "new"))
    unsafe = fix(Edit("a.py", Span(0, 2), "n"), safety=Safety.UNSAFE)
    findings = [
        finding("a.py", Span(0, 3), fix=safe),
        finding("a.py", Span(1, 2), severity=Severity.ERROR),
        finding("a.py", Span(0, 2), fix=unsafe, severity=Severity.INFO),
    ]
    files = {"a.py": "old\n", "Dockerfile": "FROM x\n"}
    told = {"skipped": [("x.py.bak", "backup copy")], "unread": [("b.py", "line 3: no")], "suppressed": 2}
    report = made(files, *findings, **told)
    assert render(report, "full").split("\n\n")[-1].splitlines() == [
        "plan",
        "  scanned        2 files: 1 dockerfile, 1 python; 1 skipped",
        "  target         cu126: CUDA 12.6 with torch 2.13 (the default; `cudamig target list` shows others)",
        "  findings       3 (1 error, 1 warning, 1 info): 1 safe to fix, 1 unsafe, 1 manual; 2 suppressed",
        "  not understood b.py: line 3: no",
        "  next           cudamig fix  # the diff of what is safe",
        "                 cudamig fix --unsafe  # the diff with what needs review",
    ]


def test_the_next_command_is_the_rule_when_only_a_person_can_act() -> None:
    assert render(made({"a.py": "x"}, finding("a.py", Span(0, 1))), "full").endswith(
        "  next           cudamig rule MIG102  # what to do by hand"
    )


def test_nothing_to_do_is_one_line() -> None:
    assert render(made({"a.py": "x"}), "full") == "nothing to do at cu126 (CUDA 12.6 with torch 2.13): 1 python"
    assert render(made({"a.py": "x"}, suppressed=1), "full").endswith(": 1 python; 1 finding suppressed")
    empty = f"nothing to do: no file of a kind that is read ({', '.join(KINDS)})"
    assert render(made({}), "full") == empty
    assert render(made({}, skipped=[("a", "b")]), "full") == empty + "; 1 skipped (--verbose lists them)"


def test_nothing_found_is_not_nothing_to_do_when_something_failed() -> None:
    assert "nothing to do" not in render(made({"a.py": "x"}, faults=[("a.py", "boom")]), "full")
    assert "not understood: b.py: bad" in render(made({"a.py": "x"}, unread=[("b.py", "bad")]), "full")


def test_a_file_that_is_gone_is_a_fault() -> None:
    report = made({"a.py": "x"}, finding("a.py", Span(0, 1)), finding("gone.py", Span(0, 1)))
    assert [view.finding.path for view in report.views] == ["a.py"]
    assert [fault.path for fault in report.result.faults] == ["gone.py"]


def test_hundreds_of_findings_take_no_time() -> None:
    text = "x = old()\n" * 20_000
    places = [Span(10 * n + 4, 10 * n + 7) for n in range(0, 20_000, 20)]
    many = [finding("a.py", where, fix=fix(Edit("a.py", where, "new"), group="g")) for where in places]
    start = time.process_time()
    render(made({"a.py": text}, *many), "full")
    assert time.process_time() - start < 2


def test_all_that_holds_a_place_is_told_with_verbose() -> None:
    held = (Related("a.py", Span(4, 5), "b is old"), Related("a.py", Span(0, 1), "a is old"))
    old = finding("a.py", Span(0, 1), fix=manual("renew it", "b is old (and 1 more reason)")._replace(held=held))
    assert "held" not in blocks({"a.py": "a\n\n\nb\n"}, old)[0]
    assert blocks({"a.py": "a\n\n\nb\n"}, old, verbose=True)[0].splitlines()[-2:] == [
        "   = held: a.py:4:1: b is old",
        "   = held: a.py:1:1: a is old",
    ]
