"""Arguments of a call that become others, or go."""

from __future__ import annotations

import ast

from cudamig.codemods.python_cases import pick
from cudamig.codemods.python_edits import Edits
from cudamig.codemods.python_rows import Row
from cudamig.codemods.refused import Refused
from cudamig.hosts.python_calls import Argument, CallText
from cudamig.hosts.python_lists import without
from cudamig.model import Span

_PLAIN = (
    *(ast.Constant, ast.Name, ast.Attribute, ast.Compare, ast.BoolOp, ast.UnaryOp),
    *(ast.expr_context, ast.cmpop, ast.boolop, ast.unaryop),
)
_ATOMS = (ast.Constant, ast.Name, ast.Attribute, ast.Call, ast.Subscript)


def replace(edits: Edits, call: CallText, row: Row, new: str = "") -> bool:
    """Arguments whose values map to others. Raises Refused for a value that does not.

    ``new``: what is to stand behind the last argument. It takes its place where that goes; the answer says whether.
    """
    gone = set()
    for name, values in row.replace.items():
        argument = _parameter(call, name, row)
        if not argument:
            continue
        known = pick(argument.value, values)
        if known is None:
            raise Refused(f"the value of `{name}` is not one of {', '.join(values)}")
        if values[known]:
            _write(edits, argument, values[known])
        elif not _plain(argument.value):
            raise Refused(f"the value of `{name}` is computed, and that may have effects")
        else:
            gone.add(call.arguments.index(argument))
    last = len(call.arguments) - 1
    taken = bool(new) and last in gone
    if taken:
        edits.put(Span(call.items[last].start, call.items[last].end), new)
        gone.remove(last)
    for span in without(edits.text, call.items, gone):
        edits.put(span, "")
    return taken


def _write(edits: Edits, argument: Argument, template: str) -> None:
    """``template`` in the place of an argument; where it holds the old value, that keeps its text and its comments."""
    before, holds, after = template.partition("{}")
    if not holds:
        edits.put(Span(argument.item.start, argument.item.end), template)
        return
    start, end = edits.document.span(argument.value)
    head = edits.text[argument.item.start : start]
    if argument.keyword:
        head = head.partition("=")[2].lstrip()
    if after and "(" not in head and not isinstance(argument.value, _ATOMS):
        before, after = f"{before}(", f"){after}"
    edits.put(Span(argument.item.start, start), before + head)
    edits.insert(argument.item.end if "(" in head else end, after)


def rename(edits: Edits, call: CallText, row: Row) -> None:
    """Keywords that have another name; by position they stay as they are."""
    for argument in call.arguments:
        if argument.keyword in row.rename:
            start = argument.item.start
            edits.put(Span(start, start + len(argument.keyword)), row.rename[argument.keyword])


def drop(edits: Edits, call: CallText, row: Row) -> None:
    """Keywords that go. Raises Refused for one whose value may have effects."""
    gone = set()
    for name in row.drop:
        argument = _keyword(call, name, row)
        if argument:
            if not _plain(argument.value):
                raise Refused(f"the value of `{name}` is computed, and that may have effects")
            gone.add(call.arguments.index(argument))
    for span in without(edits.text, call.items, gone):
        edits.put(span, "")


def _parameter(call: CallText, name: str, row: Row) -> Argument | None:
    """The argument ``name``, by keyword or as the last of the positional ones. Raises Refused for an earlier one."""
    positional = [argument for argument in call.arguments if not argument.keyword]
    if name in row.signature[: len(positional)] and row.signature.index(name) == len(positional) - 1:
        return positional[-1]
    return _keyword(call, name, row)


def _keyword(call: CallText, name: str, row: Row) -> Argument | None:
    """The argument ``name``, given by keyword. Raises Refused when it is given by position."""
    found = next((argument for argument in call.arguments if argument.keyword == name), None)
    positional = sum(not argument.keyword for argument in call.arguments)
    if not found and name in row.signature[:positional]:
        raise Refused(f"`{name}` is given by position")
    return found


def _plain(value: ast.expr) -> bool:
    """Constants, names and attributes of them, compared, joined by ``and`` or negated: reading that does nothing."""
    return all(isinstance(node, _PLAIN) for node in ast.walk(value))
