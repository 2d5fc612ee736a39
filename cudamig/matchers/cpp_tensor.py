"""What a C++ expression is: a tensor, a list of tensors, a storage, something else, or not known from this file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cudamig.hosts.cpp import CppDocument
from cudamig.hosts.cpp_expr import Chain, Step, chain, is_name
from cudamig.matchers.cpp_types import Kind, plain, type_kind

if TYPE_CHECKING:
    from cudamig.hosts.cpp_tree import Declared


_DEPTH = 8  # declarations by ``auto`` to go through
_FACTORIES = re.compile(
    r"(?:at|torch)::(?:empty|zeros|ones|full|rand|randn|arange|eye|linspace)(?:_like|_strided)?"
    r"|(?:at|torch)::(?:from_blob|tensor|cat|stack|where|mm|bmm|matmul|addmm|sum|mean|max|min|randint|randperm)"
)
_TYPES = re.compile(r"(?:at|torch)::(?:CUDA|CPU)")  # functions that give a type
_OF_TYPE = re.compile("toScalarType|toBackend|cpu|cuda|hip")  # methods of a type that give another one
# What has these and is not shown to be something else is a tensor.
_PROOF = re.compile("contiguous|index_select|masked_select|unsqueeze|permute|expand_as|view_as")
_SAME = re.compile(
    "to|cpu|cuda|clone|detach|view|reshape|transpose|t|select|narrow|slice|flatten|squeeze|expand|index|flip|repeat"
    "|sum|mean|type_as|toType|toBackend|data|grad|variable_data|tensor_data|abs|neg|floor|round|mul|add|sub|div"
    "|zero_|fill_|add_|mul_|sub_|div_|value|value_or|get"
)
_NO_TENSOR = re.compile(
    "device|options|dtype|scalar_type|scalarType|layout|sizes?|strides?|dim|ndimension|numel|nbytes|item|accessor"
    "|packed_accessor|data_ptr|is_cuda|get_device"
)
_SEVERAL = re.compile("sort|topk|kthvalue|mode|unbind|split|chunk")  # methods that give tensors in a row
_LIBRARIES = frozenset(("at", "torch", "c10", "std"))  # their functions are not the repository's
_ELEMENT = frozenset(("at", "get", "front", "back"))


def kind_of(document: CppDocument, first: int, last: int, depth: int = _DEPTH) -> Kind:
    """What the expression of the tokens from ``first`` to before ``last`` is."""
    while last - first > 2 and document.words[first] == "(" and document.pairs[first] == last - 1:
        first, last = first + 1, last - 1
    if last - first > 1 and document.words[first] in ("*", "&"):
        first += 1
    found = chain(document, first, last)
    if not found or depth <= 0:
        return Kind.UNKNOWN
    kind, steps = _base(document, found, depth), found.steps
    if found.name and steps and steps[0].kind == "call":
        steps = steps[1:]
    index = 0
    while index < len(steps):
        called = index + 1 < len(steps) and steps[index + 1].kind == "call"
        kind = _stepped(document, kind, steps[index], called, depth)
        index += 2 if steps[index].kind == "member" and called else 1
    return kind


def lookup(document: CppDocument, name: str, offset: int) -> Declared | None:
    """The declaration that ``name`` refers to at a place: the innermost one, the last before the place."""
    return document.rows(name).at(offset)


def declared_kind(document: CppDocument, row: Declared, depth: int = _DEPTH) -> Kind:
    """What a declared name is, by its type, or for ``auto`` by its initialiser."""
    if plain(row.type) in ("auto", "decltype(auto)"):
        return _initial(document, row, depth)
    return type_kind(document, row.type)


def _base(document: CppDocument, found: Chain, depth: int) -> Kind:
    if not found.name:
        return kind_of(document, found.first + 1, found.last - 1, depth - 1)
    if found.name == "this":
        return Kind.OTHER
    if _FACTORIES.fullmatch(found.name):
        return Kind.TENSOR
    if _TYPES.fullmatch(found.name):
        return Kind.TYPE
    if found.name == "std::get" and found.steps and found.steps[0].kind == "call":
        call = found.steps[0]
        row = kind_of(document, call.first + 1, call.last - 1, depth - 1)
        return Kind.TENSOR if row is Kind.TENSORS else Kind.UNKNOWN
    macro = document.macro_at(found.first)
    if macro and macro.params and found.name in macro.params:
        return Kind.UNKNOWN
    space, _, name = found.name.rpartition("::")
    if space and space.split("::")[0] not in _LIBRARIES:
        return _returned(document, name, depth)
    known = lookup(document, found.name, document.starts[found.first])
    return declared_kind(document, known, depth) if known else _beyond(document, found.name, depth)


def _beyond(document: CppDocument, name: str, depth: int) -> Kind:
    """What headers of the repository declare a name to be, outside of functions; unknown when they differ."""
    kinds = set()
    for header in document.headers(name):
        end = len(header.source.text)
        rows = header.rows(name).of("member", "function", "variable")
        kinds |= {declared_kind(header, row, depth - 1) for row in rows if row.kind == "member" or row.end == end}
    return kinds.pop() if len(kinds) == 1 else Kind.UNKNOWN


def _stepped(document: CppDocument, kind: Kind, step: Step, called: bool, depth: int) -> Kind:
    """What ``kind`` becomes by one more link of the chain; the result of a method of a class is not known."""
    if step.kind == "index":
        return Kind.TENSOR if kind in (Kind.TENSOR, Kind.TENSORS) else Kind.UNKNOWN
    if step.kind == "call":
        return kind if kind in (Kind.TENSOR, Kind.TYPE) else Kind.UNKNOWN
    if not called:
        return _field(document, step.name, depth)
    if step.name == "toTensor" or (kind is not Kind.OTHER and _PROOF.fullmatch(step.name)):
        return Kind.TENSOR
    if step.name in ("storage", "unsafeGetStorageImpl"):
        return Kind.STORAGE
    if _NO_TENSOR.fullmatch(step.name):
        return Kind.OTHER
    if kind is Kind.TENSOR and step.name == "type":
        return Kind.TYPE
    if kind is Kind.TYPE:
        return Kind.TYPE if _OF_TYPE.fullmatch(step.name) else Kind.OTHER
    if kind is Kind.TENSOR and _SAME.fullmatch(step.name):
        return Kind.TENSOR
    if kind is Kind.TENSOR and _SEVERAL.fullmatch(step.name):
        return Kind.TENSORS
    if kind is Kind.TENSORS:
        return Kind.TENSOR if step.name in _ELEMENT else Kind.OTHER
    if kind is Kind.OTHER and _returned(document, step.name, depth) is Kind.OTHER:
        return Kind.OTHER
    return Kind.UNKNOWN


def _returned(document: CppDocument, name: str, depth: int) -> Kind:
    """What all functions of that name in the file and its headers return; unknown when they differ."""
    kinds_of_row = ("function", "member", "variable")  # with a body, without one in a class, without one outside
    found = ((other, row) for other, rows in document.everywhere(name) for row in rows.of(*kinds_of_row))
    kinds = {declared_kind(other, row, depth - 1) for other, row in found}
    return kinds.pop() if len(kinds) == 1 else Kind.UNKNOWN


def _field(document: CppDocument, name: str, depth: int) -> Kind:
    """What all members of that name in the file and its headers are; unknown when they differ or there are none."""
    found = ((other, row) for other, rows in document.everywhere(name) for row in rows.of("member"))
    kinds = {declared_kind(other, row, depth - 1) for other, row in found}
    return kinds.pop() if len(kinds) == 1 else Kind.UNKNOWN


def _initial(document: CppDocument, row: Declared, depth: int) -> Kind:
    """What an ``auto`` variable is initialised with, or the elements that a ``for`` loop takes from."""
    words, index = document.words, document.tokens.at(row.offset)
    start = index + 2
    if index + 1 >= len(words) or not is_name(words[index]):
        return Kind.UNKNOWN
    sign = words[index + 1]
    if sign in ("(", "{"):
        end = document.pairs[index + 1]
    elif sign in ("=", ":"):
        end = start
        while end < len(words) and words[end] not in (";", ",", ")", "}", "\n"):
            end = document.pairs[end] + 1 if document.pairs[end] > end else end + 1
    else:
        return Kind.UNKNOWN
    kind = kind_of(document, start, end, depth - 1)
    if sign == ":":
        return Kind.TENSOR if kind in (Kind.TENSORS, Kind.TENSOR) else Kind.UNKNOWN
    return kind
