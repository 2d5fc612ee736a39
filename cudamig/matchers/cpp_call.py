"""Templates of calls: ``THArgCheck(c, n, ...)`` -> ``TORCH_CHECK(c, ...)``.

What the old template names and the new one does not is dropped, with its comma; what only the new one has is written.
The arguments that stay keep their order and every byte. ``...`` are all further arguments.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

from cudamig.hosts.cpp import CppDocument
from cudamig.hosts.cpp_expr import ACCESS, arguments, is_name
from cudamig.hosts.cpp_lex import BREAK
from cudamig.model import Edit, Fix, Safety, Span, manual

_TOKEN = re.compile(r"\w+|::|->|\S")
REST = "..."


class Call(NamedTuple):
    """An old call and the new one. A ``rename`` touches no argument."""

    old: str
    head: tuple[str, ...]  # tokens before the bracket
    params: tuple[str, ...]
    new: str
    args: tuple[str, ...]  # parameters that stay, and text that is written

    @property
    def rename(self) -> bool:
        """Whether all arguments stay."""
        return self.params == self.args


@functools.cache
def template(old: str, new: str) -> Call:
    """A row of a rule; names without brackets take any arguments and keep them.

    Raises ValueError for a new call that cannot be written from the old one.
    """
    if not old.endswith(")"):
        return Call(old, (old,), (REST,), new, (REST,))
    head, params = _cut(old)
    name, args = _cut(new)
    kept = [arg for arg in args if arg in params]
    if kept != [param for param in params if param in kept] or (args and args[-1] not in params and kept):
        raise ValueError(f"{new} does not keep the arguments of {old} in their order")
    return Call(head, tuple(_TOKEN.findall(head)), params, name, args)


def _cut(written: str) -> tuple[str, tuple[str, ...]]:
    head, _, inside = written.removesuffix(")").rpartition("(")
    return head, tuple(arg.strip() for arg in inside.split(",") if arg.strip())


def uses(document: CppDocument, call: Call) -> Iterator[int]:
    """The tokens at which the old name stands, called or not."""
    words, head = document.words, list(call.head)
    for index, word in enumerate(words):
        if word == head[0] and words[index : index + len(head)] == head:
            if index and words[index - 1] in (*ACCESS, "::", "##"):
                continue
            yield index


def rewrite(document: CppDocument, call: Call, at: int, open_: int, fix: Fix, harmless: tuple[str, ...] = ()) -> Fix:
    """``fix`` with the edits that make the call at token ``at`` the new one, or the reason why a person must.

    ``harmless``: calls that may be dropped.
    """
    head = Edit(document.source.path, Span(document.starts[at], document.tokens.end(at + len(call.head) - 1)), call.new)
    if call.rename:
        return fix._replace(edits=(head,))
    given = [] if document.pairs[open_] == open_ + 1 else arguments(document, open_)
    named = [param for param in call.params if param != REST]
    if len(given) < len(named) or (REST not in call.params and len(given) > len(named)):
        wanted = f"{len(named)}{' or more' if REST in call.params else ''}"
        return manual(fix.title, f"it has {len(given)} arguments here, where {call.old} takes {wanted}")
    if any(first == last for first, last in given) or BREAK in document.words[open_ : document.pairs[open_]]:
        return manual(fix.title, "an argument is empty here, or a directive stands in the call")
    if any(not _whole(document, *argument) for argument in given):
        return manual(fix.title, "a comma in braces divides an argument here")
    dropped = [index for index, param in enumerate(call.params) if param != REST and param not in call.args]
    edits = [head, *_written(document, call, open_, given)]
    for index in dropped:
        first, last = given[index]
        fix = _weighed(document, fix, given[index], harmless)
        start, end = document.starts[first], document.tokens.end(last - 1)
        leading = all(earlier in dropped for earlier in range(index))
        around = (first, last)
        if leading and index + 1 < len(given):
            end, around = document.starts[given[index + 1][0]], (first, given[index + 1][0] + 1)
        elif leading:
            start, end = document.tokens.end(open_), document.starts[document.pairs[open_]]
            around = (open_, document.pairs[open_] + 1)
        else:
            start, around = document.starts[first - 1], (first - 1, last)
        if fix.safety is Safety.SAFE and not document.tokens.plain(*around):
            fix = fix._replace(safety=Safety.UNSAFE, reason="a comment goes with the argument that is dropped")
        edits.append(Edit(document.source.path, Span(start, end), ""))
    return fix if fix.safety is Safety.MANUAL else fix._replace(edits=tuple(edits))


def _whole(document: CppDocument, first: int, last: int) -> bool:
    """Whether all brackets of an argument have their partners in it."""
    brackets = (index for index in range(first, last) if document.words[index] in "()[]{}")
    return all(first <= document.pairs[index] < last for index in brackets)


def _written(document: CppDocument, call: Call, open_: int, given: list[tuple[int, int]]) -> Iterator[Edit]:
    """The edit that writes what the new call begins with."""
    new = [arg for arg in call.args if arg not in call.params]
    if new:
        kept = [index for index in range(len(given)) if index >= len(call.params) or call.params[index] in call.args]
        place, gap = document.tokens.end(open_), ""
        if kept:
            first = given[kept[0]][0]
            gap = document.source.text[place : document.starts[first]] if first == open_ + 1 else ""
            gap = "," + (gap if "\n" in gap and document.tokens.plain(open_, open_ + 2) else " ")  # a line of its own
            place = document.starts[first]
        yield Edit(document.source.path, Span(place, place), ", ".join(new) + gap)


def _weighed(document: CppDocument, fix: Fix, argument: tuple[int, int], harmless: tuple[str, ...]) -> Fix:
    """The fix as safe as it is to drop an argument."""
    words = document.words[slice(*argument)]
    if "".join(words) in harmless or all(is_name(word) or word.isdigit() or word in (*ACCESS, "::") for word in words):
        return fix
    written = document.source.text[document.starts[argument[0]] : document.tokens.end(argument[1] - 1)]
    if "=" in words or "+" in words or "-" in words:
        return manual(fix.title, f"`{written}` would be dropped, and may change something")
    if fix.safety is Safety.SAFE:
        return fix._replace(safety=Safety.UNSAFE, reason=f"`{written}` is dropped with what it does")
    return fix


def printf(document: CppDocument, call: Call, open_: int) -> bool:
    """Whether the arguments that stand for ``...`` are a format with a conversion, or with something to convert."""
    rest = arguments(document, open_)[call.params.index(REST) :]
    return len(rest) > 1 or any("%" in document.words[i] for first, last in rest for i in range(first, last))
