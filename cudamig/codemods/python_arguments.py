"""Edits on the arguments of one call. What is not understood raises Refused; nothing is guessed or dropped."""

from __future__ import annotations

import ast
import re

from cudamig.codemods.python_cases import literal
from cudamig.codemods.python_edits import Edits
from cudamig.codemods.python_replaced import drop, rename, replace
from cudamig.codemods.python_rows import Row
from cudamig.codemods.refused import Refused
from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_calls import CallText, call_text
from cudamig.hosts.python_lists import Item, indent, line_start
from cudamig.model import Edit, Span

_LINE_END = re.compile(r"[\r\n]")


def given(call: ast.Call, row: Row, name: str, skip: int = 0) -> bool:
    """Whether ``call`` surely gives the parameter ``name``, by keyword or by position.

    ``skip``: so many leading arguments are not the callee's own (those of functools.partial).
    """
    values = [keyword.value for keyword in call.keywords if keyword.arg == name]
    values += placed(call, row, name, skip)
    return any(literal(value) not in row.unset for value in values)


def placed(call: ast.Call, row: Row, name: str, skip: int = 0) -> list[ast.expr]:
    """What ``call`` surely gives for the parameter ``name`` by position, or nothing; ``skip`` as in ``given``."""
    count = row.signature.index(name) + 1 if name in row.signature else len(call.args) + 1
    before = call.args[skip : skip + count]
    return before[-1:] if len(before) == count and not any(isinstance(value, ast.Starred) for value in before) else []


def change_call(document: PythonDocument, call: ast.Call, row: Row, partial: bool = False) -> list[Edit]:
    """The edits that turn the arguments of ``call`` into what ``row`` asks for. Raises Refused.

    ``partial``: it is functools.partial that is called, with the name as its first argument.
    """
    if not row.changes_call:
        return []
    text = call_text(document, call)
    if text is None:
        raise Refused("its argument is a bare generator")
    edits = Edits(document)
    if partial:
        text = _without_callee(edits, text)
    stars = {argument.keyword for argument in text.arguments} & {"*", "**"} - _followed(row)
    if "**" in stars:
        raise Refused("what its `**` argument holds is not known")
    if "*" in stars:
        raise Refused("how many arguments its `*` argument holds is not known")
    for argument in text.arguments:
        known = row.keywords is None or argument.keyword in (*row.keywords, *row.signature)
        if argument.keyword.isidentifier() and not known:
            raise Refused(f"it gives `{argument.keyword}`, which the form known here does not take")
    if sum(not argument.keyword for argument in text.arguments) < row.least:
        raise Refused(f"it has fewer than {row.least} positional arguments")
    _enclose(edits, text, row)
    _prepend(edits, text, row)
    _to_keywords(edits, text, row)
    new = _new(text, row)
    in_place = replace(edits, text, row, ", ".join(new))
    rename(edits, text, row)
    drop(edits, text, row)
    if new and not in_place:
        _add(edits, text, new)
    edits.insert(text.end + 1, row.suffix)
    return edits.all()


def _without_callee(edits: Edits, call: CallText) -> CallText:
    """The arguments that partial hands on; where there are none, what is added gets a comma before it."""
    callee, *arguments = call.arguments
    if not arguments:
        edits.insert(callee.item.end, ", ")
    return call._replace(begin=callee.item.end, arguments=tuple(arguments))


def _followed(row: Row) -> set[str]:
    """The starred arguments that may hold anything the old callee takes, and still mean the same."""
    stars = {"*"} if row.variadic else set()
    if row.prepend and not (row.add or row.drop or row.replace):
        stars |= {"**"} if row.reordered else {"*", "**"}
    return stars


def parentheses(document: PythonDocument, node: ast.expr, row: Row) -> list[Edit]:
    """The edit that turns a bare decorator into a call."""
    arguments = [*filter(None, [row.prepend]), *(f"{name}={value}" for name, value in row.add.items())]
    end = document.span(node).end
    return [Edit(document.source.path, Span(end, end), f"({', '.join(arguments)})")]


def _enclose(edits: Edits, call: CallText, row: Row) -> None:
    """Brackets around all arguments; a comma behind the last stays inside."""
    if row.enclose and call.arguments:
        last = call.arguments[-1].item
        edits.insert(call.arguments[0].item.start, row.enclose[0])
        edits.insert(max(last.end, last.comma + 1), row.enclose[1])


def _prepend(edits: Edits, call: CallText, row: Row) -> None:
    if not row.prepend:
        return
    if not call.arguments:
        edits.insert(call.begin, row.prepend)
        return
    start = call.arguments[0].item.start
    begin = line_start(edits.text, start)
    alone = begin >= call.begin and not edits.text[begin:start].strip()
    blank = edits.document.source.newline + indent(edits.text, start) if alone else " "
    edits.insert(start, f"{row.prepend},{blank}")


def _to_keywords(edits: Edits, call: CallText, row: Row) -> None:
    """Positional arguments that the new signature has elsewhere, or takes by name only, get their names."""
    names = {argument.keyword for argument in call.arguments}
    positional = [argument for argument in call.arguments if not argument.keyword]
    for index, argument in enumerate(positional[row.positional :], row.positional):
        if index >= len(row.signature):
            raise Refused("it has more positional arguments than are known by name")
        name = row.signature[index]
        if name in names:
            raise Refused(f"it gives `{name}` twice")
        if isinstance(argument.value, ast.NamedExpr) and edits.text[argument.item.start] != "(":
            raise Refused("an assignment expression cannot become a keyword argument")
        edits.insert(argument.item.start, f"{name}=")


def _new(call: CallText, row: Row) -> list[str]:
    """The keywords that a call is to get."""
    given_names = {argument.keyword for argument in call.arguments}
    return [f"{name}={value}" for name, value in row.add.items() if name not in given_names]


def _add(edits: Edits, call: CallText, new: list[str]) -> None:
    """New keywords go last, on lines of their own where the last arguments have them."""
    if not call.arguments:
        edits.insert(call.begin, ", ".join(new))
        return
    last = call.arguments[-1].item
    at = _end_of_own_line(edits.text, call, last)
    if at is None:
        blank = edits.document.source.newline + indent(edits.text, last.start) if _listed(edits.text, call) else " "
        edits.insert(last.end, "".join(f",{blank}{each}" for each in new))
        return
    if last.comma < 0:
        edits.insert(last.end, ",")
    line = edits.document.source.newline + indent(edits.text, last.start)
    edits.insert(at, line + f",{line}".join(new) + ("," if last.comma >= 0 else ""))


def _listed(text: str, call: CallText) -> bool:
    """Whether each of the last two arguments has a line of its own, and the call ends behind the second."""
    two = [argument.item for argument in call.arguments[-2:]]
    lines = [(line_start(text, item.start), item.start) for item in two]
    alone = all(begin >= call.begin and not text[begin:start].strip() for begin, start in lines)
    return len(two) == 2 and lines[0] < lines[1] and alone and "\\" not in text[two[0].end : two[1].start]


def _end_of_own_line(text: str, call: CallText, last: Item) -> int | None:
    """Where the line of the last argument ends, when it begins that line and the call goes on below it."""
    begin = line_start(text, last.start)
    end = _LINE_END.search(text, max(last.end, last.comma + 1), call.end)
    if begin < call.begin or text[begin : last.start].strip() or not end or text[end.start() - 1] == "\\":
        return None
    return end.start()
