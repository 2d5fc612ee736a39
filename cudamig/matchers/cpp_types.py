"""What a C++ type is: a tensor, a list of tensors, a storage, something else, or not known."""

from __future__ import annotations

import re
from enum import Enum

from cudamig.hosts.cpp import CppDocument


class Kind(Enum):
    """What is known of an expression."""

    TENSOR = "a tensor"
    TENSORS = "a list or tuple of tensors"
    STORAGE = "a storage"
    TYPE = "a tensor's type"
    OTHER = "something else"
    UNKNOWN = "not known here"


_SPACES = r"(?:(?:::)?(?:at|torch|c10|torch::autograd)::)?"
_CONST = re.compile(r"\b(?:const|volatile|typename)\b ?|[&*]|^::")
_TENSOR = re.compile(rf"{_SPACES}(?:Tensor|TensorBase|Variable)")
_TENSORS = re.compile(
    rf"(?:(?:std|c10|at|torch)::)?(?:vector|List|ArrayRef|array|SmallVector)<{_TENSOR.pattern}(?:,\w+)?>"
    rf"|{_SPACES}(?:TensorList|ITensorListRef|variable_list)|std::(?:tuple|pair)<{_TENSOR.pattern}(?:,{_TENSOR.pattern})*>"
)
_MAYBE = re.compile(
    rf"(?:(?:std|c10|at|torch)::)?(?:optional|unique_ptr|shared_ptr)<{_TENSOR.pattern}>|{_SPACES}TensorArg"
)
_STORAGE = re.compile(rf"{_SPACES}Storage")
_TYPE = re.compile(rf"{_SPACES}(?:Type|DeprecatedTypeProperties)")
_UNQUALIFIED = re.compile(r"(?<![\w:])(?:Tensor|TensorBase|Variable)\b")
_LIBRARIES = frozenset(("caffe2", "paddle", "phi", "tensorflow"))  # each has a class Tensor of its own
_PLAIN = re.compile(r"[\w: ]+(?:<.*>)?")
_ALIASES = 8  # names of one type to go through


def type_kind(document: CppDocument, written: str) -> Kind:
    """What a variable of a type is, by the type's name as it is written in a file."""
    written = _resolved(document, plain(written))
    if document.rows(written).of("template"):
        return Kind.UNKNOWN
    if any(_foreign(document, name) for name in _UNQUALIFIED.findall(written)):
        return Kind.OTHER
    for pattern, kind in ((_TENSOR, Kind.TENSOR), (_MAYBE, Kind.TENSOR), (_TENSORS, Kind.TENSORS)):
        if pattern.fullmatch(written):
            return kind
    for pattern, kind in ((_STORAGE, Kind.STORAGE), (_TYPE, Kind.TYPE)):
        if pattern.fullmatch(written):
            return kind
    return Kind.OTHER if _PLAIN.fullmatch(written) else Kind.UNKNOWN


def plain(written: str) -> str:
    """A type without ``const`` and its likes, references and pointers."""
    return _CONST.sub("", written)


def _resolved(document: CppDocument, written: str) -> str:
    """A type's name with the repository's ``using`` and ``typedef`` replaced (a few times, so that a ring ends)."""
    for _ in range(_ALIASES):
        aliases = [row for _, rows in document.everywhere(written) for row in rows.of("alias")]
        if not aliases:
            break
        written = plain(aliases[0].type)
    return written


def _foreign(document: CppDocument, name: str) -> bool:
    """Whether a class of torch's name, written without a namespace, is shown to be another one."""
    known = [row for _, rows in document.everywhere(name) for row in rows.of("using", "class")]
    if known:
        return not any(_TENSOR.fullmatch(row.type.removeprefix("::")) for row in known)
    return not _LIBRARIES.isdisjoint(document.namespaces)
