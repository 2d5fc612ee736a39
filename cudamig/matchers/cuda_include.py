"""``cuda-include``: a header of the CUDA toolkit that moved. Rule arguments: ``moved``, old -> new.

Only in angle brackets: the toolkit's names are plain ones (``math_functions.h``), and in quotes they are somebody's
own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cudamig.hosts.cpp import CppDocument
from cudamig.matchers import cpp_include
from cudamig.matchers.cuda_places import for_hip
from cudamig.model import Finding
from cudamig.rules.model import Context, Rule


def match(document: CppDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Includes of headers that are no longer where they were."""
    own = {include.span for include in document.includes if include.quote == '"'}
    for found in cpp_include.match(document, rules, context):
        if found.span not in own and not for_hip(document, found.span.start):
            yield found
