"""The syntax tree of masked C++ (see ``cpp_mask.py``): its errors, and what names are declared to be.

Queries walk the tree, so nothing here recurses over its depth. Offsets are code points, as the masked text is ASCII.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

import tree_sitter_cpp
from tree_sitter import Language, Node, Parser, Query, QueryCursor, Tree

_ERRORS = "(ERROR) @error (MISSING) @error"
_DECLARED = """
(declaration type: (_) @type declarator: (_) @variable)
(for_range_loop type: (_) @type declarator: (_) @variable)
(parameter_declaration type: (_) @type declarator: (_) @parameter)
(optional_parameter_declaration type: (_) @type declarator: (_) @parameter)
(field_declaration type: (_) @type declarator: (_) @member)
(function_definition type: (_) @type declarator: (_) @function)
(alias_declaration name: (_) @alias type: (_) @type)
(type_definition type: (_) @type declarator: (type_identifier) @alias)
(template_parameter_list (type_parameter_declaration (type_identifier) @template))
(template_parameter_list (optional_type_parameter_declaration name: (type_identifier) @template))
"""
_SCOPES = """
[(function_definition) (lambda_expression)] @function
[(compound_statement) (for_statement) (for_range_loop) (if_statement) (catch_clause) (field_declaration_list)] @scope
"""
_LEAVES = ("identifier", "field_identifier", "type_identifier")
_SPACE = re.compile(r"\s*([^\w\s])\s*|\s+")


class Declared(NamedTuple):
    """A name and the type it is declared with, from ``start`` to ``end`` of the file.

    ``kind``: variable (parameters too), member, function (the type is what it returns), alias, template.
    ``type`` has blanks only between words and no ``&`` and ``*`` of the declarator; it is empty for a template.
    """

    name: str
    kind: str
    type: str
    offset: int  # of the name
    start: int
    end: int


def parse(masked: str) -> Tree:
    """Parse ASCII text."""
    return _parser().parse(masked.encode("ascii"))


def errors(tree: Tree) -> int:
    """How many places the grammar could not take."""
    return sum(len(nodes) for nodes in _captures(_ERRORS, tree).values())


def declared(tree: Tree, masked: str) -> list[Declared]:
    """Everything that is declared, by place. A parameter of a mere prototype is left out."""
    found: list[tuple[int, str, str, str]] = []
    for _, captured in QueryCursor(_query(_DECLARED)).matches(tree.root_node):
        types = captured.pop("type", [])
        written = _written(types[0], masked) if types else ""
        for kind, nodes in captured.items():
            found += ((leaf.start_byte, _name(leaf, masked), kind, written) for leaf in _leaves(nodes[0]))
    out = []
    for (offset, name, kind, written), (start, end, function) in _scoped(sorted(set(found)), tree, len(masked)):
        if kind == "parameter" and not function:
            continue
        if kind in ("variable", "parameter"):
            kind, start = "variable", offset
        out.append(Declared(name, kind, written, offset, start, end))
    return out


def _leaves(node: Node) -> Iterator[Node]:
    """The names of a declarator, without ``*``, ``&``, ``[]``, initialiser and parameters."""
    inner: Node | None = node
    while inner is not None:
        if inner.type in _LEAVES:
            yield inner
            return
        if inner.type == "structured_binding_declarator":
            yield from (child for child in inner.named_children if child.type in _LEAVES)
            return
        inner = inner.child_by_field_name("declarator") or inner.child_by_field_name("name") or _wrapped(inner)


def _wrapped(node: Node) -> Node | None:
    if node.type in ("reference_declarator", "parenthesized_declarator", "attributed_declarator"):
        return node.named_child(node.named_child_count - 1)
    return None


def _written(node: Node, masked: str) -> str:
    """A type with single blanks between words and none elsewhere."""
    return _SPACE.sub(lambda found: found.group(1) or " ", masked[node.start_byte : node.end_byte])


def _name(leaf: Node, masked: str) -> str:
    return masked[leaf.start_byte : leaf.end_byte]


def _scoped(
    found: list[tuple[int, str, str, str]], tree: Tree, length: int
) -> Iterator[tuple[tuple[int, str, str, str], tuple[int, int, bool]]]:
    """Each row with the innermost scope (start, end, whether it is a function with its parameters) around it."""
    scopes = [
        (node.start_byte, -node.end_byte, kind == "function")
        for kind, nodes in _captures(_SCOPES, tree).items()
        for node in nodes
    ]
    open_ = [(0, length, False)]
    waiting = iter(sorted(scopes))
    scope = next(waiting, None)
    for row in found:
        while scope and scope[0] <= row[0]:
            open_.append((scope[0], -scope[1], scope[2]))
            scope = next(waiting, None)
        while open_[-1][1] <= row[0] and len(open_) > 1:
            open_.pop()
        inner = -1
        if row[2] == "function" and open_[inner][2] and len(open_) > 1:
            inner = -2  # a function's name is known around it
        yield row, open_[inner]


def _captures(query: str, tree: Tree) -> dict[str, list[Node]]:
    return QueryCursor(_query(query)).captures(tree.root_node)


@functools.cache
def _language() -> Language:
    return Language(tree_sitter_cpp.language())


@functools.cache
def _parser() -> Parser:
    return Parser(_language())


@functools.cache
def _query(text: str) -> Query:
    return Query(_language(), text)
