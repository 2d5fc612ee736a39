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
(using_declaration (qualified_identifier name: (_) @using) @type)
(class_specifier name: (type_identifier) @class body: (_))
(struct_specifier name: (type_identifier) @class body: (_))
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

    ``kind``: variable (parameters too), member, function (the type is what it returns), alias, using (the type is what
    it names), class (with a body), template. ``type`` has blanks only between words and no ``&`` and ``*`` of the
    declarator; it is empty for a class and a template.
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


class _Found(NamedTuple):
    """A declared name before its scope is known."""

    offset: int
    name: str
    kind: str
    type: str


class _Scope(NamedTuple):
    """Where a name is known. ``function``: from the parameters of a function or lambda to the end of its body."""

    start: int
    end: int
    function: bool


def declared(tree: Tree, masked: str) -> list[Declared]:
    """Everything that is declared, by place. A parameter of a mere prototype is left out."""
    found = set[_Found]()
    for _, captured in QueryCursor(_query(_DECLARED)).matches(tree.root_node):
        types = captured.pop("type", [])
        written = _written(types[0], masked) if types else ""
        for kind, nodes in captured.items():
            for leaf in _leaves(nodes[0]):
                name = masked[leaf.start_byte : leaf.end_byte]
                found.add(_Found(leaf.start_byte, name, kind, written))
    out = []
    for row, scope in _scoped(sorted(found), tree, len(masked)):
        if row.kind == "parameter" and not scope.function:
            continue
        local = row.kind in ("variable", "parameter")
        kind, start = ("variable", row.offset) if local else (row.kind, scope.start)
        out.append(Declared(row.name, kind, row.type, row.offset, start, scope.end))
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


def _scoped(found: list[_Found], tree: Tree, length: int) -> Iterator[tuple[_Found, _Scope]]:
    """Each name with the innermost scope around it; a function's own name belongs to the scope around the function."""
    nodes = [(kind == "function", node) for kind, group in _captures(_SCOPES, tree).items() for node in group]
    scopes = [_Scope(node.start_byte, node.end_byte, function) for function, node in nodes]
    waiting = sorted(scopes, key=lambda scope: (scope.start, -scope.end), reverse=True)
    around = [_Scope(0, length, False)]
    for row in found:
        while waiting and waiting[-1].start <= row.offset:
            around.append(waiting.pop())
        while around[-1].end <= row.offset and len(around) > 1:
            around.pop()
        own = row.kind == "function" and around[-1].function
        yield row, around[-2 if own else -1]


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
