"""Fix real trees and check, with parsers of others' making, that nothing got worse.

    python benchmarks/real_trees.py TREES... [-- OPTIONS OF cudamig fix]

Every tree is copied, made a git repository, fixed with ``cudamig fix --apply`` and looked at: every Python file that
compiled still does and has, by pyflakes, no undefined name and no unused import that it did not have; every YAML file
composes to the same number of documents; no C++ file gains an ERROR node; line ends stay; and a second fix changes
nothing. Prints a line for each tree and exits 1 when something is wrong.
"""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import tree_sitter
import tree_sitter_cpp
import yaml
from pyflakes import checker, messages

CPP = tree_sitter.Parser(tree_sitter.Language(tree_sitter_cpp.language()))
CPP_SUFFIXES = {".cpp", ".cc", ".cxx", ".cu", ".cuh", ".h", ".hpp", ".inl"}


def main() -> int:
    """Run over the trees of the command line."""
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    trees, options = sys.argv[1:split], sys.argv[split + 1 :]
    bad = 0
    for tree in trees:
        with tempfile.TemporaryDirectory() as folder:
            problems, words = _tree(Path(tree), Path(folder, "tree"), options)
        bad += bool(problems)
        print(f"{Path(tree).name}: {words}" + "".join(f"\n    {problem}" for problem in problems), flush=True)
    print(f"{len(trees)} trees, {bad} with problems")
    return int(bool(bad))


def _tree(before: Path, after: Path, options: list[str]) -> tuple[list[str], str]:
    shutil.copytree(before, after, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    for command in (["init", "-q"], ["add", "-Af"], ["-c", "user.name=x", "-c", "user.email=x", "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=after, check=True, capture_output=True)
    problems: list[str] = []
    shown = _run(after, ["check", "--output-format", "json"], problems)
    report = json.loads(shown.stdout)
    _run(after, ["fix", "--apply", *options], problems)
    changed = _git(after, "diff", "--name-only", "-z").split("\0")[:-1]
    for name in changed:
        problems += _worse(before / name, after / name)
    first = _git(after, "diff")
    _run(after, ["fix", "--apply", *options], problems)
    if _git(after, "diff") != first:
        problems.append("a second fix changes something")
    counts = ", ".join(f"{n} {kind}" for kind, n in report["files"].items())
    return problems, f"{counts}; {len(report['findings'])} findings; {len(changed)} files changed"


def _run(tree: Path, arguments: list[str], problems: list[str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(["cudamig", *arguments], cwd=tree, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        problems.append(f"cudamig {arguments[0]} exits {done.returncode}: {done.stderr[-300:]}")
    return done


def _git(tree: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=tree, capture_output=True, check=True).stdout.decode("latin-1")


def _worse(before: Path, after: Path) -> Iterator[str]:
    old, new = before.read_bytes(), after.read_bytes()
    if (b"\r\n" in old) != (b"\r\n" in new) or old.endswith(b"\n") != new.endswith(b"\n"):
        yield f"{after}: line ends changed"
    if after.suffix == ".py" and _compiles(old) and not _compiles(new):
        yield f"{after}: does not compile any more"
    if after.suffix == ".py" and _compiles(old) and _compiles(new):
        for words in sorted(_flaws(new) - _flaws(old)):
            yield f"{after}: {words}"
    if after.suffix in (".yaml", ".yml") and _documents(old) != _documents(new):
        yield f"{after}: {_documents(old)} documents became {_documents(new)}"
    if after.suffix in CPP_SUFFIXES and _errors(new) > _errors(old):
        yield f"{after}: gained an ERROR node"


def _compiles(raw: bytes) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(raw, "x", "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
    return True


def _flaws(raw: bytes) -> set[str]:
    """What pyflakes says of names, without the lines: those that nothing defines, and imports that nothing uses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = checker.Checker(ast.parse(raw)).messages
    kinds = (messages.UndefinedName, messages.UndefinedExport, messages.UndefinedLocal, messages.UnusedImport)
    return {each.message % each.message_args for each in found if isinstance(each, kinds)}


def _documents(raw: bytes) -> int:
    try:
        return len(list(yaml.compose_all(raw)))
    except yaml.YAMLError:
        return -1


def _errors(raw: bytes) -> int:
    count, todo = 0, [CPP.parse(raw).root_node]
    while todo:
        node = todo.pop()
        count += node.is_error or node.is_missing
        todo += node.children
    return count


if __name__ == "__main__":
    sys.exit(main())
