"""What ``cudamig target diff`` says: each component that changes, and what the second target newly demands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cudamig.facts import demands
from cudamig.facts.targets import Target
from cudamig.report.stack import LABELS, value


def payload(old: Target, new: Target) -> dict[str, Any]:
    """The differences as JSON holds them."""
    refused, unknown = demands.images(old.cuda, new.cuda)
    return {
        "from": old.name,
        "to": new.name,
        "changes": [
            {"field": field, "from": value(old, field), "to": value(new, field)} for field, _ in _changed(old, new)
        ],
        "demands": demands.new(demands.of(old), new),
        "image_gate": {"newly_refused": refused, "not_known": unknown or None},
    }


def text(old: Target, new: Target, paint: Callable[..., str]) -> str:
    """The differences as text."""
    rows = _changed(old, new)
    lines = [paint(f"{old.name} -> {new.name}", bold=True)]
    width = max((len(label) for _, label in rows), default=0)
    lines += [f"  {label:<{width}}  {value(old, field)} -> {value(new, field)}" for field, label in rows]
    lines += [] if rows else ["  nothing changes"]
    lines += ["", paint("newly demanded", bold=True), *(f"  {row}" for row in _demanded(old, new))]
    return "\n".join(lines)


def _changed(old: Target, new: Target) -> list[tuple[str, str]]:
    return [(field, label) for field, label in LABELS if getattr(old, field) != getattr(new, field)]


def _demanded(old: Target, new: Target) -> list[str]:
    refused, unknown = demands.images(old.cuda, new.cuda)
    rows = demands.new(demands.of(old), new)
    if refused:
        rows.append(f"nvidia/cuda images: no driver of branch {', '.join(refused)} starts them any more")
    if unknown:
        rows.append(f"nvidia/cuda images: {unknown}")
    return rows or ["nothing"]
