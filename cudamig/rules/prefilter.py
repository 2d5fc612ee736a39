"""Which rules may apply to a file, by the literal words that they anchor on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from cudamig.rules.model import Rule

_NAME = re.compile(rb"\w+", re.ASCII)
_APART = bytes(code if code < 128 and (chr(code).isalnum() or chr(code) == "_") else ord(" ") for code in range(256))


class _Word(NamedTuple):
    """A word of an anchor. Names are the stretches of letters, digits and underscores in it."""

    literal: bytes
    pattern: re.Pattern[bytes] | None  # where the word has to end in a text as it does here
    whole: tuple[bytes, ...]  # names that stand in the text as they are here
    names: tuple[bytes, ...]  # all of them: one at an end of the word may be part of a longer one

    @classmethod
    def of(cls, word: str) -> _Word:
        """``\\b`` at one of its ends asks for the end of a name there."""
        literal = word.removeprefix(r"\b").removesuffix(r"\b").encode("ascii")
        left, right = word.startswith(r"\b"), word.endswith(r"\b")
        pattern = (rb"\b" if left else b"") + re.escape(literal) + (rb"\b" if right else b"")
        found = list(_NAME.finditer(literal))
        whole = [m for m in found if (left or m.start() > 0) and (right or m.end() < len(literal))]
        names = (tuple(match.group() for match in matches) for matches in (whole, found))
        return cls(literal, re.compile(pattern) if left or right else None, *names)

    def occurs(self, raw: bytes) -> bool:
        """Whether a text has the word."""
        return self.literal in raw and (self.pattern is None or self.pattern.search(raw) is not None)


class _Anchor(NamedTuple):
    """Words that must all occur, and the rules that ask for them."""

    words: tuple[_Word, ...]
    rules: list[Rule]

    @property
    def name(self) -> bytes:
        """A name that stands as it is in every text with these words; empty where there is none."""
        return next((name for word in self.words for name in word.whole), b"")


class Prefilter:
    """Which rules may apply to a file. Never says no wrongly."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """``rules``: those in force."""
        asked: dict[tuple[str, tuple[str, ...]], list[Rule]] = {}
        for rule in rules:
            for kind in rule.kinds:
                for anchor in rule.anchors:
                    asked.setdefault((kind, anchor), []).append(rule)
        words = {word: _Word.of(word) for _, anchor in asked for word in anchor}
        self._by_kind: dict[str, dict[bytes, list[_Anchor]]] = {}
        for (kind, texts), asking in asked.items():
            made = _Anchor(tuple(words[text] for text in texts), asking)
            self._by_kind.setdefault(kind, {}).setdefault(made.name, []).append(made)

    def hits(self, kind: str, raw: bytes) -> list[Rule]:
        """The rules of which an anchor occurs in ``raw`` (all its words), each once, in order of id."""
        anchors = self._by_kind.get(kind)
        if not anchors:
            return []
        names = set(raw.translate(_APART).split())  # each once: far shorter than the text
        joined = b" ".join(names)
        found: dict[str, Rule] = {}
        seen: dict[int, bool] = {}
        names.add(b"")
        for name in anchors.keys() & names:
            for anchor in anchors[name]:
                for word in anchor.words:
                    key = id(word)
                    if key not in seen:
                        seen[key] = all(map(joined.__contains__, word.names)) and word.occurs(raw)
                    if not seen[key]:
                        break
                else:
                    found.update((rule.id, rule) for rule in anchor.rules)
        return [found[name] for name in sorted(found)]
