"""What rules say of dotted names: the rows behind the ``python-name`` matcher, as its rule files write them.

``match.names`` is a list of dotted names, or a mapping of name to its new name, or to keys of its own. All other keys
of ``match`` and ``fix`` are fields of ``Row`` and hold for every name that does not have its own; ``import`` is
``needs``, and ``signature`` is the old order of parameters as a string:

- ``f, map_location``: what positional arguments are called;
- ``model, args, *, verbose``: what stands behind ``*`` must be a keyword now, and a positional argument becomes one;
- ``function, *args``: the rest is not the function's own, so ``*inputs`` in a call hides none of its parameters.

``replace`` maps the value of a parameter to the argument that stands in its place: a literal as Python writes it,
``positive`` (a literal number above zero) or ``any``; ``{}`` in the new argument is the old value, and an empty one
drops it. ``cases`` is a list of rows for one name: the first whose ``when`` (parameter -> values, ``absent`` is one)
holds for a call is taken; one with ``refusal`` says why such a call is left to a person. What none of this can say is
a function of its own, ``codemod``.

Alternatives in braces make several names of one: ``models.{,resnet.}{resnet18, resnet50}`` are four. ``{}`` in ``to``
is the last part of the name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from cudamig.codemods.python_row_text import alternatives, signature
from cudamig.model import Edit, Fix, Safety, manual
from cudamig.rules.model import Rule

_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+")
_ALL = 99  # positional arguments


class Case(NamedTuple):
    """What holds for some calls of a name: parameters with the values that they must have."""

    when: dict[str, list[str]]
    row: Row


class Row(NamedTuple):
    """One name, when it is found, and what becomes of it."""

    rule: Rule
    old: str  # dotted name; "torch._six." stands for everything below torch._six
    to: str = ""  # a dotted name, or an expression such as ``(str, bytes)``; "" when the name stays
    needs: str = ""  # the module that ``to`` is reached through; where that is not around it, ``to`` is written out
    signature: tuple[str, ...] = ()  # the old order of positional arguments
    positional: int = _ALL  # how many of them may stay positional
    variadic: bool = False  # the rest of the positional arguments are not its own
    lacks: tuple[str, ...] = ()  # found only in calls that give none of these
    has: tuple[str, ...] = ()  # found only in calls that give one of these
    unset: tuple[str, ...] = ()  # literals that are as good as no argument
    placed: tuple[str, ...] = ()  # found only in calls that give one of these by position
    unless: tuple[str, ...] = ()  # names that show, used anywhere in a file, that it knows of the change
    called: bool = False  # found only where it is called itself
    whole: bool = False  # what is below the name is not found
    keywords: tuple[str, ...] | None = None  # a call with other keywords than these and the signature's is not changed
    prepend: str = ""  # a new first argument
    add: dict[str, str] = {}  # noqa: RUF012 - keyword -> text
    drop: tuple[str, ...] = ()  # keywords
    replace: dict[str, dict[str, str]] = {}  # noqa: RUF012 - parameter -> value -> the new argument
    rename: dict[str, str] = {}  # noqa: RUF012 - keyword -> its new name
    least: int = 0  # positional arguments that a call must have for the new name
    enclose: str = ""  # two brackets for around all arguments, "[]"
    suffix: str = ""  # behind the call, ".mH"
    cases: tuple[Case, ...] = ()
    refusal: str = ""  # of a case: why such a call is not changed
    codemod: str = ""  # cudamig/codemods/python_NAME.py, whose change(document, use, row) gives a row and edits
    vanishes: bool = False  # a codemod takes the name away with the edits on its call
    types: bool = False  # annotations and isinstance checks move along
    decorator: bool = False  # used without parentheses it is a decorator, and gets some
    refuse: dict[str, str] = {}  # noqa: RUF012 - parameter -> why a call that gives it is a person's
    once: bool = False  # found once for each import, whatever is done with what it brings
    doubtful: tuple[str, ...] = ()  # roles in which the fix is unsafe, because of ``doubt``
    doubt: str = ""
    safety: Safety | None = None  # where it differs from the rule's, with a reason of its own
    reason: str = ""
    message: str = ""  # what the finding says; {name} is the name found

    @property
    def moves(self) -> bool:
        """Whether the name itself changes."""
        return bool(self.to) or self.vanishes

    @property
    def dotted(self) -> bool:
        """Whether ``to`` is a name that can be imported, not an expression (a method of a class is one)."""
        home = self.to.rpartition(".")[0]
        return self.to == self.needs != "" or (self.needs in ("", home) and bool(_DOTTED.fullmatch(self.to)))

    @property
    def module(self) -> str:
        """The module to import where ``to`` is written out; "" for an expression of builtins."""
        return self.needs or (self.to.partition(".")[0] if self.dotted else "")

    @property
    def changes_call(self) -> bool:
        """Whether a call needs more than a new name."""
        edits = self.prepend or self.add or self.drop or self.replace or self.reordered or self.enclose or self.suffix
        return bool(edits or self.cases or self.codemod or self.least or self.rename)

    @property
    def before_rest(self) -> bool:
        """Whether a call changes in the same way when some of its arguments are given later, as to a partial."""
        other = self.drop or self.replace or self.reordered or self.enclose or self.suffix or self.least
        return bool(self.prepend or self.add) and not (other or self.cases or self.codemod)

    @property
    def reordered(self) -> bool:
        """Whether positional arguments have to become keywords."""
        return self.positional != _ALL

    def mend(self, edits: tuple[Edit, ...], group: str = "", refusal: str = "") -> Fix:
        """The fix that ``edits`` are, or what a person has to do and why."""
        rule = self.rule
        safety, reason = self.safety or rule.safety, self.reason or rule.reason
        if edits and safety is not Safety.MANUAL:
            return Fix(rule.title, safety, reason, edits, group)
        return manual(rule.title, refusal or reason)


class Rows:
    """The rows of all active rules, by name."""

    def __init__(self, rules: Iterable[Rule], own: Callable[[str], bool] = lambda package: False) -> None:
        """``own``: whether the tree holds a package itself, so that no row speaks of it.

        Raises TypeError for a key that a row does not have, ValueError for keys that contradict each other.
        """
        self._exact: dict[str, Row] = {}
        self._below: dict[str, Row] = {}
        for rule in rules:
            for row in rows(rule):
                if own(row.old.partition(".")[0]):
                    continue
                if row.old.endswith("."):
                    self._below[row.old[:-1]] = row
                else:
                    self._exact[row.old] = row
        names = [*self._exact, *self._below]
        self.roots = frozenset(name.partition(".")[0] for name in names)

    def find(self, name: str) -> tuple[Row, str] | None:
        """The row for a dotted name and the rest of it beyond the row's own (``".attribute"`` or empty)."""
        head = name
        while head:
            row = self._exact.get(head) or self._below.get(head)
            if row:
                return row, name[len(head) :]
            head = head.rpartition(".")[0]
        return None


def within(name: str, other: str) -> bool:
    """Whether ``name`` is ``other`` or below it."""
    return f"{name}.".startswith(f"{other.rstrip('.')}.")


_read: dict[int, tuple[Rule, list[Row]]] = {}  # by ``id`` of the rule, as a table of models takes 8 ms


def rows(rule: Rule) -> list[Row]:
    """The rows of one rule, read once."""
    if id(rule) not in _read:
        _read[id(rule)] = rule, _table(rule)
    return _read[id(rule)][1]


def _table(rule: Rule) -> list[Row]:
    """``names`` is a list, or a mapping of name to ``to`` or to keys of its own."""
    common = {key: value for key, value in {**rule.args, **rule.fix}.items() if key not in ("names", "title")}
    names = rule.args["names"]
    each: dict[str, Any] = names if isinstance(names, dict) else dict.fromkeys(names)
    return [
        _row(rule, old, {**common, **(own if isinstance(own, dict) else {"to": own} if own else {})})
        for name, own in each.items()
        for old in alternatives(name)
    ]


def _row(rule: Rule, old: str, keys: dict[str, Any]) -> Row:
    """A row; lists become tuples, ``import`` becomes ``needs``, a signature is taken apart."""
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in keys.items()}
    if "import" in fields:
        fields["needs"] = fields.pop("import")
    fields.update(signature(str(fields.pop("signature", ""))))
    if "safety" in fields:
        fields["safety"] = Safety(fields["safety"])
    cases = fields.pop("cases", ())
    plain = {key: value for key, value in keys.items() if key != "cases"}
    fields["cases"] = tuple(
        Case(each["when"], _row(rule, old, {**plain, **{key: value for key, value in each.items() if key != "when"}}))
        for each in cases
    )
    row = Row(rule, old, **fields)
    row = row._replace(to=row.to.replace("{}", old.rpartition(".")[2]))
    if row.drop and row.add:
        raise ValueError(f"{old}: a row drops arguments or adds some, not both; 'replace' does both in one place")
    return row
