"""What names stand for in a CI file: variables of workflow, job and step, and the axes of a job's matrix.

Only what is certain is resolved: a variable that the file gives several values, or that a step sets anew, stays
unknown, and so does an axis of several values, which is a matrix on purpose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from cudamig.hosts.yaml_nodes import Mapping as Map
from cudamig.hosts.yaml_nodes import Node, Scalar, Sequence, mappings
from cudamig.hosts.yaml_text import scalars, written
from cudamig.source import Source
from cudamig.text import EMPTY, NOWHERE, UNKNOWN, Text

_BLOCKS = ("env", "environment", "variables", "containerEnv")
_EXPRESSION = re.compile(
    r"\$\{\{\s*(?P<inner>[^{}]*?)\s*\}\}|<<\s*(?:parameters|pipeline|matrix)\.[\w.-]+\s*>>|\$\((?P<macro>[\w.]+)\)"
)
_NAMED = re.compile(r"(?P<kind>matrix|env|variables)\.(?P<name>[\w.-]+)$|(?P<k>matrix|env)\['(?P<n>[\w.-]+)'\]$")
_SET_LATER = re.compile(r"\b(\w{1,80})=[^\n]{0,400}GITHUB_ENV|task\.setvariable variable=(\w+)")


class Scope(NamedTuple):
    """Names at one place of a file."""

    variables: Mapping[str, Text]
    axes: Mapping[str, tuple[Text, ...]]  # of the matrix; empty: its values are computed

    def lookup(self, name: str) -> Text | None:
        """The value of a variable, or None."""
        return self.variables.get(name)

    def values(self, expression: str) -> tuple[Text, ...]:
        """What ``matrix.x`` or ``env.X`` may stand for; nothing when that is not known."""
        found = _NAMED.match(expression)
        if not found:
            return ()
        name = found.group("name") or found.group("n")
        if (found.group("kind") or found.group("k")) == "matrix":
            return self.axes.get(name, ())
        value = self.variables.get(name)
        return (value,) if value else ()


NOTHING = Scope({}, {})


def constant(source: Source, roots: Iterable[Node]) -> frozenset[str]:
    """Variables that the whole file gives one value."""
    seen: dict[str, set[str]] = {}
    for mapping, _ in mappings(roots):
        for name, scalar, _ in _variables(mapping):
            seen.setdefault(name, set()).add(scalar.value)
    if not seen:
        return frozenset()
    later = {name for found in _SET_LATER.findall(source.text) for name in found}
    return frozenset(name for name, values in seen.items() if len(values) == 1 and name not in later)


def within(scope: Scope, source: Source, mapping: Map, known: frozenset[str]) -> Scope:
    """The scope inside a mapping (a workflow, a job, a step). ``known``: names that may be resolved."""
    axes = _axes(source, mapping)
    if axes:
        scope = scope._replace(axes={**scope.axes, **axes})
    own = {}
    for name, scalar, skip in _variables(mapping):
        if name in known:
            own[name] = expanded(written(source, scalar)[skip:], scope)
    return scope._replace(variables={**scope.variables, **own}) if own else scope


def _variables(mapping: Map) -> Iterator[tuple[str, Scalar, int]]:
    """Name, scalar, and where in the scalar the value begins, of the variables that a mapping sets."""
    for block in _BLOCKS:
        value = mapping.get(block)
        if isinstance(value, Map):
            for key, item in value.pairs():
                inner = item.get("value") if isinstance(item, Map) else item
                if isinstance(inner, Scalar):
                    yield key.value, inner, 0
        elif isinstance(value, Sequence):
            for item in value.items:
                inner = item.get("value") if isinstance(item, Map) else None
                if isinstance(item, Map) and isinstance(inner, Scalar):
                    yield item.text("name"), inner, 0
            for scalar in scalars(value):
                name, equals, _ = scalar.value.partition("=")
                if equals and name.isidentifier():
                    yield name, scalar, len(name) + 1


def _axes(source: Source, mapping: Map) -> dict[str, tuple[Text, ...]]:
    """The axes of a job's matrix with the values that they take, those of ``include`` too."""
    strategy = mapping.get("strategy") or mapping.get("parallel")
    matrix = strategy.get("matrix") if isinstance(strategy, Map) else None
    rows = matrix.items if isinstance(matrix, Sequence) else [matrix] if isinstance(matrix, Map) else []
    found: dict[str, list[Text]] = {}
    closed = True
    for row in rows:
        for key, value in row.pairs() if isinstance(row, Map) else ():
            if key.value == "include" and isinstance(value, Sequence):
                for item in value.items:
                    _flatten(source, "", item, found)
            elif key.value == "include":
                closed = False
            elif isinstance(value, Sequence):
                for item in value.items:
                    _flatten(source, key.value, item, found)
            elif key.value != "exclude":
                computed = "${" in source.slice(value.span)
                single = [] if computed else [_fixed(source, written(source, item)) for item in scalars(value)]
                found.setdefault(key.value, []).extend(single)
    return {name: tuple(values) if closed else () for name, values in found.items()}


def _flatten(source: Source, name: str, item: Node, found: dict[str, list[Text]]) -> None:
    if isinstance(item, Map):
        for key, value in item.pairs():
            if isinstance(value, Scalar):
                full = f"{name}.{key.value}" if name else key.value
                found.setdefault(full, []).append(_fixed(source, written(source, value)))
    elif isinstance(item, Scalar):
        found.setdefault(name, []).append(_fixed(source, written(source, item)))


def _fixed(source: Source, text: Text) -> Text:
    """The value of an axis; without its place where a condition compares with the same literal."""
    if text.value and re.search(
        rf"(?:[!=]=?\s*|contains\([^\n]{{0,200}})['\"]?{re.escape(text.value)}['\"]?", source.text
    ):
        return Text(text.value, [NOWHERE] * len(text))
    return text


def expanded(text: Text, scope: Scope) -> Text:
    """The text with the expressions of CI services replaced by what they stand for, or by UNKNOWN."""
    if "$" not in text.value and "<<" not in text.value:
        return text
    out, position = EMPTY, 0
    for found in _EXPRESSION.finditer(text.value):
        value = _value(found, scope)
        if value is None:
            continue
        out = out + text[position : found.start()] + value
        position = found.end()
    return out + text[position:] if position else text


def _value(found: re.Match[str], scope: Scope) -> Text | None:
    """None: the expression stays as it is, since it is the shell's own."""
    if found.group("macro"):
        return scope.lookup(found.group("macro"))
    values = scope.values(found.group("inner") or "")
    return values[0] if len(values) == 1 else Text(UNKNOWN, (NOWHERE,))


def variants(text: Text, scope: Scope) -> list[Text]:
    """The text expanded; where it is one expression for an axis of several values, each of these."""
    found = _EXPRESSION.fullmatch(text.value.strip())
    values = scope.values(found.group("inner") or "") if found else ()
    return list(values) if len(values) > 1 else [expanded(text, scope)]
