"""``cudamig target resolve`` and ``diff``, and what targets and fleets of the configuration do to the commands."""

from __future__ import annotations

import json

import pytest
from smallrules import Run, Tree

from cudamig.facts import age

OURS = '[targets.ours]\nbase = "cu126"\ntorch = "2.12.1"\ntorchvision = "0.27.1"\n'
FLEET = '[fleet]\ndrivers = ["470"]\ngpus = ["T4"]\n'


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["--driver", "470", "--gpu", "T4", "--python", "3.10"], 0, "best: cu118"),
        (["--driver", "R535,580", "--gpu", "t4", "--gpu", "a100"], 0, "best: cu126"),
        (["--gpu", "K80"], 1, "none of the targets fits"),
        (["--gpu", "rtx 3090", "--driver", "535"], 0, "GeForce"),
        (["--driver", "525"], 0, "without nvidia/cuda images: cu126, cu126-last, cu126-torch26 too"),
    ],
)
def test_resolve(tree: Tree, run: Run, args: list[str], code: int, words: str) -> None:
    tree({})
    done = run("target", "resolve", *args)
    assert (done.returncode, done.stderr) == (code, b"")
    assert words in done.stdout.decode()
    assert "sources" in done.stdout.decode()


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--gpu", "T5"], b"did you mean 'T4'"),
        (["--driver", "12"], b"no Linux driver"),
        (["--os", "ubuntu22"], b"did you mean 'ubuntu22.04'"),
        (["--python", "2.7"], b"write 3.10"),
        (["--max-cuda", "new"], b"write 12.6"),
        ([], b"nothing to resolve for"),
    ],
)
def test_mistakes_of_resolve(tree: Tree, run: Run, args: list[str], words: bytes) -> None:
    tree({})
    done = run("target", "resolve", *args)
    assert (done.returncode, done.stdout) == (2, b"")
    assert words in done.stderr


def test_resolve_in_json(tree: Tree, run: Run) -> None:
    tree({})
    done = run("target", "resolve", "--driver", "470", "--gpu", "tesla-t4", "--output-format", "json")
    value = json.loads(done.stdout)
    assert (value["schema"], value["best"], value["facts_as_of"]) == ("cudamig.targets/1", "cu118", age.as_of())
    assert value["asked"]["gpus"] == [{"name": "T4", "capability": "7.5"}]
    rows = {row["name"]: row for row in value["rows"]}
    assert rows["cu118"]["wheels"] == {"fit": True, "excluded_by": []}
    (why,) = rows["cu126"]["wheels"]["excluded_by"]
    assert why["constraint"] == "driver"
    assert why["source"]
    assert rows["cu126"]["image"]["fit"]


def test_resolve_asks_for_the_fleet_of_the_configuration(tree: Tree, run: Run) -> None:
    tree({"cudamig.toml": FLEET + OURS})
    told = run("target", "resolve").stdout.decode()
    assert told.startswith("asked: GPUs T4; driver 470\n\nbest: cu118")
    assert "\nours: excluded\n" in told
    assert run("target", "resolve", "--gpu", "T4").stdout.decode().startswith("asked: GPUs T4\n")


def test_diff(tree: Tree, run: Run) -> None:
    tree({"cudamig.toml": OURS})
    told = run("target", "diff", "cu126", "cu130").stdout.decode()
    for words in (
        "12.6.3 -> 13.0.3",
        "driver 580 or newer (was 525.60.13)",
        "capability 5.0, 6.0, 7.0",
        "branch 470, 560",
    ):
        assert words in told
    value = json.loads(run("target", "diff", "cu126", "cu130", "--output-format", "json").stdout)
    assert {"field": "driver", "from": "525.60.13 or newer", "to": "580 or newer"} in value["changes"]
    assert value["image_gate"] == {"newly_refused": ["470", "560"], "not_known": None}
    same = run("target", "diff", "cu126", "cu126").stdout.decode()
    assert "nothing changes" in same
    assert "torch        2.13.0 -> 2.12.1" in run("target", "diff", "cu126", "ours").stdout.decode()
    assert run("target", "diff", "cu126", "cu1").returncode == 2


def test_own_targets_are_marked_and_moved_to(tree: Tree, run: Run) -> None:
    tree({"cudamig.toml": OURS, "requirements.txt": "torch==2.1.0+cu118\n"})
    assert run("target", "list").stdout.decode().splitlines()[-1].startswith("ours (cudamig.toml)")
    assert "Defined in cudamig.toml." in run("target", "show", "ours").stdout.decode()
    rows = json.loads(run("target", "list", "--output-format", "json").stdout)["targets"]
    assert [row["own"] for row in rows][-2:] == [None, "cudamig.toml"]
    assert "+torch==2.12.1+cu126" in run("fix", "--target", "ours").stdout.decode()
    assert b"did you mean 'ours'" in run("check", "--target", "our").stderr


@pytest.mark.parametrize("args", [["check"], ["fix"], ["target", "list"], ["target", "resolve", "--gpu", "T4"]])
def test_a_broken_row_of_the_configuration_stops_everything(tree: Tree, run: Run, args: list[str]) -> None:
    tree({"cudamig.toml": OURS.replace("0.27.1", "0.28.0")})
    done = run(*args)
    assert done.returncode == 2
    assert b"cudamig.toml: targets.ours.torchvision: torchvision 0.28.0 was not made for torch 2.12.1" in done.stderr


def test_the_plan_names_the_fleet(tree: Tree, run: Run) -> None:
    tree({"cudamig.toml": FLEET, "requirements.txt": "torch==2.1.0+cu118\n"})
    told = run("check").stdout.decode()
    assert "fleet          GPUs T4; driver 470: cannot run cu126: driver 470 is older than 525.60.13" in told
    assert "fits it is cu118" in told.splitlines()[-3]
    assert "can run cu118" in run("check", "--target", "cu118").stdout.decode()
    done = run("fix", "--apply")
    assert done.returncode == 1
    assert json.loads(run("check", "--output-format", "json").stdout)["facts_as_of"] == age.as_of()
