"""Whole manifests before and after: ``golden/NAME.in.yaml`` becomes ``golden/NAME.out.yaml``, byte for byte."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
import yaml

from cudamig.examples import run
from cudamig.model import Safety
from cudamig.rules.load import known

GOLDEN = Path(__file__).parent / "golden"
NAMES = sorted(path.name.removesuffix(".in.yaml") for path in GOLDEN.glob("*.in.yaml"))
RULES = [rule for rule in known() if rule.family == "KFT"]


def pair(name: str) -> tuple[bytes, bytes]:
    return (GOLDEN / f"{name}.in.yaml").read_bytes(), (GOLDEN / f"{name}.out.yaml").read_bytes()


def fixed(raw: bytes) -> bytes:
    done = run({"job.yaml": raw}, RULES, unsafe=True)
    assert not done.faults
    assert not done.unread
    return done.after["job.yaml"]


@pytest.mark.parametrize("name", NAMES)
def test_becomes(name: str) -> None:
    before, after = pair(name)
    assert fixed(before) == after
    assert fixed(after) == after
    assert b"kubeflow.org/v1\n" not in after


@pytest.mark.parametrize("name", NAMES)
def test_line_ends_and_byte_order_mark_stay(name: str) -> None:
    before, after = (codecs.BOM_UTF8 + raw.replace(b"\n", b"\r\n") for raw in pair(name))
    assert fixed(before) == after


@pytest.mark.parametrize("name", NAMES)
def test_no_final_newline(name: str) -> None:
    before, after = (raw.rstrip(b"\n") for raw in pair(name))
    assert fixed(before) == after


@pytest.mark.parametrize("name", [name for name in NAMES if name != "helm"])
def test_as_many_documents(name: str) -> None:
    before, after = (list(yaml.safe_load_all(raw)) for raw in pair(name))
    assert len(before) == len(after)


def test_every_comment_is_kept_or_named() -> None:
    before, after = (raw.decode() for raw in pair("comments"))
    (finding,) = run({"job.yaml": before}, RULES).findings
    said, kept = ({line[line.index("#") :] for line in raw.splitlines() if "#" in line} for raw in (before, after))
    gone = said - kept
    assert gone == {"# one", "# behind restartPolicy", "# has to be pytorch", "# three more"}
    assert all(repr(text) in finding.fix.reason for text in gone)


def test_conversion_waits_for_consent() -> None:
    before, _ = pair("single")
    done = run({"job.yaml": before}, RULES)
    assert done.after["job.yaml"] == before
    (finding,) = done.findings
    assert finding.fix.safety is Safety.UNSAFE
    assert "Kubeflow Trainer 2.2" in finding.message
    assert "six restarts" in finding.fix.reason
    assert before[finding.span.start : finding.span.end] == b"PyTorchJob"


def test_what_a_field_demands_is_said() -> None:
    (finding,) = run({"job.yaml": pair("patches")[0]}, RULES).findings
    assert "Kubeflow Trainer 2.3" in finding.message
    assert "trainer.kubeflow.org/trainjob integration" in finding.fix.reason
