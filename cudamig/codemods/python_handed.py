"""What other files may take from a module."""

from __future__ import annotations

from cudamig.hosts.python import PythonDocument
from cudamig.hosts.python_scopes import Import


def handed_on(document: PythonDocument, found: Import) -> str:
    """How an import may reach other files, which read it by its local name; ``""`` where nothing says so."""
    names = document.names
    if found.scope is not names.module:
        return ""
    if found.local in names.exported:
        return f"`__all__` hands `{found.local}` on to other files"
    if found.alias.asname == found.alias.name:
        return f"`as {found.local}` hands `{found.local}` on to other files"
    if document.source.path.rpartition("/")[2] == "__init__.py":
        return f"a package's `__init__` may hand `{found.local}` on to other files"
    return ""
