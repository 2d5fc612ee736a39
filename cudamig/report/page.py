"""The page of a rule, as Markdown, and the one line of it that a finding shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from cudamig.facts import store
from cudamig.rules.model import Rule

Page = dict[str, Any]  # why, examples, references of a rule file

_SENTENCE = re.compile(r".+?[.!?](?=\s+[A-Z`\"']|$)")
_LONGEST = 300  # characters of a reason that is one line
_FENCES = {"dockerfile": "dockerfile", "python": "python", "cpp": "cpp", "yaml": "yaml", "json": "jsonc"}
_NAMES = {"cuda": "CUDA", "cxx": "C++", "python": "Python", "trainer": "Kubeflow Trainer"}
_SAFETY = {
    "safe": "written by `cudamig fix --apply`",
    "unsafe": "needs review: written only with `--unsafe`",
    "manual": "a person's job; nothing is written",
}


def load(folders: Iterable[str] = ()) -> dict[str, Page]:
    """The pages of our own rules and of those in the user's folders, by id. Raises RuleError."""
    pages = dict(store.load("pages"))
    for folder in folders:
        from cudamig.rules.compile import compile_rules

        pages.update(compile_rules(folder)[1])
    return pages


def reason(page: Page, rule: Rule) -> str:
    """Why a rule exists, in one line: the first sentence of its ``why``, or its summary when that is too long."""
    text = " ".join(str(page["why"]).split())
    found = _SENTENCE.match(text)
    return found.group() if found and len(found.group()) <= _LONGEST else rule.summary


def markdown(rule: Rule, page: Page) -> str:
    """The whole page."""
    comment = f"`cudamig: ignore[{rule.id}] -- reason`"
    parts = [
        f"# {rule.id}: {rule.name}",
        f"{rule.summary}.",
        _facts(rule),
        f"## What breaks\n\n{str(page['why']).strip()}",
        f"## What is done\n\n{_remedy(rule)}",
        "## Examples\n\n" + "\n\n".join(_example(example) for example in page["examples"]),
        "## Sources\n\n" + "\n".join(f"- {item['source']} (checked {item['checked']})" for item in page["references"]),
        f"To keep a place as it is, write {comment} in a comment at the end of its line,\n"
        "or on a line of its own above it.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def versions(since: dict[str, str]) -> str:
    """``{"torch": "2.4"}`` -> ``"torch 2.4"``."""
    return ", ".join(f"{_NAMES.get(name, name)} {version}" for name, version in since.items())


def _facts(rule: Rule) -> str:
    rows = [
        ("Looks at", ", ".join(rule.kinds)),
        ("In force from", versions(rule.since) or "any target"),
        ("Removed in", versions(rule.removed)),
        ("A fix needs", versions(rule.replacement_since)),
        ("Severity", rule.severity.value if rule.severity else _severity(rule)),
        ("Fix", f"{rule.safety.value}: {_SAFETY[rule.safety.value]}"),
    ]
    return "\n".join(f"- **{label}:** {text}" for label, text in rows if text)


def _severity(rule: Rule) -> str:
    return "error where it is removed, warning before" if rule.removed else "warning"


def _remedy(rule: Rule) -> str:
    title = rule.title
    return f"{title[:1].upper()}{title[1:]}. {rule.safety.value.capitalize()}: {rule.reason}."


def _example(example: dict[str, Any]) -> str:
    """One example: a diff, or a text that is reported, or one that must stay."""
    notes = [example["note"]] if "note" in example else []
    notes += [f"target {example['target']}"] if "target" in example else []
    notes += ["with `--unsafe`"] if example.get("unsafe") else []
    note = f" ({'; '.join(notes)})" if notes else ""
    file = example["file"]
    if "before" in example:
        return "\n\n".join([f"`{file}` becomes{note}:", *_changes(example)])
    word, text = ("is reported", example["report"]) if "report" in example else ("stays as it is", example["keep"])
    beside = [_titled(path, other) for path, other in example.get("with", {}).items()]
    return "\n\n".join([f"`{file}` {word}{note}:", _fenced(file, text), *beside])


def _changes(example: dict[str, Any]) -> Iterator[str]:
    """The file of an example, and those beside it, as diffs."""
    yield _diff(example["before"], example["after"])
    after = example.get("with-after", {})
    for path, text in example.get("with", {}).items():
        same = after.get(path, text) == text
        yield _titled(path, text) if same else f"and `{path}`:\n\n{_diff(text, after[path])}"


def _diff(before: str, after: str) -> str:
    import difflib

    rows = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=len(before))
    return _fence("diff", "\n".join(list(rows)[3:]))


def _titled(path: str, text: str) -> str:
    return f"beside `{path}`:\n\n{_fenced(path, text)}"


def _fenced(path: str, text: str) -> str:
    from cudamig.kinds import kind_of

    return _fence(_FENCES.get(kind_of(path) or "", "text"), text)


def _fence(language: str, text: str) -> str:
    """A code block; its fence is longer than any row of backticks inside."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip(chr(10))}\n{fence}"
