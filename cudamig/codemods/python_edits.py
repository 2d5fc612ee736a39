"""Edits on a module's text as they are collected."""

from __future__ import annotations

from cudamig.hosts.python import PythonDocument
from cudamig.model import Edit, Span


class Edits:
    """Collects edits; insertions at one place become one edit, in the order in which they came."""

    def __init__(self, document: PythonDocument) -> None:
        self.document, self.text = document, document.source.text
        self._at: dict[Span, str] = {}

    def insert(self, offset: int, text: str) -> None:
        if not text:
            return
        span = Span(offset, offset)
        self._at[span] = self._at.get(span, "") + text

    def put(self, span: Span, text: str) -> None:
        self._at[span] = text

    def all(self) -> list[Edit]:
        return [Edit(self.document.source.path, span, text) for span, text in sorted(self._at.items())]
