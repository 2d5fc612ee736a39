"""What other files may take from a module."""

from __future__ import annotations

import re

from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_scopes import CLASS, Import


def handed_on(document: PythonDocument, found: Import) -> str:
    """How an import may reach other readers, who go by its local name; ``""`` where nothing says so."""
    names, local = document.names, found.local
    if re.search(rf"#\s*type:[^\r\n#]*\b{local}\b", document.source.text):
        return f"a type comment names `{local}`"
    if found.scope.kind == CLASS:
        return f"the class hands `{local}` on"
    if found.scope is not names.module:
        return ""
    if local in names.exported:
        return f"`__all__` hands `{local}` on to other files"
    if found.alias.asname == found.alias.name:
        return f"`as {local}` hands `{local}` on to other files"
    if document.source.path.rpartition("/")[2] == "__init__.py":
        return f"a package's `__init__` may hand `{local}` on to other files"
    taker = document.takers.taker(document.source.path, local) if document.takers else ""
    return f"{taker} takes `{local}` from here" if taker else ""
