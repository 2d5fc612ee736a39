"""Documents: which commands they tell, and where these stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudamig.hosts.markup import parse
from cudamig.nodes import ImageRef, IndexOption, Install, Node, Remark, Requirement
from cudamig.source import Source


def told(text: str, path: str = "README.md") -> list[str]:
    """What the nodes of a document read, in order; where they stand must read the same."""
    out = []
    for node in nodes(text, path):
        if isinstance(node, Install) and node.tool in ("pip", "message", "apt"):
            continue
        if isinstance(node, Install):
            out.append(node.tool + " " + " ".join(word.value for word in node.words))
        elif isinstance(node, Requirement | ImageRef | IndexOption):
            found = node.url if isinstance(node, IndexOption) else node.text
            span = found.span()
            assert span
            assert text[span.start : span.end] == found.value
            out.append(found.value)
    return out


def nodes(text: str, path: str = "README.md") -> list[Node]:
    return list(parse(Source(path, text.encode(), "markup")).nodes)


PIP = "pip install torch==2.0.1"


@pytest.mark.parametrize(
    "text",
    [
        f"```bash\n{PIP}\n```\n",
        f"```\n$ {PIP}\nCollecting torch==1.0\n$ ls\n```\n",
        f"~~~sh\n{PIP}  # the newest\n~~~\n",
        f"1. First\n   ```shell\n   {PIP}\n   ```\n",
        f"> ```\n> {PIP}\n> ```\n",
        f"- ```\n  {PIP}\n  ```\n",
        f"````{{tabs}}\n```{{code-block}} console\n(env) $ {PIP}\n```\n````\n",
        f"```powershell\nPS C:\\a> {PIP}\n```\n",
        f"```cmd\nC:\\x> {PIP}\n```\n",
        f"```python\nimport torch\n!{PIP}\n```\n",
        "```bat\npip install ^\n  torch==2.0.1\n```\n",
        "```bash\npip install \\\n  torch==2.0.1\n```\n",
        f"Text:\n\n    {PIP}\n\nmore\n",
        f"Run `{PIP}` now.\n",
        f"Run ``sudo {PIP}`` now.\n",
        f"<pre><code>{PIP}</code></pre>\n",
        f"<pre>\n<code>\n{PIP}\n</code></pre>\n{PIP}\n",
        f"```bash\r\n{PIP}\r\n```\r\n",
        f"```\n{PIP}",
    ],
)
def test_markdown(text: str) -> None:
    assert told(text) == ["torch==2.0.1"]


@pytest.mark.parametrize(
    "text",
    [
        f"Title\n=====\n\n.. code-block:: bash\n   :caption: x\n\n   {PIP}\n\nmore\n",
        f"Run::\n\n    $ {PIP}\n\nand so on\n",
        f".. prompt:: bash $\n\n   {PIP}\n",
        f"Run ``{PIP}`` now.\n",
    ],
)
def test_restructured_text(text: str) -> None:
    assert told(text, "docs/a.rst") == ["torch==2.0.1"]


@pytest.mark.parametrize(
    "text",
    [
        f"We ran {PIP} by hand.\n",
        f"# {PIP}\n",
        f"```bash\n# {PIP}\n```\n",
        f"```yaml\nrun: {PIP}\n```\n",
        f"```python\n{PIP}\n```\n",
        "`torch==2.0.1`, `install torch==2.0.1`, `the pip install torch==2.0.1`\n",
        f"```\n{PIP.replace('install', 'list')}\n```\n",
        f"```bash\necho {PIP}\n```\n",
        "```bash\npip install -r requirements.txt\napt install cuda-11-8\n```\n",
        "",
    ],
)
def test_what_is_no_command(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("`docker run --gpus all -v a:b --rm nvidia/cuda:11.0-base nvidia-smi`\n", ["nvidia/cuda:11.0-base"]),
        ("```\nsudo docker pull pytorch/pytorch:latest\n```\n", ["pytorch/pytorch:latest"]),
        ("```\nsingularity pull docker://pytorch/pytorch:1.0\n```\n", ["pytorch/pytorch:1.0"]),
        ("1. x\n   ```dockerfile\n   FROM a:1\n   RUN pip install torch\n   ```\n", ["a:1"]),
        ("```\nconda install -c pytorch pytorch cudatoolkit=9.0\n```\n", ["conda -c pytorch pytorch cudatoolkit=9.0"]),
        (f"```\nexport CUDA=cu118\n{PIP} -f https://x/${{CUDA}}\n```\n", None),
    ],
)
def test_images_and_conda(text: str, expected: list[str] | None) -> None:
    if expected is None:
        (url,) = (node.url for node in nodes(text) if isinstance(node, IndexOption))
        assert url.value == "https://x/cu118"
    else:
        assert told(text) == expected


def test_what_is_said_of_a_block_is_known() -> None:
    text = f"# Install\n\nFor CUDA 11.8:\n\n```bash\n{PIP}\n```\n\nIt runs on torch 2.0.\n"
    remarks = [node for node in nodes(text) if isinstance(node, Remark)]
    over = [node.text for node in remarks if node.over.start <= text.index("pip") < node.over.end]
    assert over == ["# Install", "For CUDA 11.8:"]
    assert "It runs on torch 2.0." in [node.text for node in remarks if not node.over.end]


PIECES = ["```", "```bash", "~~~", "    ", "\t", "> ", "- ", "1. ", "\n", "\n\n", "\r\n", PIP, "$ ", "`", "``", "::",
          ".. code-block:: sh", "<pre>", "</pre>", "====", "# ", "\\", "é", "{note}", "FROM a:1", "dockerfile", "x "]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=30), st.sampled_from(["a.md", "a.rst"]))
def test_any_text_is_read(pieces: list[str], path: str) -> None:
    told("".join(pieces), path)
