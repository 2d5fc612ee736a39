"""What stands where in a TrainJob: its spec as a tree of entries, from the fields of a PyTorchJob."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cudamig.codemods.trainjob_launch import WITH_HOSTS, Variable
from cudamig.codemods.trainjob_sort import Kept, Sorted
from cudamig.codemods.trainjob_write import Entry, Groups, Items, slice_of
from cudamig.facts import kubeflow
from cudamig.hosts.manifest import ManifestDocument

MANAGER = "cudamig.local/pytorchjob"  # names the author of a patch; Trainer asks for a name with a domain


def spec(
    document: ManifestDocument,
    comments: Sorted,
    numbers: tuple[Entry, ...],
    variables: Iterable[Variable],
    hosts: Callable[[str], str],
) -> tuple[Entry, ...]:
    """The entries of ``spec``.

    ``comments``: the fields that move, and theirs. ``numbers``: numNodes and what goes with it. ``variables`` are
    added to env. ``hosts`` rewrites host names in the command and env.
    """
    more = tuple(_variable(variable) for variable in variables)

    def moved(prefix: str) -> tuple[Entry, ...]:
        fields = [(place, k) for place, k in comments.kept.items() if place.startswith(prefix)]
        return tuple(_moved(document, k, place, more, hosts) for place, k in fields)

    trainer = (*numbers, *moved("trainer."))
    if more and "trainer.env" not in comments.kept:
        trainer += (Entry("env", Items(more)),)
    node = moved("node.")
    pod = moved("pod.spec.")
    if node:
        pod += (Entry("containers", Items(((Entry("name", "node"), *node),))),)
    return (
        Entry("runtimeRef", (Entry("name", kubeflow.trainer().runtime),)),
        *moved("spec."),
        Entry("trainer", trainer, comments.top),
        *_patches(moved("pod.metadata."), pod),
    )


def _moved(document: ManifestDocument, kept: Kept, place: str, more: Groups, hosts: Callable[[str], str]) -> Entry:
    change = hosts if place in WITH_HOSTS else str
    grown = more if place == "trainer.env" else ()
    value = slice_of(document, kept, change, grown)
    return Entry(kept.field.name, value, kept.lead, kept.trail, grown)


def _variable(variable: Variable) -> tuple[Entry, ...]:
    if not variable.field:
        return Entry("name", variable.name), Entry("value", variable.value)
    source = Entry("fieldRef", (Entry("fieldPath", variable.field),))
    return Entry("name", variable.name), Entry("valueFrom", (source,))


def _patches(metadata: tuple[Entry, ...], pod: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """``runtimePatches`` for the pods of the runtime's one replicated job, if there is anything to patch."""
    template = tuple(Entry(key, value) for key, value in (("metadata", metadata), ("spec", pod)) if value)
    if not template:
        return ()
    job = (Entry("name", "node"), Entry("template", (Entry("spec", (Entry("template", template),)),)))
    runtime = Entry("spec", (Entry("replicatedJobs", Items((job,))),))
    patch = (Entry("manager", MANAGER), Entry("trainingRuntimeSpec", (Entry("template", (runtime,)),)))
    return (Entry("runtimePatches", Items((patch,))),)
