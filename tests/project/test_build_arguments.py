"""The arguments that other files give to a build move with its default, or hold it."""

from __future__ import annotations

import pytest

DEFAULT = "ARG CUDA=12.1.1\nFROM nvidia/cuda:${CUDA}-base-ubuntu22.04\n"
BAKE = 'target "a" {\n  args = {\n    CUDA = "12.1.1"\n    NAME = "x"\n  }\n}\n'
SKAFFOLD = 'build: {artifacts: [{image: a, docker: {buildArgs: {CUDA: "12.1.1"}}}]}\n'
README = "# Image\n\n```sh\ndocker build --build-arg CUDA=12.1.1 .\n```\n"


@pytest.mark.parametrize(
    ("path", "text", "unsafe"),
    [
        ("docker-bake.hcl", BAKE, False),
        ("docker-bake.gpu.hcl", BAKE.replace("args = {", "args {"), False),
        ("skaffold.yaml", SKAFFOLD, False),
        (".github/workflows/a.yml", "a:\n  - with:\n      build_args: CUDA=12.1.1\n", False),
        ("README.md", README, True),
        ("docs/build.md", "Run `docker build --build-arg=CUDA=12.1.1 .` once.\n", True),
    ],
)
def test_an_argument_moves_with_the_default_that_it_repeats(check, path: str, text: str, unsafe: bool) -> None:
    tree = {"Dockerfile": DEFAULT, path: text}
    moved = {name: old.replace("12.1.1", "12.6.3").encode() for name, old in tree.items()}
    assert check(tree, unsafe=True).after == moved
    outcome = check(tree)
    assert outcome.after == ({name: old.encode() for name, old in tree.items()} if unsafe else moved)


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("Makefile", "CUDA ?= 12.1.1\nall:\n\tdocker build --build-arg CUDA=$(CUDA) .\n", "Makefile:1 names 12.1.1"),
        ("a.sh", '#!/bin/sh\nV=${V:-12.1.1}\ndocker build --build-arg CUDA="$V" .\n', "a.sh:2 names 12.1.1"),
        ("a.sh", "docker build --build-arg CUDA=${V:-12.1.1} .\n", "a.sh:1 names 12.1.1"),
        ("a.ps1", 'param($V = "12.1.1")\ndocker build --build-arg CUDA=$V .\n', "a.ps1:1 names 12.1.1"),
        ("docker-bake.hcl", BAKE.replace("12.1.1", "11.8.0"), "builds with CUDA=11.8.0"),
        (
            "docker-bake.hcl",
            'variable "V" {\n  default = "12.1.1"\n}\n' + BAKE.replace('"12.1.1"', "V"),
            "builds with CUDA=12.1.1",
        ),
        ("docker-bake.hcl", BAKE.replace('"12.1.1"', 'f("12.1.1")'), "docker-bake.hcl:3 names 12.1.1"),
        ("skaffold.yaml", SKAFFOLD.replace("12.1.1", "11.8.0"), "builds with CUDA=11.8.0"),
    ],
)
def test_an_argument_holds_the_default(check, path: str, text: str, why: str) -> None:
    tree = {"Dockerfile": DEFAULT, path: text}
    outcome = check(tree, unsafe=True)
    assert outcome.after == {name: old.encode() for name, old in tree.items()}
    assert all(why in finding.fix.reason for finding in outcome.findings)


def test_a_compose_file_takes_its_argument_from_the_environment_file(check) -> None:
    compose = "services: {a: {build: {context: ., args: {CUDA: '${CUDA}'}}}}\n"
    tree = {"Dockerfile": DEFAULT, "compose.yml": compose, ".env": "CUDA=12.1.1\n"}
    outcome = check(tree, unsafe=True)
    assert outcome.after["Dockerfile"].decode() == DEFAULT
    assert all(".env:1 names 12.1.1" in finding.fix.reason for finding in outcome.findings)
    assert check({**tree, ".env": "CUDA=12.6.3\n"}).after["Dockerfile"] != DEFAULT.encode()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.sh", "docker build --build-arg CUDA=$1 .\n"),  # whoever calls it says so
        ("a.sh", "for v in 11.8.0 12.1.1; do\n  docker build --build-arg CUDA=$v .\ndone\n"),
        ("README.md", README.replace("12.1.1", "11.8.0")),  # another choice
        ("CHANGELOG.md", README),
        ("docker-bake.hcl", BAKE + BAKE.replace("12.1.1", "11.8.0")),
    ],
)
def test_an_argument_that_says_nothing_of_the_default(check, path: str, text: str) -> None:
    outcome = check({"Dockerfile": DEFAULT, path: text})
    assert outcome.after == {"Dockerfile": DEFAULT.replace("12.1.1", "12.6.3").encode(), path: text.encode()}
