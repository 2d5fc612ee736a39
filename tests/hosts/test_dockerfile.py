"""Dockerfiles: instructions, variables, nodes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudamig.hosts.docker_lexer import instructions
from cudamig.hosts.dockerfile import parse
from cudamig.nodes import Copy, Generated, ImageRef, Include, IndexOption, Install, Requirement, Setting
from cudamig.source import Source


def source(text: str) -> Source:
    return Source("Dockerfile", text.encode(), "dockerfile")


def nodes(text: str, kind: type) -> list:
    return [node for node in parse(source(text)).nodes if isinstance(node, kind)]


def images(text: str) -> list[str]:
    return [node.text.value for node in nodes(text, ImageRef)]


def test_continuations_comments_and_blank_lines() -> None:
    text = "RUN a \\\n  # not a word\n\n  b \\\r\n  c\nFROM x"
    first, second = instructions(source(text))
    assert first.body.value.split() == ["a", "b", "c"]
    assert (second.keyword, second.body.value, second.stage) == ("FROM", "x", 0)


def test_escape_directive() -> None:
    text = "# escape=`\nRUN a `\n  b\nRUN c\\\n"
    assert [item.body.value.split() for item in instructions(source(text))] == [["a", "b"], ["c\\"]]


def test_a_comment_ends_the_directives() -> None:
    text = "# about\n# escape=`\nRUN a \\\n b\n"
    assert [item.body.value.split() for item in instructions(source(text))] == [["a", "b"]]


def test_heredoc() -> None:
    text = "RUN <<EOF\npip install torch==2.1.0 \\\n  x\n# pip install y\nEOF\nRUN <<-'E' cat\n  b\n  E\nFROM z"
    assert [n.text.value for n in nodes(text, Requirement)] == ["torch==2.1.0", "x"]
    assert images(text) == ["z"]


def test_exec_form() -> None:
    assert [n.text.value for n in nodes('RUN ["pip", "install", "torch==2.1.0"]', Requirement)] == ["torch==2.1.0"]
    assert nodes('RUN ["pip", install]', Requirement) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM nvidia/cuda:12.1.0-base-ubuntu22.04 AS a", "nvidia/cuda:12.1.0-base-ubuntu22.04"),
        ("FROM --platform=$BUILDPLATFORM a/b:1", "a/b:1"),
        ("from A:1", "A:1"),
        ("ARG V=1\nFROM a:$V", "a:1"),
        ("ARG V='1'\nARG W=\"$V.2\"\nFROM a:${W}-x", "a:1.2-x"),
        ("ARG V\nFROM a:${V:-3}", "a:3"),
        ("ARG V=4\nFROM a:${V:+b$V}", "a:b4"),
        ("FROM a:$V", "a:\N{OBJECT REPLACEMENT CHARACTER}"),
        ("FROM b\nARG V=1\nFROM a:$V", "a:\N{OBJECT REPLACEMENT CHARACTER}"),  # a stage's ARG is no global one
    ],
)
def test_image(text: str, expected: str) -> None:
    assert images(text)[-1] == expected


def test_a_value_stands_where_it_is_written() -> None:
    text = 'ARG CUDA="9.0"\nFROM nvidia/cuda:${CUDA}-base'
    (ref,) = nodes(text, ImageRef)
    assert ref.text[12:15].span() == (10, 13)
    assert text[10:13] == "9.0"


def test_stages() -> None:
    text = "FROM a AS one\nENV V=1\nFROM one AS two\nRUN pip install x==$V\nFROM b\nCOPY --from=two /x /y\n"
    refs = nodes(text, ImageRef)
    assert [(ref.stage, ref.parent, ref.name) for ref in refs] == [(0, -1, "one"), (1, 0, "two"), (2, -1, "")]
    assert nodes(text, Requirement)[0].text.value == "x==1"
    assert [(c.sources, c.from_stage, c.stage) for c in nodes(text, Copy)] == [(("/x",), "two", 2)]


def test_global_argument_reaches_a_stage_only_when_it_names_it() -> None:
    text = "ARG V=1\nFROM a\nRUN pip install x==$V\nARG V\nRUN pip install y==$V\n"
    known = [n.text.known for n in nodes(text, Requirement)]
    assert known == [False, True]


def test_env_forms() -> None:
    text = "FROM a\nENV A 1 2\nENV B=$A C='x y' D=\\\"q\n"
    assert [(s.name, s.value.value) for s in nodes(text, Setting)] == [
        ("A", "1 2"),
        ("B", "1 2"),
        ("C", "x y"),
        ("D", '"q'),
    ]


def test_index_variables_are_index_options() -> None:
    (option,) = nodes("FROM a\nENV PIP_EXTRA_INDEX_URL=https://x/whl/cu121\n", IndexOption)
    assert (option.option, option.url.value) == ("--extra-index-url", "https://x/whl/cu121")


def test_pip_commands() -> None:
    text = (
        "FROM a\nRUN python3.10 -m pip install -U -t dir --no-cache-dir torch==2.1.0 -r req.txt -c con.txt "
        "-i https://i --extra-index-url=https://e -f https://f git+https://g ./h\n"
        "RUN uv pip install --system 'x[a,b]>=1,<2' && pip uninstall y && pip freeze\n"
    )
    assert [n.text.value for n in nodes(text, Requirement)] == ["torch==2.1.0", "git+https://g", "./h", "x[a,b]>=1,<2"]
    assert [(n.option, n.target) for n in nodes(text, Include)] == [("-r", "req.txt"), ("-c", "con.txt"), ("-e", "./h")]
    options = [(n.option, n.url.value) for n in nodes(text, IndexOption)]
    assert options == [
        ("--index-url", "https://i"),
        ("--extra-index-url", "https://e"),
        ("--find-links", "https://f"),
    ]
    assert len({n.scope for n in nodes(text, Requirement)}) == 2


def test_other_tools() -> None:
    text = (
        "FROM a\nRUN apt-get install -y python3 && conda install -c x pytorch && /x/conda create python=3.9\n"
        "RUN poetry install && uv sync && uv python install 3.11 && make\n"
    )
    found = [(n.tool, [w.value for w in n.words]) for n in nodes(text, Install)]
    assert found == [
        ("apt", ["-y", "python3"]),
        ("conda", ["-c", "x", "pytorch"]),
        ("conda", ["python=3.9"]),
        ("locked", ["poetry"]),
        ("locked", ["uv"]),
        ("python", ["3.11"]),
        ("other", ["make"]),
    ]


def test_generated() -> None:
    assert nodes("# DO NOT EDIT\nFROM a\n", Generated)
    assert not nodes("FROM a\nRUN echo do not edit\n", Generated)


@given(st.text(st.sampled_from(list("FROMARGENVUN abc=$\\{}<'\"#\n\r\t-/:")), max_size=80))
def test_any_text_is_read(text: str) -> None:
    parse(source(text))


def test_deep_nesting_is_told_not_crashed_on() -> None:
    from cudamig import hosts

    text = "ARG A=" + "${B:-" * 5000 + "x" + "}" * 5000 + "\nFROM a:$A\n"
    with pytest.raises(hosts.NotUnderstood, match="deep"):
        hosts.parse(source(text))


@pytest.mark.parametrize(
    "command",
    [
        "pip --timeout 100 --no-cache-dir install torch==2.1.0",
        "python3 -u -m pip install torch==2.1.0",
        "python -m uv pip install torch==2.1.0",
        "uv --no-cache pip install torch==2.1.0",
        'su -c "pip install torch==2.1.0" user',
        "su user -c 'pip install torch==2.1.0'",
        'eval "pip install" torch==2.1.0',
        "timeout 600 pip install torch==2.1.0",
        "gosu user:user pip install torch==2.1.0",
        "runuser -u user -- nice -n 10 pip install torch==2.1.0",
    ],
)
def test_commands_around_pip(command: str) -> None:
    assert [n.text.value for n in nodes(f"FROM x\nRUN {command}", Requirement)] == ["torch==2.1.0"]


@pytest.mark.parametrize(
    ("command", "versions"),
    [
        ("uv venv --python 3.8 /venv", ["3.8"]),
        ("uv pip install --python 3.9 x", ["3.9"]),
        ("uv python install 3.10", ["3.10"]),
        ("pyenv install 3.8.10", ["3.8.10"]),
    ],
)
def test_pythons_that_commands_name(command: str, versions: list[str]) -> None:
    found = [word.value for n in nodes(f"RUN {command}", Install) if n.tool == "python" for word in n.words]
    assert found == versions


@pytest.mark.parametrize(
    "text",
    [
        'FROM x\nSHELL ["powershell", "-Command"]\nRUN pip install torch==2.1.0',
        'FROM x AS a\nSHELL ["cmd", "/S", "/C"]\nFROM a\nRUN pip install torch==2.1.0',
        "# escape=`\nFROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN pip install torch==2.1.0",
        "FROM x\nRUN python3 <<EOF\npip install torch==2.1.0\nEOF",
    ],
)
def test_what_no_posix_shell_runs_is_not_read(text: str) -> None:
    assert nodes(text, Requirement) == []
    assert any("torch==2.1.0" in word.value for n in nodes(text, Install) for word in n.words)


def test_shell_of_a_stage() -> None:
    text = 'FROM x\nSHELL ["pwsh", "-c"]\nFROM y\nRUN pip install a\nSHELL ["/bin/bash", "-c"]\nRUN pip install b'
    assert [n.name for n in nodes(text, Requirement)] == ["a", "b"]


@pytest.mark.parametrize(
    "line", ['RUN cat <<<"EOF"', "RUN echo $((1<<EOF))", "RUN x << nowhere", "RUN echo $((1<<20))"]
)
def test_no_heredoc(line: str) -> None:
    assert images(f"{line}\nFROM z\nRUN EOF\n") == ["z"]


@pytest.mark.parametrize(
    "head",
    ["COPY <<EOF /tmp/requirements.txt", "RUN cat > /tmp/requirements.txt <<EOF", "COPY <<'EOF' requirements.txt"],
)
def test_requirements_that_the_build_writes(head: str) -> None:
    text = f"FROM x\n{head}\n# torch==1.0\ntorch==2.1.0  # pinned\n-i https://a/b\nEOF\nRUN pip install -r /tmp/requirements.txt c\n"
    found = nodes(text, Requirement)
    assert {n.text.value for n in found} == {"torch==2.1.0", "c"}
    assert len({n.scope for n in (*found, *nodes(text, IndexOption))}) == 1
    torch = next(n for n in found if n.name == "torch")
    assert text[torch.text.at[0] :].startswith("torch==2.1.0")


@pytest.mark.parametrize(
    "text",
    [
        "FROM x\nCOPY <<EOF /tmp/requirements.txt\ntorch==2.1.0\nEOF\n",  # nothing installs it
        "FROM x\nCOPY <<EOF /r/requirements.txt\ntorch==$V\ntorch==2.1.0\nEOF\nRUN pip install -r /r/requirements.txt\n",
    ],
)
def test_written_files_that_are_only_told(text: str) -> None:
    assert nodes(text, Requirement) == []
    assert any("torch==2.1.0" in n.words[0].value for n in nodes(text, Install) if n.tool == "other")


def test_bind_mounts() -> None:
    mount = "--mount=type=bind,source=deps/r.txt,target=/tmp/q.txt --mount=type=cache,target=/root/.cache"
    copy = nodes(f"FROM x\nRUN {mount} pip install -r /tmp/q.txt", Copy)
    assert [(n.sources, n.target) for n in copy] == [(("deps/r.txt",), "/tmp/q.txt")]
