"""What a Python program installs: commands in strings and lists, container services, setup()."""

from __future__ import annotations

import ast
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudamig.hosts import NotUnderstood, parse
from cudamig.hosts.python_literals import literal, unplaced
from cudamig.nodes import ImageRef, Include, IndexOption, Install, Requirement, Setting
from cudamig.source import Source, Unreadable
from cudamig.text import NOWHERE

TORCH = "torch==2.2.0+cu121"
INDEX = "https://download.pytorch.org/whl/cu121"


def found(code: str) -> list[str]:
    """What the host finds, and each of it where it says that it stands."""
    source = Source("x.py", code.encode(), "python")
    out = []
    for node in parse(source).nodes:
        if isinstance(node, Setting):
            continue  # a pin that only holds others
        if isinstance(node, Requirement | ImageRef):
            text = node.text
        elif isinstance(node, IndexOption):
            text = node.url
        elif isinstance(node, Install):
            continue
        else:
            out.append(node.target if isinstance(node, Include) else type(node).__name__)
            continue
        assert all(source.text[at] == char for char, at in zip(text.value, text.at, strict=True) if at != NOWHERE)
        out.append(text.value)
    return out


@pytest.mark.parametrize(
    "code",
    [
        f'import os\nos.system("pip install {TORCH} --extra-index-url {INDEX}")',
        f'subprocess.run([sys.executable, "-m", "pip", "install", "{TORCH}", "--extra-index-url", "{INDEX}"])',
        f'subprocess.check_call(["pip"] + ["install", "{TORCH}", "-i", "{INDEX}"])',
        f'cmd = "pip3 install {TORCH} " \\\n  "-i {INDEX}"\nrun(cmd, shell=True)',
        f"subprocess.check_call(f'{{sys.executable}} -m pip install {TORCH} -i {INDEX}', shell=True)",
        f"U = os.environ.get('I', '{INDEX}')\nC = os.getenv('C', f'pip install {TORCH} -i {{U}}')\n"
        "run(f'\"{python}\" -m {C}', 'installing')",
        f"run_pip(f'install {TORCH} -i {INDEX}')",
        f"run_pip(['install', '{TORCH}', '-i', '{INDEX}'])",
        f"session.install('{TORCH}', '-i', '{INDEX}')",
        f"session.run('python', '-m', 'pip', 'install', '{TORCH}', '-i', '{INDEX}')",
        f"i = Image.debian_slim().pip_install('{TORCH}', extra_index_url='{INDEX}')",
        f"i = Image.debian_slim().pip_install(['{TORCH}'], extra_options='-i {INDEX}')",
        f"image.run_commands('apt-get update', 'pip install {TORCH} -i {INDEX}')",
        f"c.run('''\n  set -e\n  pip install {TORCH} \\\\\n    -i {INDEX}\n''')",
        f"BashOperator(bash_command='pip install {TORCH} -i {INDEX}')",
        f"get_ipython().system('pip install {TORCH} -i {INDEX}')",
        f"@component(packages_to_install=['{TORCH}', 'numpy'], pip_index_urls=['{INDEX}'])\ndef f(): ...",
        f"@component(pip_index_urls=['https://pypi.org/simple', '{INDEX}'], packages_to_install=['{TORCH}'])\ndef f(): ...",
    ],
)
def test_found(code: str) -> None:
    assert found(code)[:1] == [TORCH]
    assert INDEX in found(code)


@pytest.mark.parametrize(
    "code",
    [
        f'raise ImportError("run pip install {TORCH}")',
        f'print("pip install {TORCH}")',
        f'logger.error("use: pip install {TORCH}")',
        f'assert x, "pip install {TORCH}"',
        f'"""pip install {TORCH}"""\ndef f():\n    """pip install {TORCH}"""',
        f'parser.add_argument("--torch", help="pip install {TORCH}")',
        f'assert torch.__version__ == "{TORCH}"',
        f'run.assert_called_with("pip install {TORCH}")',
        f'assert calls == [mock.call("pip install {TORCH}")]',
        f'HINT = "pip install {TORCH}"',
        f'VERSIONS = {{"torch": "{TORCH}"}}',
        f"# os.system('pip install {TORCH}')",
        f"run(['echo', '{TORCH}'])",
    ],
)
def test_left_alone(code: str) -> None:
    assert found(code) == []


def test_a_name_with_several_values_is_every_one_of_them() -> None:
    code = "c = 'pip install torch==2.2.0'\nif x:\n    c = 'pip install torch==2.1.0'\nrun(c)\n"
    assert found(code) == ["torch==2.2.0", "torch==2.1.0"]
    assert found("def f(v):\n    run(f'pip install torch=={v}')") == ["torch==\ufffc"]


def test_setup_lists_and_files() -> None:
    code = (
        "base = ['numpy', 'torch>=1.8,<2.3']\nbase += ['torchvision==0.15.2']\nbase.append('xformers==0.0.23')\n"
        "extra = {}\nextra['dev'] = ['torchaudio==2.0.1']\n"
        "setup(install_requires=base + read('requirements.txt'), extras_require=extra)"
    )
    assert found(code) == [
        "numpy", "torch>=1.8,<2.3", "torchvision==0.15.2", "xformers==0.0.23", "requirements.txt", "torchaudio==2.0.1",
    ]  # fmt: skip


LAUNCH = """import os
torch_index_url = os.environ.get('TORCH_INDEX_URL', "https://download.pytorch.org/whl/cu121")
torch_command = os.environ.get('TORCH_COMMAND',
    f"pip install torch==2.1.0 torchvision==0.16.0 --extra-index-url {torch_index_url}")
run(f'"{python}" -m {torch_command}', "Installing torch", "Couldn't install torch", live=True)
"""


def test_a_program_moves_whole_and_after_review(check) -> None:
    safe, unsafe = check({"launch.py": LAUNCH}), check({"launch.py": LAUNCH}, unsafe=True)
    assert safe.after["launch.py"].decode() == LAUNCH
    expected = LAUNCH.replace("cu121", "cu126").replace("==2.1.0", "==2.13.0").replace("==0.16.0", "==0.28.0")
    assert unsafe.after["launch.py"].decode() == expected
    assert not unsafe.left


def test_a_companion_holds_a_program(check) -> None:
    code = LAUNCH + "run_pip('install xformers==0.0.23')\n"
    done = check({"launch.py": code}, unsafe=True)
    assert done.after["launch.py"].decode() == code
    assert {"REQ101", "REQ102", "REQ103"} <= {finding.rule for finding in done.findings}


def test_image_and_pins_of_one_program_move_together(check) -> None:
    code = (
        "import modal\nimage = modal.Image.from_registry('nvidia/cuda:12.1.0-devel-ubuntu22.04').pip_install(\n"
        "    'torch==2.2.0', index_url='https://download.pytorch.org/whl/cu121')\n"
    )
    expected = code.replace("12.1.0", "12.6.3").replace("2.2.0", "2.13.0").replace("cu121", "cu126")
    assert check({"app.py": code}, unsafe=True).after["app.py"].decode() == expected
    assert check({"app.py": code}).after["app.py"].decode() == code


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("ENTRY = {'BASE_IMAGE': 'nvidia/cuda:12.1.0-devel-ubuntu22.04'}\n", {"IMG101"}),
        ("setup(install_requires=['torch>=2.0,<2.3'])\n", {"REQ101"}),
        ("setup(install_requires=['torch==2.2.0'])\n", {"REQ101"}),
        ("setup(install_requires=['torch>=2.0'])\n", set()),
        ("run(f'pip install torch=={v} -i https://download.pytorch.org/whl/cu121')\n", set()),
        (f"run('pip install {TORCH}')\nrun('pip install torch==2.0.0+cu118')\n", set()),
    ],
)
def test_reported_or_kept(check, code: str, told: set[str]) -> None:
    done = check({"a.py": code}, unsafe=True)
    assert {finding.rule for finding in done.findings} == told
    assert done.after["a.py"].decode() == code
    assert told or done.kept or ">=" in code


PARTS = st.lists(
    st.sampled_from(
        ["'", '"', "'''", '"""', "f", "r", "b", "\\", "{", "}", "{x}", "{{", "\n", "\r\n", " ", "a", "é", "\\n", "\\x41",
         "pip install torch==2.1.0", "#", "(", ")", ",", "run", "x", "=", "\\N{DASH}", "!r", ":>3"]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@given(PARTS)
def test_any_text(code: str) -> None:
    try:
        parts = found(code.replace("\r", ""))
    except (NotUnderstood, Unreadable):
        return
    assert isinstance(parts, list)


@given(st.text(max_size=30), st.sampled_from(["", "r", "f"]))
def test_a_literal_is_read_as_python_reads_it(value: str, prefix: str) -> None:
    for written in (prefix + repr(value), f"{prefix}'''{value}'''", f"({prefix}{value!r} # c\n 'x' {value!r})"):
        try:
            node = ast.parse(written).body
        except (SyntaxError, ValueError):
            continue
        if len(node) != 1 or not isinstance(node[0], ast.Expr) or not isinstance(node[0].value, ast.Constant):
            continue
        text = Source("x.py", written.encode("utf-8", "surrogatepass"), "python").text if written.isascii() else written
        start, end = (1, len(text) - 1) if text.startswith("(") else (0, len(text))
        got = literal(text, start, end, node[0].value, lambda field: unplaced("?"))
        assert got.value == node[0].value.value
        plain = re.fullmatch(r"[^\\\r\n]*", text)
        if plain:
            assert NOWHERE not in got.at
            assert "".join(text[at] for at in got.at) == got.value
