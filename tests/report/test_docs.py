"""What the documentation says of keys, kinds and commands is so."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from cudamig import config
from cudamig.matchers import MATCHERS
from cudamig.rules import schema

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = {file.name: file.read_text(encoding="utf-8") for file in (ROOT / "docs").glob("*.md")}


@pytest.mark.parametrize("kind", MATCHERS)
def test_every_matcher_kind_is_documented(kind: str) -> None:
    assert f"| `{kind}` |" in DOCS["rules.md"], "add a row to the table of matchers in docs/rules.md"


@pytest.mark.parametrize("key", [*schema.REQUIRED, *schema.OPTIONAL])
def test_every_key_of_a_rule_is_documented(key: str) -> None:
    assert f"| `{key}` |" in DOCS["rules.md"]


@pytest.mark.parametrize("key", config._KEYS)
def test_every_key_of_the_configuration_is_documented(key: str) -> None:
    assert f"| `{key}` |" in DOCS["configuration.md"]


def test_the_rule_of_the_documentation_works(tmp_path: Path) -> None:
    found = re.search(r"<!-- example -->\n\s*```yaml\n(.*?)\n\s*```", DOCS["rules.md"], re.S)
    assert found
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "XAA101-fit-is-train.yaml").write_text(textwrap.dedent(found.group(1)))
    command = [sys.executable, "-m", "cudamig", "rules", "--test", "mine"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "2 examples, 0 failed\n"), done.stderr


@pytest.mark.parametrize("name", DOCS)
def test_links_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", DOCS[name]):
        assert (ROOT / "docs" / target).exists(), target


@pytest.mark.parametrize("name", DOCS)
def test_places_that_are_named_exist(name: str) -> None:
    """Paths of the program in code spans: the map has to follow the house."""
    for path in re.findall(r"`(cudamig/[\w/]+(?:\.py|/))`", DOCS[name]):
        assert "NAME" in path or (ROOT / path).exists(), path


def test_the_json_of_the_documentation_is_valid() -> None:
    schema_of = json.loads((ROOT / "docs/json.schema.json").read_text())
    report, finding = re.findall(r"```json\n(.*?)```", DOCS["json.md"], re.S)
    Draft202012Validator(schema_of).validate(json.loads(report))
    Draft202012Validator({**schema_of["$defs"]["finding"], "$defs": schema_of["$defs"]}).validate(json.loads(finding))


def test_the_transcript_of_the_readme_is_real() -> None:
    found = re.search(r"```console\n\$ cudamig (.*?)\n\.\.\.\n(.*?)```", README, re.S)
    assert found
    command = [sys.executable, "-m", "cudamig", *found.group(1).split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    position = 0
    for piece in found.group(2).split("\n...\n"):
        position = done.stdout.find(piece.rstrip("\n"), position)
        assert position >= 0, piece


def test_the_commands_of_the_readme_and_of_ci_are_the_same() -> None:
    test = re.search(r"```sh\n(.*pytest)\n```", README)
    assert test
    ci = (ROOT / ".ci" / "run").read_text()
    for part in test.group(1).split(" && "):
        assert part in ci.replace("--quiet ", ""), part


def test_the_links_of_the_readme_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
