"""Places in YAML are true, whatever the file; what cannot be read is said, and nothing recurses."""

from __future__ import annotations

import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cudamig import hosts
from cudamig.hosts import NotUnderstood
from cudamig.hosts.manifest import ManifestDocument, parse
from cudamig.hosts.yaml_mask import mask
from cudamig.hosts.yaml_nodes import Alias, Canon, Mapping, Scalar, Sequence, walk
from cudamig.nodes import Generated, ImageRef
from cudamig.source import Source


def document(text: str) -> ManifestDocument:
    return parse(Source("a.yaml", text.encode(), "yaml"))


def images(text: str) -> list[ImageRef]:
    return [node for node in document(text).nodes if isinstance(node, ImageRef)]


def scalars(text: str) -> list[tuple[str, str]]:
    """Value and slice of every scalar."""
    doc = document(text)
    return [(n.value, doc.source.slice(n.span)) for root in doc.documents for n in walk(root) if isinstance(n, Scalar)]


def test_places_after_emoji_and_with_any_line_end() -> None:
    text = "# \U0001f600\r\na: \U0001f600 x\r\n\"b\": 'it''s'\n? c\r: &d !!str e\n"
    assert scalars(text) == [
        ("a", "a"),
        ("\U0001f600 x",) * 2,
        ("b", '"b"'),
        ("it's", "'it''s'"),
        ("c", "c"),
        ("e", "&d !!str e"),
    ]


def test_a_block_ends_with_its_last_line() -> None:
    assert [piece for _, piece in scalars("a: |\n  x\n\n\nb: >-\n  y\n# c\nd: |+\n  z\n\n\n")] == [
        "a",
        "|\n  x",
        "b",
        ">-\n  y",
        "d",
        "|+\n  z\n\n",
    ]


def test_a_collection_ends_with_its_last_item() -> None:
    doc = document("a:\n  - b: {c: d}  # e\n\n# f\ng: []\n")
    (root,) = doc.documents
    assert isinstance(root, Mapping)
    below = [doc.source.slice(value.span) for _, value in root.items]
    assert below == ["- b: {c: d}", "[]"]


def test_documents_directives_and_empty_ones() -> None:
    assert len(document("%YAML 1.1\n---\na: 1\n...\n---\n---\nb: 2").documents) == 3
    assert document("").documents == []
    assert document("# nothing\n").documents == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\nb: 'x\n", "line 2"),
        ("a:\n\t- b\n", "line 2"),
        ("a: b: c\n", "line 1"),
        ("a: *b\n", "line 1: alias *b"),
        ("a: &b [*b]\n", "alias *b"),
        ("a: \x07\n", "control characters"),
        ("a: b\n  {{ x }}\n c: d\n", "template"),
    ],
)
def test_what_cannot_be_read(text: str, words: str) -> None:
    with pytest.raises(NotUnderstood, match=words.replace("*", r"\*")):
        document(text)


@pytest.mark.parametrize("text", ["a: " + "[" * 5000 + "]" * 5000, "- " * 5000 + "x", "{a: " * 5000, "[" * 1_000_000])
def test_deep_nesting(text: str) -> None:
    start = time.perf_counter()
    with pytest.raises(NotUnderstood, match="nested too deeply"):
        hosts.parse(Source("a.yaml", text.encode(), "yaml"))
    assert time.perf_counter() - start < 5


def test_alias_bomb() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 60)]
    doc = document("\n".join(lines))
    (root,) = doc.documents
    assert len(list(walk(root))) == 1 + 60 * 2 + 2 + 59 * 9
    canon = Canon()
    numbers = [canon.number(value) for _, value in root.items] if isinstance(root, Mapping) else []
    assert len(set(numbers)) == 60


def test_aliases_are_leaves_and_anchors_end_with_their_document() -> None:
    (root,) = document("a: &x {b: c}\nd: *x\n").documents
    assert isinstance(root, Mapping)
    assert isinstance(root.items[1][1], Alias)
    assert root.get("d") is root.get("a")
    with pytest.raises(NotUnderstood):
        document("a: &x 1\n---\nb: *x\n")


def test_canon_sees_data_only() -> None:
    def number(text: str) -> int:
        (root,) = document(text).documents
        return canon.number(root)

    canon = Canon()
    assert number("{a: 'x', b: [1, ~]}") == number("b:\n- 1\n-\na: x\n")
    assert number("a: 1") != number("a: '1'")
    assert number("[a, b]") != number("[b, a]")
    assert number("a: &x [1]\nb: *x") == number("a: [1]\nb: [1]")


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=12),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
        max_leaves=12,
    ),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
)
def test_tree_agrees_with_a_composer(data: object, flow: bool, newline: str) -> None:
    text = yaml.safe_dump(data, default_flow_style=flow, allow_unicode=True, line_break=newline)
    (root,) = document(text).documents if "{{" not in text and "{%" not in text else (None,)
    todo = [(root, yaml.compose(text))] if root else []
    while todo:
        mine, theirs = todo.pop()
        if isinstance(mine, Scalar):
            assert isinstance(theirs, yaml.ScalarNode)
            assert (mine.value, mine.tag) == (theirs.value, theirs.tag)
            assert mine.span.start == theirs.start_mark.index
        elif isinstance(mine, Sequence):
            todo += zip(mine.items, theirs.value, strict=True)
        elif isinstance(mine, Mapping):
            todo += [pair for (a, b), (c, d) in zip(mine.items, theirs.value, strict=True) for pair in ((a, c), (b, d))]
        else:
            assert isinstance(mine, Alias)


def test_images() -> None:
    found = images(
        """\
image: nvidia/cuda
spec:
  image: "nvidia/cuda:12.1.0-base"
  container: 'ubuntu'
  matrix:
    base: [nvcr.io/nvidia/pytorch:23.01-py3, python:3.10]
  other: localhost:5000/a/b_c:1.0@sha256:0000000000000000000000000000000000000000000000000000000000000000
  url: https://example.com/a:1
  path: a/b
  time: 12:30
  note: see nvidia/cuda:12.1.0-base
"""
    )
    assert [(ref.key, ref.text.value, ref.text.known) for ref in found] == [
        ("image", "nvidia/cuda", True),
        ("image", "nvidia/cuda:12.1.0-base", True),
        ("container", "ubuntu", True),
        ("base", "nvcr.io/nvidia/pytorch:23.01-py3", True),
        ("other", "localhost:5000/a/b_c:1.0@sha256:" + "0" * 64, True),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "# \U0001f600\r\nimage: &a nvidia/cuda:12.1.0-base # x\r\n",
        "image: 'nvidia/cuda:12.1.0-base'",
        'image: !!str "nvidia/cuda:12.1.0-base"\n',
        "{image: nvidia/cuda:12.1.0-base}",
    ],
)
def test_the_characters_of_an_image(text: str) -> None:
    (ref,) = images(text)
    assert text[ref.span.start : ref.span.end] == "nvidia/cuda:12.1.0-base"
    assert "".join(text[offset] for offset in ref.text.at) == ref.text.value
    assert ref.text.known


@pytest.mark.parametrize(
    "text",
    [
        'image: "nvidia/cuda:12.1.0\\x2dbase"',
        "image: >-\n  nvidia/cuda:12.1.0-base\n",
        "image: ${BASE}",
        "image: nvidia/cuda:$(TAG)",
        "image: '{{ .Values.image }}'",
        "image: {{ .Values.repo }}:{{ .Values.tag }}",
    ],
)
def test_an_image_that_does_not_stand_there(text: str) -> None:
    (ref,) = images(text)
    assert not (ref.text.known and ref.text.span())


def test_an_alias_is_no_second_image() -> None:
    assert len(images("a: &i nvidia/cuda:1\nb: *i\n")) == 1


@pytest.mark.parametrize(
    ("text", "generated"),
    [
        ("# This file is automatically generated by gen.py. DO NOT EDIT!\na: b\n", True),
        ("---\n\n# Autogenerated\na: b\n", True),
        ("a: b # do not edit\n", True),
        ("note: do not edit\n", False),
        ("#\n" * 10 + "# do not edit\na: b\n", False),
    ],
)
def test_generated(text: str, generated: bool) -> None:
    assert any(isinstance(node, Generated) for node in document(text).nodes) is generated


def test_templates_keep_their_places() -> None:
    text = (
        "{{- if .Values.a }}\nname: {{ .Release.Name }}-x\r\n"
        "list:\n  {{- range .l }}\n  - {{ . | quote }}\n  {{- end }}\n"
        '"{{ .key }}": "a {{ .b }}"\n{{- /* two\nlines */ -}}\n{% for x in y %}\nlast: 1\n{% endfor %}\n{{- end }}\n'
    )
    masked, actions = mask(text)
    assert len(masked) == len(text)
    assert [i for i, c in enumerate(masked) if c in "\r\n"] == [i for i, c in enumerate(text) if c in "\r\n"]
    assert all(text[a.span.start] == "{" and text[a.span.end - 1] == "}" for a in actions)
    found = scalars(text)
    assert ("{{ .Release.Name }}-x", "{{ .Release.Name }}-x") in found
    assert ("a {{ .b }}", '"a {{ .b }}"') in found
    assert ("last", "last") in found
    plain = [text[a.span.start : a.span.end] for a in actions if not a.control]
    assert plain == ["{{ .Release.Name }}", "{{ . | quote }}", "{{ .key }}", "{{ .b }}"]


def test_code_of_a_template_in_block_text_is_no_template() -> None:
    doc = document("code: |\n  {% for x in y %}\n  {{ x }}\n  {% endfor %}\nb: 1\n")
    assert doc.actions == ()
    assert doc.masked == doc.source.text


def test_github_expressions() -> None:
    (ref,) = images("jobs:\n  a:\n    container: ${{ matrix.image }}\n    if: ${{ github.ref }}\n")
    assert (ref.key, ref.text.known) == ("container", False)
