"""Install commands in documents: advice, moved with review, and history left alone."""

from __future__ import annotations

import pytest

from cudamig.model import Safety

WHL = "https://download.pytorch.org/whl"
PIP = f"pip install torch==2.0.1+cu118 torchvision==0.15.2+cu118 --index-url {WHL}/cu118"
NEW = f"pip install torch==2.13.0+cu126 torchvision==0.28.0+cu126 --index-url {WHL}/cu126"


def block(*lines: str, before: str = "", language: str = "bash") -> str:
    return f"# Name\n\n{before}\n```{language}\n" + "".join(f"{line}\n" for line in lines) + "```\n"


@pytest.mark.parametrize("path", ["README.md", "docs/install.rst", "a.mdx"])
def test_commands_move_with_review_only(check, path: str) -> None:
    text = block(PIP) if not path.endswith("rst") else f"Run::\n\n   {PIP}\n"
    outcome = check({path: text})
    assert outcome.after[path].decode() == text
    assert {(f.severity, f.fix.safety) for f in outcome.findings} == {("info", Safety.UNSAFE)}
    assert check({path: text}, unsafe=True).after[path].decode() == text.replace(PIP, NEW)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (block("conda install pytorch cudatoolkit=9.0 -c pytorch"), "conda installs"),
        (block("conda create -n a python=3.7", PIP), "Python 3.7"),
        (block(PIP, before="You need CUDA 11.8 first.\n\nThen:\n"), "names a stack as well"),
        (block(PIP) + "\nThe wheels are built for torch 2.0.\n", "names a stack as well"),
        (block("export INDEX=https://download.pytorch.org/whl/nightly/cu121", "true") + block(PIP), "names a stack"),
        (block("# CUDA 11.8", PIP), "names a stack as well"),
        (block("FROM nvidia/cuda:11.8.0-devel-ubuntu22.04", "RUN make", language="dockerfile"), "as a build"),
        (block("pip install torch==2.0.1"), "names no CUDA"),
        (block("docker run nvidia/cuda:11.1.1-base-ubuntu18.04 nvidia-smi"), "no base image"),
    ],
)
def test_what_is_reported_only(check, text: str, reason: str) -> None:
    outcome = check({"README.md": text}, unsafe=True)
    assert outcome.after["README.md"].decode() == text
    assert any(reason in finding.fix.reason for finding in outcome.findings), outcome.findings
    assert {finding.severity for finding in outcome.findings} == {"info"}


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("CHANGELOG.md", block(PIP), "history"),
        ("docs/release_notes/1.0.md", block(PIP), "history"),
        ("versioned_docs/version-1/a.md", block(PIP), "one release"),
        ("docs/v1.2/a.md", block(PIP), "one release"),
        ("_posts/2021-02-03-a.md", block(PIP), "a post"),
        (".github/ISSUE_TEMPLATE/bug.md", block(PIP), "template"),
        ("docs/macOS.md", block("pip install torch==2.0.1"), "hosts"),
        ("README.md", block(PIP, before="For CUDA 11.8:\n"), "For CUDA 11.8"),
        ("a.rst", f"For CUDA 11.8::\n\n   {PIP}\n", "For CUDA 11.8"),
        ("README.md", f"With CUDA 11.8 run `{PIP}`.\n", "With CUDA 11.8"),
        ("README.md", block(PIP, before="We tested with this:\n"), "tested with"),
        ("README.md", block(PIP, before="## Older versions of torch\n"), "Older versions"),
        ("README.md", f"Do not `{PIP}`.\n", "Do not"),
        ("README.md", block(PIP) + block(PIP.replace("118", "121")), "names 2 stacks (cu118, cu121)"),
        ("README.md", block(PIP) + block("conda install pytorch cudatoolkit=11.3"), "names 2 stacks (cu113, cu118)"),
    ],
)
def test_what_is_left_alone_is_told_once(check, path: str, text: str, reason: str) -> None:
    outcome = check({path: text}, unsafe=True)
    assert not outcome.findings
    assert outcome.after[path].decode() == text
    assert [reason in item.reason for item in outcome.kept] == [True], outcome.kept


@pytest.mark.parametrize(
    "text",
    [
        block(f"pip install torch --index-url {WHL}/cpu"),
        block("pip install torch", "conda install pytorch cpuonly -c pytorch", "conda install cudatoolkit=x.x"),
        block(f"pip install torch==99.0 --index-url {WHL}/cu126"),
        block("pip install -r requirements.txt"),
        "| torch | cuda |\n| --- | --- |\n| 1.12.1 | 11.3 |\n\nTested with torch==1.12.1+cu113.\n",
        "<!-- " + PIP + " -->\n",
    ],
)
def test_what_needs_no_word(check, text: str) -> None:
    outcome = check({"README.md": text})
    assert not outcome.findings
    assert not outcome.kept


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.md", f"<!-- cudamig: ignore[REQ] -- for old drivers -->\n\n```bash\nset -e\n{PIP}\n```\n"),
        ("a.md", f"`{PIP}` <!-- cudamig: ignore[REQ101, REQ102] -->\n"),
        ("a.rst", f".. cudamig: ignore[REQ]\n\n.. code-block:: bash\n\n   set -e\n   {PIP}\n"),
        (
            "a.md",
            f"x ```<!-- cudamig: ignore[PYT] -->``` `<!-- cudamig: ignore[PYT] -->` <!-- cudamig: ignore[REQ] -->`{PIP}`\n",
        ),
    ],
)
def test_suppressions(check, path: str, text: str) -> None:
    assert not check({path: text}).findings


def test_shown_suppressions_are_none(check) -> None:
    text = "# cudamig: ignore[PYT]\n\n```html\n<!-- cudamig: ignore[PYT] -->\n```\n\n```python\n# cudamig: ignore[PYT]\n```\n"
    assert not check({"a.md": text}).findings
    assert [f.rule for f in check({"a.md": "<!-- cudamig: ignore[REQ] -->\ntext\n"}).findings] == ["MIG101"]


def test_an_index_whose_torch_others_pin_is_reported_only(check) -> None:
    text = "Run `pip install '.[gpu]' --extra-index-url https://download.pytorch.org/whl/cu121`.\n"
    outcome = check({"README.md": text}, unsafe=True)
    assert outcome.after["README.md"].decode() == text
    assert ["pinned by what is installed" in finding.fix.reason for finding in outcome.findings] == [True]


TOLD = "pip install torch==2.3.1 --index-url https://download.pytorch.org/whl/cu121\n"
README = f"# A\n\n```sh\n{TOLD}```\n"
PINS = "--extra-index-url https://download.pytorch.org/whl/cu121\ntorch==2.3.1\n"


@pytest.mark.parametrize(
    ("path", "pins"),
    [
        ("requirements.txt", PINS + "xformers==0.0.26\n"),
        ("requirements/gpu.txt", PINS + "xformers==0.0.26\n"),
        ("Dockerfile", "FROM nvidia/cuda:12.1.1-devel-ubuntu18.04\n"),
    ],
)
def test_a_document_waits_for_the_pins_that_it_tells_of(check, path: str, pins: str) -> None:
    for name in ("README.md", "docs/install.md"):
        outcome = check({name: README, path: pins}, unsafe=True)
        assert outcome.after[name].decode() == README
        assert any(f"{path} names the same stack" in finding.fix.reason for finding in outcome.findings)


@pytest.mark.parametrize(
    ("path", "pins"),
    [
        ("requirements.txt", PINS),
        ("requirements.txt", PINS.replace("cu121", "cu118").replace("2.3.1", "2.1.0") + "xformers==0.0.23\n"),
        ("old/cu121/requirements.txt", PINS),  # is meant to stay
    ],
)
def test_a_document_that_does_not_wait(check, path: str, pins: str) -> None:
    assert b"cu126" in check({"README.md": README, path: pins}, unsafe=True).after["README.md"]


def test_a_document_waits_for_the_pins_of_its_own_folder_first(check) -> None:
    tree = {"README.md": README, "requirements.txt": PINS, "demo/requirements.txt": PINS + "xformers==0.0.26\n"}
    assert b"cu126" in check(tree, unsafe=True).after["README.md"]
