"""What ``cudamig target resolve`` says: the row that fits, or for every row the constraint that is in the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from cudamig.facts.fits import Fit, Reason
from cudamig.facts.fleet import Fleet, best
from cudamig.facts.targets import Target


def choose(fits: Sequence[Fit]) -> Target | None:
    """The best row: one that fits with images too, else one whose wheels run, else None."""
    whole = best([fit.target for fit in fits if fit.whole])
    return whole or best([fit.target for fit in fits if not fit.wheels])


def payload(fleet: Fleet, fits: Sequence[Fit]) -> dict[str, Any]:
    """The answer as JSON holds it."""
    chosen = choose(fits)
    return {
        "asked": {
            "drivers": fleet.drivers,
            "gpus": [{"name": gpu.name, "capability": gpu.capability} for gpu in fleet.gpus],
            "geforce": fleet.geforce,
            "python": fleet.python,
            "os": fleet.systems,
            "max_cuda": fleet.max_cuda or None,
        },
        "best": chosen.name if chosen else None,
        "rows": [
            {
                "name": fit.target.name,
                "wheels": {"fit": not fit.wheels, "excluded_by": _reasons(fit.wheels)},
                "image": {"fit": not fit.image, "excluded_by": _reasons(fit.image)},
                "notes": _reasons(fit.notes),
            }
            for fit in fits
        ],
    }


def _reasons(items: Iterable[Reason]) -> list[dict[str, str]]:
    return [reason._asdict() for reason in items]


def text(fleet: Fleet, fits: Sequence[Fit]) -> str:
    """The answer as text; sources are numbered and stand at the end."""
    chosen = choose(fits)
    lines, sources = [f"asked: {fleet}", ""], _Sources()
    if chosen:
        lines += _chosen(next(fit for fit in fits if fit.target is chosen), fits, sources)
    else:
        lines += ["none of the targets fits"]
    for fit in fits:
        if fit.target is not chosen:
            lines += ["", *_row(fit, sources)]
    numbered = [f"  [{number}] {source}" for source, number in sources.items()]
    return "\n".join([*lines, *(["", "sources", *numbered] if numbered else [])])


class _Sources(dict[str, int]):
    """Sources in the order in which they are first named, with their numbers."""

    def said(self, reason: Reason) -> str:
        """A reason with the number of its source."""
        return f"{reason.text} [{self.setdefault(reason.source, len(self) + 1)}]"


def _chosen(fit: Fit, fits: Sequence[Fit], sources: _Sources) -> list[str]:
    row = fit.target
    pins = f"torch=={row.torch} torchvision=={row.torchvision} torchaudio=={row.torchaudio}"
    lines = [f"best: {row.name}: {row.title}", f"  wheels: {pins} from {row.index_url}"]
    if fit.image:
        lines += _excluded("images", fit.image, sources)
    else:
        lines.append(f"  images: nvidia/cuda:{row.cuda}; `cudamig target show {row.name}` lists them")
    lines += [f"  note: {sources.said(reason)}" for reason in fit.notes]
    lines += [f"  note: {note}" for note in row.notes]
    lines += [f"  end: {row.end}", f"  next: {row.next}"]
    alone = [other.target.name for other in fits if other.image and not other.wheels and other is not fit]
    return lines + ([f"  without nvidia/cuda images: {', '.join(alone)} too"] if alone else [])


def _row(fit: Fit, sources: _Sources) -> list[str]:
    row = fit.target
    if fit.whole:
        return [f"{row.name}: fits too"]
    lines = [f"{row.name}: {'wheels fit, images do not' if not fit.wheels else 'excluded'}"]
    lines += [*_excluded("wheels", fit.wheels, sources), *_excluded("images", fit.image, sources)]
    return lines + [f"  note: {sources.said(reason)}" for reason in fit.notes]


def _excluded(what: str, reasons: Iterable[Reason], sources: _Sources) -> list[str]:
    return [f"  {what}: {sources.said(reason)}" for reason in reasons]
