"""One run over a tree: discover, read, scan, join the files, judge. Changes are laid over the tree in memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from cudamig import content, engine, pool, verdict
from cudamig.around import Around, find, work_tree
from cudamig.discover import Candidate, Skipped
from cudamig.engine import Fault, FileResult
from cudamig.hosts.cpp_files import Files, is_header
from cudamig.hosts.python_own import Packages
from cudamig.hosts.python_takers import Takers
from cudamig.model import Finding, Kept
from cudamig.request import Request, Result
from cudamig.rules.prefilter import Prefilter
from cudamig.source import MAX_BYTES, Source


class Session:
    """The files of a run; ``result`` can be asked again after changes were laid over them."""

    def __init__(self, request: Request, progress: Callable[[int, int], None] = lambda done, total: None) -> None:
        """Discover and scan. Raises ConfigError for a path that does not exist."""
        self.request = request
        self.changed: dict[str, bytes] = {}
        self._context = request.context()
        self._rules = request.rules.by_id()
        self._prefilter = Prefilter(request.rules.rules)
        found = find(request, request.paths)
        self._kinds = {file.path: file.kind for file in found.files}
        self._skipped = {skip.path: skip.reason for skip in found.skipped}
        around = Around(request, found.files)
        extra = [file for file in around.deciding() if file.path not in self._kinds]
        self._kinds.update((file.path, file.kind) for file in extra)
        self._outside = frozenset(file.path for file in extra)
        self._cpp = Files(around.headers(), self._peek)
        takers = Takers(around.modules, self._peek)
        self._context = self._context._replace(cpp=self._cpp, packages=Packages(work_tree()), takers=takers)
        self._results = {f.path: FileResult(f.path, "", faults=(Fault(*f),)) for f in found.failed}
        self._scan([*found.files, *extra], progress)

    def read(self, path: str) -> bytes:
        """Bytes of a file, with the changes laid over it. Raises OSError."""
        if path in self.changed:
            return self.changed[path]
        with open(path, "rb") as handle:
            return handle.read()

    def source(self, path: str) -> Source:
        """A scanned file as text. Raises OSError and Unreadable."""
        return Source(path, self.read(path), self._kinds[path])

    def lay(self, changes: dict[str, bytes | None]) -> None:
        """Lay changed bytes over files (None takes a change back) and scan those files again."""
        for path, raw in changes.items():
            if raw is None:
                self.changed.pop(path, None)
            else:
                self.changed[path] = raw
        for path in self._touched(changes):
            raw = self.read(path)
            rules = self._prefilter.hits(self._kinds[path], raw)
            self._results[path] = engine.scan(path, self._kinds[path], raw, rules, self._context)

    def _touched(self, paths: Iterable[str]) -> list[str]:
        """Files whose findings may be others now: those of ``paths``, and for C++ what they include and who does."""
        out = dict.fromkeys(paths)
        sources = [path for path in out if self._kinds[path] == "cpp"]
        for path in sources:
            self._cpp.forget(path)
        for path in sources:
            near = (*self._cpp.seen(path), *self._cpp.users(path))
            out.update(dict.fromkeys(other for other in near if other in self._results))
        return list(out)

    def result(self) -> Result:
        """What holds now, over all files together."""
        results = [self._results[path] for path in sorted(self._results)]
        found = [finding for result in results for finding in result.findings]
        if any(is_header(finding.path) for finding in found):
            from cudamig import cpp_units

            found = [*cpp_units.told(found, self._cpp)]
        faults = [fault for result in results for fault in result.faults]
        kept: list[Kept] = []
        try:
            joined, kept = self._joined(results)
            found += joined
        except Exception as error:
            faults.append(Fault("", f"joining the files failed: {type(error).__name__}: {error}"))
        ignores = [ignore for result in results for ignore in result.ignores]
        judged = verdict.judge(found, ignores, self.request, self._outside, self.source)
        return Result(
            request=self.request,
            files=tuple(Candidate(p, self._kinds[p]) for p in sorted(self._kinds) if p not in self._outside),
            findings=judged.findings,
            suppressed=judged.suppressed,
            skipped=tuple(Skipped(path, self._skipped[path]) for path in sorted(self._skipped)),
            unread=tuple(Skipped(r.path, r.unread) for r in results if r.unread and r.path not in self._outside),
            faults=tuple(faults),
            kept=tuple(sorted(item for item in kept if item.path not in self._outside)),
        )

    def _joined(self, results: list[FileResult]) -> tuple[list[Finding], list[Kept]]:
        """Findings on what only all files together tell; without a place that names a stack there are none."""
        if not any(result.nodes for result in results):
            return [], []
        from cudamig import project

        return project.check(results, self.request.rules, self._context, self._peek)

    def _peek(self, path: str) -> bytes | None:
        """Bytes of any file of the tree, or None; what is no plain file (a pipe) might never end."""
        try:
            return self.read(path) if path in self.changed or os.path.isfile(path) else None
        except OSError:
            return None

    def _scan(self, files: list[Candidate], progress: Callable[[int, int], None]) -> None:
        done = 0

        def tick() -> None:
            nonlocal done
            done += 1
            progress(done, len(files))

        for result in pool.run(self._jobs(files, tick), self._rules, self._context, self.request.jobs, tick):
            if result.findings or result.nodes or result.ignores or result.faults or result.unread:
                self._results[result.path] = result

    def _jobs(self, files: list[Candidate], tick: Callable[[], None]) -> Iterator[pool.Job]:
        for path, kind in files:
            raw = self._bytes(path, kind)
            kind = self._kinds.get(path, kind)
            rules = engine.wanted(kind, raw, self._prefilter) if raw is not None else None
            if raw is None or rules is None:
                tick()
                continue
            yield pool.Job(path, kind, raw, tuple(rule.id for rule in rules))

    def _bytes(self, path: str, kind: str) -> bytes | None:
        """A file's bytes, or None when it is not scanned; the reason goes where it belongs."""
        try:
            with open(path, "rb") as handle:
                raw = handle.read((content.MAX_BYTES if kind in content.NAMELESS else MAX_BYTES) + 1)
        except OSError as error:
            message = f"cannot be read: {error.strerror}"
            self._results[path] = FileResult(path, kind, faults=(Fault(path, message),))
            return None
        if kind in content.NAMELESS:
            return self._by_content(path, kind, raw)
        if len(raw) > MAX_BYTES:
            self._skipped[path] = f"larger than {MAX_BYTES // 1_000_000} MB"
            del self._kinds[path]
            return None
        return raw

    def _by_content(self, path: str, asked: str, raw: bytes) -> bytes | None:
        """The bytes of a file that turns out to be of a kind that a host reads; None for any other."""
        kind = content.kind(asked, raw)
        if kind:
            self._kinds[path] = kind
            return raw
        del self._kinds[path]
        if path in self.request.paths:
            self._skipped[path] = "no host reads this kind of file"
        return None
