"""What all files together say of one: what installs it, what it installs, which indexes reach it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from cudamig.engine import FileResult
from cudamig.nodes import ANY_SCOPE, ImageRef, IndexOption, IndexUse, Requirement
from cudamig.project import branches, links
from cudamig.project.links import Link


class Tree:
    """The files that name something, by path, and the links between them."""

    def __init__(self, results: Sequence[FileResult]) -> None:
        """``results``: of all files of a run."""
        self.files = {result.path: result for result in results if result.nodes}
        listed = [path for path, result in self.files.items() if result.kind in links.LISTS]
        scripts = [path for path, result in self.files.items() if result.kind in branches.KINDS]
        out = {path: list(links.find(path, r.kind, r.nodes, listed, scripts)) for path, r in self.files.items()}
        self._reached = links.incoming(link for group in out.values() for link in group)
        self.installs: Mapping[str, list[str]] = {path: links.closure(path, out) for path in self.files}
        self.inherited: Mapping[str, list[IndexOption]] = {path: list(self._inherited(path)) for path in self.files}

    def on_cuda(self, path: str) -> bool:
        """Whether a file is a build on a CUDA image, or only such builds install it."""
        if path in self._cuda:
            return True
        seen = {link.source for link in self._installers(path)}
        builds = {source for source in seen if self.files[source].kind in links.BUILDS}
        return bool(builds) and builds <= self._cuda

    def built(self, path: str) -> bool:
        """Whether a build installs or runs the file."""
        return any(self.files[link.source].kind in links.BUILDS for link in self._reached.get(path, ()))

    def runs_pip(self, path: str) -> bool:
        """Whether a script that the file runs installs with pip."""
        below = [self.files[other] for other in self.installs[path][1:]]
        return any(isinstance(n, Requirement) for file in below if file.kind in branches.KINDS for n in file.nodes)

    def pins(self, path: str) -> list[Requirement]:
        """The requirements of a file and of all that it installs."""
        return [n for file in self.installs[path] for n in self.files[file].nodes if isinstance(n, Requirement)]

    def in_pieces(self, path: str) -> bool:
        """Whether a Dockerfile stands in a folder with a piece of one, that has no FROM."""
        return self.files[path].kind == "dockerfile" and posixpath.dirname(path) in self._pieces

    @cached_property
    def _cuda(self) -> frozenset[str]:
        return frozenset(path for path, r in self.files.items() if r.kind in links.BUILDS and _on_cuda(r))

    @cached_property
    def _pieces(self) -> frozenset[str]:
        dockerfiles = [(path, r) for path, r in self.files.items() if r.kind == "dockerfile"]
        return frozenset(posixpath.dirname(path) for path, result in dockerfiles if _is_piece(result))

    @cached_property
    def index_names(self) -> frozenset[str]:
        """Names of indexes that a file uses and does not declare."""
        found = set()
        for result in self.files.values():
            own = {node.name.value for node in result.nodes if isinstance(node, IndexOption)}
            found |= {node.name.value for node in result.nodes if isinstance(node, IndexUse)} - own
        return frozenset(found)

    def _installers(self, path: str) -> list[Link]:
        """The links by which ``path`` is installed, over all steps."""
        seen, todo, found = {path}, [path], []
        while todo:
            for link in self._reached.get(todo.pop(), ()):
                found.append(link)
                if link.source not in seen:
                    seen.add(link.source)
                    todo.append(link.source)
        return found

    def _inherited(self, path: str) -> Iterator[IndexOption]:
        """Index options of the commands and files that install ``path``."""
        for link in self._installers(path):
            for node in self.files[link.source].nodes:
                if isinstance(node, IndexOption) and (
                    ANY_SCOPE in (node.scope, link.scope) or node.scope == link.scope
                ):
                    yield node


def _is_piece(result: FileResult) -> bool:
    return not any(isinstance(node, ImageRef) and not node.key for node in result.nodes)


def _on_cuda(result: FileResult) -> bool:
    return any(isinstance(node, ImageRef) and "cuda" in node.text.value for node in result.nodes)
