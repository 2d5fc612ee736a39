"""``python-architecture``: GPU architectures in Python build scripts that the target's compiler has dropped.

Arguments: ``builders``: the functions that build for torch, ``keywords``: their arguments that take compiler options.
Read are the options that reach a builder, and what ``os.environ["TORCH_CUDA_ARCH_LIST"]`` is set to beside one.

What stands in a branch for one CUDA version or one kind of GPU is meant so and left alone. Nothing is added to a list.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_chains import last_name
from cudamig.hosts.python_flow import Flow
from cudamig.hosts.python_lists import Item, items, line_start, without
from cudamig.hosts.python_nodes import every
from cudamig.hosts.python_values import Values
from cudamig.matchers.python_build import builder_calls, reaching
from cudamig.model import Edit, Finding, Fix, Safety, Span, manual
from cudamig.project.architectures import drop_old
from cudamig.rules.model import Context, Rule
from cudamig.text import UNKNOWN, Text

_VARIABLE = "TORCH_CUDA_ARCH_LIST"
_BARE = re.compile(r"(?:arch=)?(?:compute|sm)_\d")  # the second word of an option
_VERSION = re.compile(
    r"bare_metal|nvcc\w*ver|cuda[\w.]*_?ver|ver\w*[.(\[]+[\w.]*cuda|cu(?:da)?_?v?\d|(?:^|\W|_)(?:major|minor)(?:$|\W|_)"
    r"|capabilit|compute_cap|sm_?\d",
    re.I,
)


class _Old(NamedTuple):
    """A list or a string with architectures that are too old."""

    span: Span
    gone: tuple[str, ...]
    edits: tuple[tuple[Span, str], ...]
    why: str  # it is not changed
    review: str = ""  # why somebody has to look at it


def match(document: PythonDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Findings for the architectures that a build script names and the target's compiler does not know."""
    for rule in rules:
        found = [*_options(document, rule, context), *_variables(document, rule, context)]
        for old in sorted(found):
            yield _finding(document, rule, old, context)


def _finding(document: PythonDocument, rule: Rule, old: _Old, context: Context) -> Finding:
    path = document.source.path
    edits = tuple(Edit(path, span, new) for span, new in old.edits)
    fix = Fix(rule.title, rule.safety, rule.reason, edits) if edits else manual(rule.title, old.why)
    if old.review and edits:
        fix = fix._replace(safety=Safety.UNSAFE, reason=old.review)
    if rule.safety is Safety.MANUAL:
        fix = manual(rule.title, rule.reason)
    many = ", ".join(dict.fromkeys(old.gone))
    message = str(rule.args["message"]).format(cuda=context.target.cuda_minor, gone=many)
    return context.finding(rule, path, old.span, message, fix)


def _options(document: PythonDocument, rule: Rule, context: Context) -> Iterator[_Old]:
    """The old options among those that reach a builder: lists of words, and strings that hold several."""
    calls, _ = builder_calls(document, rule)
    if not calls:
        return
    literals = {id(node): node for node in reaching(Flow(document.tree), calls, rule.args["keywords"])}
    for chosen in _chosen(document.tree):
        literals.pop(chosen, None)
    values = Values(document.source, document.names)
    for node in every(document.tree):
        if isinstance(node, ast.List | ast.Tuple) and any(id(item) in literals for item in node.elts):
            old = _listed(document, node, context)
            if old:
                yield old
            for item in node.elts:
                literals.pop(id(item), None)
    for literal in literals.values():
        text = values.text(literal)
        bare = bool(_BARE.match(text.value))  # its option stands elsewhere: whatever it is, it cannot go alone
        drop = drop_old(_worded(text), context.target)
        if drop:
            why = "its option stands elsewhere" if bare else drop.why
            yield _Old(document.span(literal), drop.gone, () if bare else drop.edits, why, drop.review)


def _worded(text: Text) -> Text:
    """The text of a literal as an option, where it is only the second word of one."""
    head = "-gencode " if text.value.startswith("arch=") else "-arch="
    return Text(head, [-1] * len(head)) + text if _BARE.match(text.value) else text


def _listed(document: PythonDocument, node: ast.List | ast.Tuple, context: Context) -> _Old | None:
    """The old options of a list, whose words are read as one command."""
    words = [_word(item) for item in node.elts]
    ends = [sum(len(word) + 1 for word in words[:index]) for index in range(len(words) + 1)]
    line = " ".join(words)
    drop = drop_old(Text.of(line, 0, len(line)), context.target, leave=True)
    if not drop:
        return None
    named = [index for index, word in enumerate(words) if any(word and word in gone for gone in drop.gone)]
    at = document.span(node.elts[named[0]]) if named else document.span(node)
    if drop.why:
        return _Old(at, drop.gone, (), drop.why)
    cut = {offset for span, _ in drop.edits for offset in range(span.start, span.end)}
    within = [{offset in cut for offset in range(ends[i], ends[i] + len(word))} for i, word in enumerate(words)]
    gone = [index for index, found in enumerate(within) if found == {True}]
    if not gone or any(len(found) == 2 for found in within):
        return _Old(at, drop.gone, (), "one string of the list holds several options")
    return _shortened(document, node, gone, drop.gone)._replace(review=drop.review)


def _shortened(document: PythonDocument, node: ast.List | ast.Tuple, gone: list[int], named: tuple[str, ...]) -> _Old:
    """The list without some of its items, where they stand in it plainly."""
    text, span = document.source.text, document.span(node)
    spans = [document.span(item) for item in node.elts]
    listed = items(text, span.start + 1, spans, span.end - 1)
    first = spans[gone[0]]
    inside = Span(span.start + 1, span.end - 1)
    if listed and len(gone) == len(listed) and isinstance(node, ast.List) and "#" not in document.source.slice(inside):
        return _Old(first, named, ((inside, ""),), "")
    if not listed or (isinstance(node, ast.Tuple) and len(listed) - len(gone) < 2):
        return _Old(first, named, (), "it is no item of a plain list")
    if any("#" in _line_rest(text, listed[index]) for index in gone):
        return _Old(first, named, (), "a comment stands beside it")
    return _Old(first, named, tuple((_whole_lines(text, cut), "") for cut in without(text, listed, gone)), "")


def _line_rest(text: str, item: Item) -> str:
    rest: str = re.compile(r"[^\r\n]*").match(text, item.end)[0]  # type: ignore[index]  # matches anything
    return rest


def _whole_lines(text: str, cut: Span) -> Span:
    """A deletion with the rest of its line, where that would be left blank."""
    begin, end = line_start(text, cut.start), re.compile(r"[ \t]*(\r\n|\r|\n)").match(text, cut.end)
    leaves = begin < cut.start and not text[begin : cut.start].strip()
    return Span(begin, end.end()) if leaves and end else cut


def _word(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else UNKNOWN


def _variables(document: PythonDocument, rule: Rule, context: Context) -> Iterator[_Old]:
    """The old entries of what the module sets ``TORCH_CUDA_ARCH_LIST`` to."""
    builders = frozenset(rule.args["builders"])
    builds = document.source.path.endswith("setup.py") or any(
        use.name in builders for use in document.names.uses(frozenset(("torch",)))
    )
    if _VARIABLE not in document.source.text or not builds:
        return
    chosen = _chosen(document.tree)
    values = Values(document.source, document.names)
    for node in every(document.tree):
        value = _set(node)
        drop = drop_old(values.text(value), context.target) if value and id(value) not in chosen else None
        if value and drop:
            yield _Old(document.span(value), drop.gone, drop.edits, drop.why, drop.review)


def _set(node: ast.AST) -> ast.expr | None:
    """What a statement sets the variable to, be it only where it is not set yet."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        target = node.targets[0]
        if last_name(target.value) == "environ" and _word(target.slice) == _VARIABLE:
            return _given(node.value, ("get", "getenv")) or node.value
    return _given(node, ("setdefault", "putenv"))


def _given(node: ast.AST, functions: tuple[str, ...]) -> ast.expr | None:
    """The value that stands beside the variable's name in a call of ``os`` or ``os.environ``."""
    if isinstance(node, ast.Call) and last_name(node.func) in functions and len(node.args) == 2:
        of = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        return node.args[1] if last_name(of) in ("environ", "os") and _word(node.args[0]) == _VARIABLE else None
    return None


def _chosen(tree: ast.Module) -> set[int]:
    """All nodes that stand in a branch for some CUDA versions or GPUs only."""
    inside: set[int] = set()
    for node in every(tree):
        if isinstance(node, ast.If) and _asks(node.test):
            inside.update(id(below) for below in every(*node.body, *node.orelse))
        elif isinstance(node, ast.IfExp) and _asks(node.test):
            inside.update(id(below) for below in every(node.body, node.orelse))
    return inside


def _asks(test: ast.expr) -> bool:
    """Whether a test asks for a version; that there is one at all (``is not None``) is no such question."""
    for node in every(test):
        if isinstance(node, ast.Compare) and all(isinstance(op, ast.Is | ast.IsNot) for op in node.ops):
            continue
        plain = isinstance(node, ast.Name | ast.Call) and node is test
        if (plain or isinstance(node, ast.Compare | ast.Call)) and _VERSION.search(ast.unparse(node)):
            return True
    return False
