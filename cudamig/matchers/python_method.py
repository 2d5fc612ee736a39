"""Methods and attributes that change: places whose object no import resolves, judged by what is known of the object.

``form`` says what a rule looks for, and which keys it has:

- ``number-first``: calls whose number became a keyword. ``methods`` and ``functions`` (below torch): the positional
  arguments of the old call, ``"alpha=, other"``; ``"..., or ..."`` between several layouts. ``common``: methods that
  other objects have as well, so that the receiver must surely be a tensor.
- ``call``: methods that became functions, or have another name. ``methods``: name -> ``write``, what to write for the
  literal value of ``parameter`` (``default`` where it is not given), with ``{}`` for the receiver; ``receiver``:
  ``iterator``, else tensors; ``then``: only where this is called on the result; ``known``: also receivers of which
  nothing is known, as nothing else has such a method. ``not-with``: packages, and ``unless``: attributes, beside which
  nothing is found.
- ``mask``: masks of bytes given to ``methods``, or to the functions of that name.
- ``minus``: a truth value taken from a number.
- ``item``: ``x.data[0]`` where a word of the name of ``x`` is one of ``words``.
- ``store``: assignments to ``attributes`` of tensors.
- ``static``: classes below ``bases`` whose ``methods`` are not static.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence

from cudamig.codemods import python_masks, python_number_first, python_old_style, python_receiver
from cudamig.codemods.python_scene import Scene, Seen
from cudamig.facts import store
from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_tensor_words import Words
from cudamig.hosts.python_tensors import Tensors
from cudamig.model import Finding
from cudamig.rules.model import Context, Rule

_LIBRARY = "torch"
_ALIKE = frozenset(("paddle", "oneflow", "jittor", "mindspore"))  # whose tensors have methods of the same names
_FORMS: dict[str, Callable[[Scene, Rule], Iterator[Seen]]] = {
    "number-first": python_number_first.find,
    "call": python_receiver.find,
    "mask": python_masks.masks,
    "minus": python_masks.minus,
    "item": python_old_style.items,
    "store": python_old_style.stores,
    "static": python_old_style.classes,
}


def match(document: PythonDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Findings for methods and attributes, unless written for some versions only.

    A module that does not import torch may still do arithmetic with what are tensors by their other methods.
    """
    packages = {found.target.partition(".")[0] for found in document.names.imports}
    if packages & _ALIKE:
        return
    tensors = Tensors(document.names, Words.read(store.load("facts-tensors")))
    scene = Scene(document, tensors, frozenset(packages), document.names.every)
    for rule in rules if _LIBRARY in packages else (rule for rule in rules if rule.args["form"] == "number-first"):
        for seen in _FORMS[rule.args["form"]](scene, rule):
            chain = scene.chain(seen.node)
            if chain and document.names.guarded(chain, _LIBRARY):
                continue
            node = (
                document.names.formatted.get(id(seen.node), seen.node) if isinstance(seen.node, ast.expr) else seen.node
            )
            message = str(rule.args["message"]).format(name=seen.name)
            yield context.finding(rule, document.source.path, document.span(node), message, seen.fix)
