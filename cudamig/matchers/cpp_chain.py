"""``cpp-method-chain``: a chain of methods that has a shorter name: ``x.type().is_cuda()`` -> ``x.is_cuda()``.

Rule arguments: ``chains`` (old -> new; ``type.is_cuda`` is ``.type().is_cuda()``, ``data<>`` a method with template
arguments and no others) and ``receiver: tensor`` where the chain alone does not prove what it is called on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cudamig.hosts.cpp import CppDocument
from cudamig.hosts.cpp_expr import ACCESS, after_angle, chain_start
from cudamig.matchers.cpp_places import fate, finding, own, speaks_torch
from cudamig.matchers.cpp_seen import unproven
from cudamig.matchers.cpp_tensor import kind_of
from cudamig.matchers.cpp_types import Kind
from cudamig.model import Edit, Finding, Fix, Safety, Span, manual
from cudamig.rules.model import Context, Rule


class _Chain(NamedTuple):
    """One old chain of a rule: its methods, whether the last has template arguments, and the new method."""

    rule: Rule
    old: tuple[str, ...]
    template: bool
    new: str


class _Use(NamedTuple):
    """A chain in the code: the first and last method name, and where its receiver begins (-1: not understood)."""

    first: int
    last: int
    receiver: int


def match(document: CppDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Every old chain."""
    heads: dict[str, list[_Chain]] = {}
    for rule in rules:
        for old, new in rule.args["chains"].items():
            names = tuple(old.removesuffix("<>").split("."))
            heads.setdefault(names[0], []).append(_Chain(rule, names, old.endswith("<>"), new))
    for index, word in enumerate(document.words):
        for wanted in heads.get(word, ()):
            use = _use(document, index, wanted)
            if use:
                yield from _finding(document, context, wanted, use)


def _use(document: CppDocument, index: int, wanted: _Chain) -> _Use | None:
    """The use of a chain whose first method name is token ``index``."""
    words = document.words
    access = index - 2 if index > 1 and words[index - 1] == "template" else index - 1
    if access < 1 or words[access] not in ACCESS:
        return None
    here = index
    for name in wanted.old[1:]:
        # a pointer in between is another class: torch::jit's Value::type() gives a TypePtr
        if words[here + 1 : here + 4] != ["(", ")", "."]:
            return None
        here += 4
        if words[here : here + 1] != [name]:
            return None
    open_ = here + 1
    if wanted.template:
        open_ = after_angle(document, open_) if words[open_ : open_ + 1] == ["<"] else -1
    if open_ < 0 or words[open_ : open_ + 2] != ["(", ")"]:
        return None
    return _Use(index, here, chain_start(document, access))


def _finding(document: CppDocument, context: Context, wanted: _Chain, use: _Use) -> Iterator[Finding]:
    rule = wanted.rule
    start, end = document.starts[use.first], document.tokens.end(use.last)
    fix = Fix(rule.title, rule.safety, rule.reason, (Edit(document.source.path, Span(start, end), wanted.new),))
    receiver = _receiver(document, use)
    if receiver is Kind.OTHER:
        return
    if rule.args.get("receiver") == "tensor":
        if not speaks_torch(document):
            return
        fix = _weighed(document, fix, receiver, use)
        if receiver is Kind.UNKNOWN and own(document, wanted.old[0]):
            fix = manual(rule.title, f"{fix.reason}, and the repository has a {wanted.old[0]}() of its own")
    elif not document.tokens.plain(use.first, use.last + 1):
        fix = manual(rule.title, "a comment stands inside the chain")
    old = "().".join(wanted.old) + ("<T>()" if wanted.template else "()")
    message = f"Tensor.{old} is {fate(rule, context)}; use {wanted.new}"
    first = document.starts[use.receiver] if use.receiver >= 0 else start
    yield finding(document, context, rule, Span(first, end), message, fix)


def _receiver(document: CppDocument, use: _Use) -> Kind:
    return kind_of(document, use.receiver, _access(document, use)) if use.receiver >= 0 else Kind.UNKNOWN


def _access(document: CppDocument, use: _Use) -> int:
    """The ``.`` or ``->`` before the chain."""
    return use.first - (2 if document.words[use.first - 1] == "template" else 1)


def _weighed(document: CppDocument, fix: Fix, receiver: Kind, use: _Use) -> Fix:
    """The fix as safe as what is known of the receiver."""
    if receiver is Kind.TENSOR:
        return fix
    if receiver is Kind.STORAGE:
        return manual(fix.title, "a Storage has no typed accessor any more; take the pointer from the tensor")
    if use.receiver < 0:
        return fix._replace(safety=Safety.UNSAFE, reason="this file does not show that this is a tensor")
    return fix._replace(safety=Safety.UNSAFE, reason=unproven(document, use.receiver, _access(document, use)))
