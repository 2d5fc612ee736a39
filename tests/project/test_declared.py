"""What projects declare: pins, indexes and their names, lock files, Pythons."""

from __future__ import annotations

import pytest

from cudamig.model import Safety

WHL = "https://download.pytorch.org/whl"
UV = f"""[project]
requires-python = ">=3.11"
dependencies = ["torch==2.5.1", "numpy"]  # é
[[tool.uv.index]]
name = "pytorch-cu121"
url = "{WHL}/cu121"
explicit = true
[tool.uv.sources]
torch = {{ index = "pytorch-cu121" }}
"""
POETRY = f"""[tool.poetry.dependencies]
python = "^3.10"
torch = {{version = "2.1.0", source = "torch_cu118"}}
torchvision = {{version = "^0.16", source = "torch_cu118"}}
[[tool.poetry.source]]
name = "torch_cu118"
url = "{WHL}/cu118"
priority = "explicit"
"""
PIPFILE = f"""[[source]]
url = "https://pypi.org/simple"
name = "pypi"
[[source]]
url = "{WHL}/cu118/"
name = "cuda-11.8"
[packages]
torch = {{version = "==2.1.0+cu118", index = "cuda-11.8"}}
"""


def moved(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(
    ("name", "before", "pairs"),
    [
        ("pyproject.toml", UV, [("cu121", "cu126"), ("2.5.1", "2.13.0")]),
        ("pyproject.toml", UV.replace("\n", "\r\n"), [("cu121", "cu126"), ("2.5.1", "2.13.0")]),
        ("pyproject.toml", POETRY.replace("^0.16", ">=0.16"), [("cu118", "cu126"), ("2.1.0", "2.13.0")]),
        ("Pipfile", PIPFILE, [("cu118", "cu126"), ("2.1.0", "2.13.0"), ("cuda-11.8", "cuda-12.6")]),
        ("uv.toml", f'extra-index-url = ["{WHL}/cu118"]\n[pip]\ntorch-backend = "cu118"\n', [("cu118", "cu126")]),
        ("pyproject.toml", f'[project]\ndependencies = ["torch==2.0.1+cu118"]\n[[tool.pdm.source]]\nname = "t"\nurl = "{WHL}/cu118"\n', [("cu118", "cu126"), ("2.0.1", "2.13.0")]),
        ("pyproject.toml", "[tool.poetry.dependencies]\ncupy-cuda11x = '^12.0'\n", [("11x", "12x")]),
        ("pixi.toml", f'[pypi-dependencies]\ntorch = {{version = "==2.1.0", index = "{WHL}/cu118"}}\n', [("cu118", "cu126"), ("2.1.0", "2.13.0")]),
        ("pixi.toml", f'[pypi-dependencies]\ntorch = "==2.1.0"\n[pypi-options]\nextra-index-urls = ["{WHL}/cu118"]\n', [("cu118", "cu126"), ("2.1.0", "2.13.0")]),
        ("setup.cfg", "[options]\ninstall_requires =\n    torch==2.1.0+cu118\n    cupy-cuda11x\n", [("cu118", "cu126"), ("2.1.0", "2.13.0"), ("11x", "12x")]),
    ],
)  # fmt: skip
def test_moves(check, name: str, before: str, pairs: list[tuple[str, str]]) -> None:
    outcome = check({name: before})
    assert outcome.after[name].decode() == moved(before, *pairs)
    assert not outcome.left


EXTRAS = f"""[project]
optional-dependencies = {{ cpu = ["torch>=2.5.1"], cu118 = ["torch>=2.5.1"] }}
[[tool.uv.index]]
name = "c"
url = "{WHL}/cpu"
[[tool.uv.index]]
name = "g"
url = "{WHL}/cu118"
[tool.uv.sources]
torch = [{{ index = "c", extra = "cpu" }}, {{ index = "g", extra = "cu118" }}]
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", EXTRAS),
        ("pyproject.toml", EXTRAS.replace("/cpu", "/cu124").replace("extra =", "marker =")),
        ("pyproject.toml", '[project.optional-dependencies]\na = ["torch==2.0.1"]\nb = ["torch==2.1.0"]\n'),
        ("tox.ini", f"[testenv]\nsetenv =\n    PIP_EXTRA_INDEX_URL = {WHL}/cu118\ndeps =\n    a: torch==1.12.1\n    b: torch==1.13.1\n"),
    ],
)  # fmt: skip
def test_a_matrix_is_kept(check, name: str, text: str) -> None:
    outcome = check({name: text}, unsafe=True)
    assert not outcome.findings
    assert [item.path for item in outcome.kept] == [name]


@pytest.mark.parametrize(
    ("tree", "why"),
    [
        ({"pyproject.toml": UV.replace("3.11", "3.8")}, "raise the lower bound first"),
        ({"pyproject.toml": UV.replace(">=3.11", "<3.9")}, "it runs on Python <3.9"),
        ({"pyproject.toml": UV + '[[tool.uv.index]]\nname = "pytorch-cu126"\nurl = "https://m/simple"\n'}, "there is such an index"),
        ({"pyproject.toml": UV + '[tool.x]\ny = "pytorch-cu121"\n'}, "stands in this file for something else"),
        ({"pyproject.toml": UV, "m/pyproject.toml": '[tool.uv.sources]\ntorch = {index = "pytorch-cu121"}\n'}, "rename it everywhere"),
        ({"pyproject.toml": POETRY}, "excludes torchvision"),
        ({"pyproject.toml": '[project]\ndependencies = ["torch==2.1.2"]\n'}, "needs https://download"),
        ({"pyproject.toml": '[tool.poetry.dependencies]\ntorch = "^1.13"\n'}, ">=1.13,<2 excludes torch"),
        ({"pyproject.toml": f'[project.optional-dependencies]\ncu118 = ["torch==2.1.0+cu118"]\n[tool.uv]\nextra-index-url = ["{WHL}/cu118"]\n'}, "says which CUDA it is for"),
        ({"pyproject.toml": f'[tool.uv.sources]\ntorch = {{url = "{WHL}/cu121/torch-2.2.0%2Bcu121-cp310-cp310-linux_x86_64.whl"}}\n'}, "choose the new file on https://download.pytorch.org/whl/cu126/torch/"),
        ({"pyproject.toml": '[project]\ndependencies = ["torch>=2.0.0+cu118"]\n'}, "is no valid requirement"),
        ({"pyproject.toml": '[tool.poetry.dependencies]\ntorch = [{version = "2.1.0+cu118", platform = "linux"}, {version = "2.1.0+cu118", platform = "win32"}]\n'}, "more than once"),
    ],
)  # fmt: skip
def test_refused(check, tree: dict[str, str], why: str) -> None:
    outcome = check(tree, unsafe=True)
    assert any(why in finding.fix.reason for finding in outcome.findings), outcome.findings
    assert outcome.after == {path: text.encode() for path, text in tree.items()}


@pytest.mark.parametrize(
    "text",
    [
        '[project]\ndependencies = ["torch>=2.0", "torchvision"]\n',
        '[tool.poetry.dependencies]\ntorch = "^2.1"\n',
        '[tool.poetry.dependencies]\ntorch = "*"\ntorchmetrics = "1.0.0"\n',
        f'[[tool.poetry.source]]\nname = "c"\nurl = "{WHL}/cpu"\n[tool.poetry.dependencies]\ntorch = {{version = "2.1.0", source = "c"}}\n',
        f'[tool.poetry.dependencies]\ntorch = {{url = "{WHL}/cpu/torch-1.13.1%2Bcpu-cp310-cp310-linux_x86_64.whl", markers = "sys_platform == \'linux\'"}}\n',
        '[tool.isort]\nknown_third_party = "torch"\n',
        '[tool.uv.pip]\ntorch-backend = "auto"\n',
    ],
)
def test_nothing_to_say(check, text: str) -> None:
    outcome = check({"pyproject.toml": text})
    assert not outcome.findings
    assert not outcome.unread


def test_other_systems_want_a_look(check) -> None:
    split = UV.replace(
        '{ index = "pytorch-cu121" }',
        '[{ index = "cpu", marker = "sys_platform == \'darwin\'" }, { index = "pytorch-cu121", marker = "sys_platform == \'linux\'" }]',
    )
    text = split + f'[[tool.uv.index]]\nname = "cpu"\nurl = "{WHL}/cpu"\n'
    outcome = check({"pyproject.toml": text})
    assert {finding.fix.safety for finding in outcome.findings} == {Safety.UNSAFE}
    assert check({"pyproject.toml": text}, unsafe=True).after["pyproject.toml"].decode() == moved(
        text, ("cu121", "cu126"), ("2.5.1", "2.13.0")
    )


LOCK = f'[[package]]\nname = "torch"\nversion = "2.5.1+cu121"\nsource = {{ registry = "{WHL}/cu121" }}\n'
DOCKERFILE = "FROM nvidia/cuda:12.1.1-runtime-ubuntu24.04\nCOPY pyproject.toml uv.lock ./\nRUN uv sync --frozen\n"


def test_a_lock_makes_a_move_unsafe_and_is_never_edited(check) -> None:
    tree = {"pyproject.toml": UV, "uv.lock": LOCK, "Dockerfile": DOCKERFILE}
    outcome = check(tree)
    assert outcome.after == {path: text.encode() for path, text in tree.items()}
    assert any(f.rule == "REQ140" and "`uv lock`" in f.fix.reason for f in outcome.findings)
    assert any(f.rule == "REQ101" and "`uv lock`" in f.fix.reason for f in outcome.findings)
    after = check(tree, unsafe=True).after
    assert after["uv.lock"].decode() == LOCK
    assert b"cuda:12.6.3" in after["Dockerfile"]
    assert after["pyproject.toml"].decode() == moved(UV, ("cu121", "cu126"), ("2.5.1", "2.13.0"))


def test_a_lock_holds_a_build_whose_declarations_do_not_move(check) -> None:
    tree = {"pyproject.toml": '[project]\ndependencies = ["torch>=2"]\n', "uv.lock": LOCK, "Dockerfile": DOCKERFILE}
    outcome = check(tree, unsafe=True)
    assert outcome.after["Dockerfile"].decode() == DOCKERFILE
    assert any("lock it again" in finding.fix.reason for finding in outcome.findings)


def test_builds_of_other_folders_are_not_joined(check) -> None:
    tree = {"a/pyproject.toml": UV, "b/pyproject.toml": UV.replace("3.11", "3.8"), "a/Dockerfile": DOCKERFILE}
    after = check(tree).after
    assert b"cu126" in after["a/pyproject.toml"]
    assert b"cu121" in after["b/pyproject.toml"]


@pytest.mark.parametrize("broken", ["[project\n", 'a = "x\n', "[a]\n[a]\n", "torch = = 1\n"])
def test_a_broken_file_is_told(check, broken: str) -> None:
    assert check({"pyproject.toml": broken + "# torch\n"}).unread == ("pyproject.toml",)


def test_any_lock_file_beside_makes_a_move_a_half(check) -> None:
    url = "https://download.pytorch.org/whl/cu118"
    tree = {"Pipfile": f'[[source]]\nname = "torch"\nurl = "{url}"\n[packages]\nnumpy = "*"\n', "Pipfile.lock": "{}\n"}
    assert check(tree).after["Pipfile"].decode() == tree["Pipfile"]
    assert b"cu126" in check(tree, unsafe=True).after["Pipfile"]
    assert any("pipenv lock" in finding.fix.reason for finding in check(tree).findings)
