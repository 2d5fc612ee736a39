"""A target as a page and as an object: every field with its source, and the image tags that carry it."""

from __future__ import annotations

from typing import Any

from cudamig.facts import store
from cudamig.facts.targets import Target
from cudamig.facts.versions import minor

LABELS = (
    ("cuda", "CUDA toolkit and images"),
    ("wheels", "wheel index"),
    ("torch", "torch"),
    ("torchvision", "torchvision"),
    ("torchaudio", "torchaudio"),
    ("cudnn", "cuDNN in the wheels"),
    ("cupy", "CuPy"),
    ("lightning", "Lightning"),
    ("python", "Python"),
    ("driver", "Linux driver"),
    ("gpus", "GPUs (compute capability)"),
    ("cxx", "C++ standard of torch's headers"),
    ("trainer", "Kubeflow Trainer API"),
)


def payload(row: Target) -> dict[str, Any]:
    """A target as JSON holds it: the fields of its file under rules/targets/, and its index URL."""
    fields = row._asdict()
    fields["own"] = row.own or None
    return {**fields, "cupy": {"package": row.cupy[0], "version": row.cupy[1]}, "index_url": row.index_url}


def images(row: Target) -> list[str]:
    """Tags on Docker Hub that carry the target, as the table facts/images.yaml lists them.

    A tag that only its scheme speaks for ends in `` (derived)``.
    """
    table = store.load("facts-images")
    return [*_cuda_images(table["nvidia/cuda"], row.cuda), *_torch_images(table["pytorch/pytorch"], row)]


def _cuda_images(table: dict[str, Any], cuda: str) -> list[str]:
    listed = table["tags"].get(cuda)
    if listed:
        return [f"nvidia/cuda:{cuda}-{flavour}-{system}" for system in listed for flavour in listed[system]]
    version = table["versions"].get(cuda, {})
    flavours = ["base", "runtime", "devel"]
    flavours += [f"{version['cudnn']}-{kind}" for kind in ("runtime", "devel")] if version.get("cudnn") else []
    systems = version.get("os", ())
    return [f"nvidia/cuda:{cuda}-{flavour}-{system} (derived)" for system in systems for flavour in flavours]


def _torch_images(table: dict[str, Any], row: Target) -> list[str]:
    release = table["releases"].get(row.torch, {})
    if minor(row.cuda) not in release.get("cuda", ()):
        return []
    note = "" if release["confidence"] == "quoted" else f" ({release['confidence']})"
    stem = f"pytorch/pytorch:{row.torch}-cuda{minor(row.cuda)}-{release['cudnn']}"
    return [f"{stem}-{kind}{note}" for kind in ("runtime", "devel")]


def markdown(row: Target) -> str:
    """The page of a target."""
    source = _sources(row)
    rows = [(label, value(row, field), source.get(field, "")) for field, label in LABELS]
    prose = [source[name] for name in ("end", "next", "notes") if name in source]
    parts = [
        f"# {row.name}: {row.title}",
        row.summary,
        f"Defined in {row.own}." if row.own else "",
        "\n".join(f"- **{label}:** {value}" + (f" ({where})" if where else "") for label, value, where in rows),
        "\n".join((f"- **end of support:** {row.end}", f"- **next:** {row.next}")),
        "## Notes\n\n" + "\n".join(f"- {note}" for note in row.notes) if row.notes else "",
        "## Images\n\n" + "\n".join(f"- `{tag}`" for tag in images(row)),
        f"End, next and notes: {'; '.join(dict.fromkeys(prose))}." if prose else "",
        f"Sources read {row.checked}, where they give no other date.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def value(row: Target, field: str) -> str:
    """A field in words."""
    plain = getattr(row, field)
    if field == "cupy":
        return f"{plain[0]} {plain[1]}"
    if field == "wheels":
        return f"{plain}, {row.index_url}"
    if isinstance(plain, tuple):
        return f"{plain[0]} to {plain[1]}"
    return f"{plain} or newer" if field == "driver" else str(plain)


def _sources(row: Target) -> dict[str, str]:
    """Source by field; one entry of a target file may speak of several fields."""
    return {field.strip(): source for fields, source in row.sources.items() for field in fields.split(",")}
