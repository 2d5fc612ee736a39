"""Image references in YAML: under ``image:``, in lists and matrices, and with their tag under a key of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cudamig.hosts.shell_words import partly
from cudamig.hosts.yaml_nodes import Scalar, Sequence
from cudamig.hosts.yaml_parts import Block
from cudamig.hosts.yaml_scope import expanded
from cudamig.hosts.yaml_text import place, scalars, written
from cudamig.nodes import ImageRef
from cudamig.source import Source
from cudamig.text import NOWHERE, UNKNOWN, Text

KEYS = ("image", "container")  # what stands under these is pulled
_HALVES = (("newName", "newTag"), ("name", "newTag"), ("repository", "tag"))
_IMAGE = re.compile(
    r"(?P<path>(?:[a-zA-Z0-9][a-zA-Z0-9.-]*(?::[0-9]+)?/)?[a-z0-9]+(?:(?:[._/]|__|-+)[a-z0-9]+)*)"
    r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?"
)
_LENGTH = 512  # longer values are data
_VARIABLE = re.compile(rf"\$?\{{\{{.*?\}}\}}|\$\{{[^}}]*\}}|\$\([^)]*\)|\$\w+|{UNKNOWN}")
_SCHEME = re.compile(r"docker:(?://)?")
_SCHEME_KEYS = ("uses", "image_id")  # an image with ``docker:`` before it


def references(source: Source, blocks: Iterable[Block], workflow: bool) -> list[ImageRef]:
    """The image references of a file. ``workflow``: variables of a CI file are put in.

    A row of a matrix, or a variable, that an ``image:`` is made of is told of there, and not a second time.
    """
    found = [ref for block in blocks for ref in _of(source, block, workflow)]
    used = {ref.text.at for ref in found if ref.key in KEYS}
    kept = [ref for ref in found if ref.key in KEYS or ref.text.at not in used]
    return sorted(kept, key=lambda ref: ref.span)


def _of(source: Source, block: Block, workflow: bool) -> Iterator[ImageRef]:
    yield from _halves(source, block)
    for key, value in block.mapping.items:
        name = key.value if isinstance(key, Scalar) else ""
        listed = value.items if isinstance(value, Sequence) else (value,)
        own = [item for item in listed if isinstance(item, Scalar)]  # what an alias stands for is told where it is
        for scalar in scalars(value) if name in KEYS else own:
            ref = _reference(source, scalar, name, block, workflow)
            if ref:
                yield ref
    merged = block.mapping.merged("image") if block.mapping.get("<<") and not block.mapping.get("image") else None
    ref = _reference(source, merged, "image", block, workflow) if isinstance(merged, Scalar) else None
    if ref:
        yield ref


def _halves(source: Source, block: Block) -> Iterator[ImageRef]:
    """An image whose name and tag stand under keys of their own: kustomize's ``images``, values of a chart."""
    for name_key, tag_key in _HALVES:
        name, tag = block.mapping.get(name_key), block.mapping.get(tag_key)
        if isinstance(name, Scalar) and isinstance(tag, Scalar):
            head, tail = place(source, name), place(source, tag)
            if head and tail and _IMAGE.fullmatch(f"{head.value}:{tail.value}"):
                key = "image" if tag_key == "newTag" else name_key
                yield ImageRef(head + Text(":", [NOWHERE]) + tail, tag.span, block.stage, key=key)
                return


def _reference(source: Source, node: Scalar, key: str, block: Block, workflow: bool) -> ImageRef | None:
    if len(node.value) > _LENGTH or not _plausible(node.value, key):
        return None
    text = written(source, node)
    scheme = _SCHEME.match(text.value)
    if key in _SCHEME_KEYS:
        if not scheme:
            return None
        key = "image"
    text = text[scheme.end() :] if scheme else text
    if key == "name" and block.key == "image" and ":" in text.value.rpartition("/")[2]:
        key = "image"
    if key == "image" and block.key == "matrix":
        key = "matrix"
    if workflow and key in KEYS and "$" in text.value:
        text = partly(expanded(text, block.scope), block.scope.lookup)
    if not _is_image(text.value, key):
        return None
    hidden = _VARIABLE.sub(lambda found: UNKNOWN * len(found.group()), text.value)
    return ImageRef(Text(hidden, text.at), text.span() or node.span, block.stage, key=key)


def _plausible(value: str, key: str) -> bool:
    return key in (*KEYS, *_SCHEME_KEYS) or "/" in value


def _is_image(value: str, key: str) -> bool:
    if _VARIABLE.search(value):
        return key in KEYS
    match = _IMAGE.fullmatch(value)
    if not match:
        return False
    return key in KEYS or ("/" in value and match.end("path") < len(value))
