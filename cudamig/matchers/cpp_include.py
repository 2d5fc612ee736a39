"""``cpp-include``: a header that moved, or one that is gone.

Rule arguments, one of:
- ``moved``: old -> new, with ``needs`` for what the old ones once brought along;
- ``gone``: headers that are replaced by what the file uses of them. ``names`` are patterns of the identifiers that went
  with them (while one is left, a person decides). ``needs`` are rows of ``header``, the ``words`` that it declares
  (``cublas*`` is a prefix, ``cuda::`` a namespace,
  ``at::f`` a name in one), ``brought-by``, ``in-headers`` (a header of the repository needs it
  in any case, for the files that include it) and ``by-nvcc`` (nvcc brings it to what it compiles). Headers that match
  ``unclear`` are gone too, with no list of what they declared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cudamig.hosts.cpp import CppDocument, Include
from cudamig.hosts.cpp_files import is_header
from cudamig.matchers.cpp_headers import for_nvcc, has, indentation, outermost, under
from cudamig.matchers.cpp_places import fate, finding, guard, names_torch, of_torch, own
from cudamig.model import Edit, Finding, Fix, Safety, Span, manual
from cudamig.rules.model import Context, Rule

_SHOWN = 5  # names in a message


def match(document: CppDocument, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    """Includes of headers that are no longer where they were."""
    for rule in rules:
        moved: dict[str, str] = rule.args.get("moved", {})
        for include in document.includes:
            if include.name in moved and not _chosen(document, include, moved[include.name]):
                fix = _move(document, rule, include, moved[include.name])
                message = f"{include.name} is {fate(rule, context)}; it is {moved[include.name]} now"
                yield finding(document, context, rule, include.span, message, fix)
        gone = [i for i in document.includes if i.name in rule.args.get("gone", ())]
        yield from _gone(document, rule, gone, context)
        for include in document.includes:
            if include not in gone and re.fullmatch(rule.args.get("unclear", "(?!)"), include.name):
                fix = manual(rule.title, "what else it declared is not known; see what the file uses of it")
                message = f"{include.name} is {fate(rule, context)}"
                yield finding(document, context, rule, include.span, message, fix)


def _chosen(document: CppDocument, include: Include, new: str) -> bool:
    """Whether the file includes the new place too, under another condition: it chooses between both."""
    elsewhere = any(other.name == new for other in document.includes)
    return elsewhere and bool(under(document, include)) and not has(document, (new,), (include.start,))


def _move(document: CppDocument, rule: Rule, include: Include, new: str) -> Fix:
    if has(document, (new,), (include.start,)):
        return _removal(document, rule, include)
    edits = [Edit(document.source.path, include.span, new)]
    needed = _needed(document, rule, include) if outermost(document, include) else []
    return _cautious(include, Fix(rule.title, rule.safety, rule.reason, (*edits, *_below(document, include, needed))))


def _gone(document: CppDocument, rule: Rule, gone: list[Include], context: Context) -> Iterator[Finding]:
    left = _left(document, rule) if gone else ""
    replaced: list[Include] = []
    for include in gone:
        if guard(document, include.start):
            fix = manual(rule.title, "")  # its finding tells the guard
        elif left:
            fix = manual(rule.title, f"{left}; a fix drops the include together with the last of them")
        elif any(under(document, other) <= under(document, include) for other in replaced):
            fix = _removal(document, rule, include)
        else:
            replaced.append(include)
            needed = _needed(document, rule, include)
            fix = _replacement(document, rule, include, needed) if needed else _removal(document, rule, include)
        if fix.edits and _orphaned(document, gone):
            reason = "no other include is seen to bring libtorch, which the file uses"
            fix = fix._replace(safety=Safety.UNSAFE, reason=reason)
        message = f"{include.name} is {fate(rule, context)}"
        yield finding(document, context, rule, include.span, message, fix)


def _orphaned(document: CppDocument, gone: list[Include]) -> bool:
    """Whether nothing may be left that declares the names of libtorch; a header of the repository may."""
    others = [include for include in document.includes if include not in gone]
    return names_torch(document) and not any(include.quote == '"' or of_torch(include) for include in others)


def _left(document: CppDocument, rule: Rule) -> str:
    """Which identifiers of the gone headers are left in the file, or in one that sees them through it; or ``""``."""
    pattern = re.compile("|".join(rule.args["names"]))
    for reader in (document, *_users(document)):
        words = [word for word in dict.fromkeys(reader.words) if pattern.fullmatch(word) and not own(reader, word)]
        if words:
            more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
            who = "the file" if reader is document else f"{reader.source.path}, which includes it,"
            return f"{who} still uses {', '.join(words[:_SHOWN])}{more}"
    return ""


def _users(document: CppDocument) -> Iterator[CppDocument]:
    """The repository's files that see what this header includes."""
    files, path = document.files, document.source.path
    return filter(None, map(files.document, files.users(path) if is_header(path) else ()))


def _needed(document: CppDocument, rule: Rule, gone: Include) -> list[str]:
    """The headers that must take the place of a gone one."""
    out: list[str] = []
    place = (gone.start,)
    for row in rule.args.get("needs", ()):
        brought = (row["header"], *row.get("brought-by", ()))
        if (row.get("by-nvcc") and for_nvcc(document)) or not set(out).isdisjoint(brought):
            continue
        wanted = (is_header(document.source.path) and row.get("in-headers")) or _uses(document, row["words"])
        wanted = wanted or any(_uses(user, row["words"]) for user in _users(document))
        if wanted and not has(document, brought, place):
            out.append(str(row["header"]))
    return out


def _uses(document: CppDocument, wanted: Sequence[str]) -> bool:
    exact = {word for word in wanted if word[-1] not in "*:"}
    prefixes = tuple(word[:-1] for word in wanted if word.endswith("*"))
    spaces = {word[:-2] for word in wanted if word.endswith("::")}
    inside = [re.findall(r"\w+|::", word) for word in exact if "::" in word]
    words = document.words
    return any(
        word in exact
        or (prefixes and word.startswith(prefixes))
        or (word in spaces and words[i + 1 : i + 2] == ["::"])
        or any(word == name[0] and words[i : i + len(name)] == name for name in inside)
        for i, word in enumerate(words)
    )


def _replacement(document: CppDocument, rule: Rule, include: Include, needed: list[str]) -> Fix:
    """The first header in the place of the old name, the others on lines below."""
    if not outermost(document, include):
        return manual(rule.title, f"it stands in braces, where {needed[0]} must not be included; move it out")
    edits = [Edit(document.source.path, Span(include.span.start - 1, include.span.end + 1), f"<{needed[0]}>")]
    edits += _below(document, include, needed[1:])
    return _cautious(include, Fix(rule.title, rule.safety, rule.reason, tuple(edits)))


def _below(document: CppDocument, include: Include, headers: Sequence[str]) -> list[Edit]:
    """Includes of more headers on the lines after one."""
    line = f"{document.source.newline}{indentation(document, include)}#include"
    more = "".join(f"{line} <{header}>" for header in headers)
    return [Edit(document.source.path, Span(include.end, include.end), more)] if more else []


def _removal(document: CppDocument, rule: Rule, include: Include) -> Fix:
    """The whole line, with its line end."""
    text = document.source.text
    line_end = re.compile(r"\r?\n|\Z").search(text, include.end)
    end = line_end.end() if line_end else include.end
    fix = Fix(rule.title, rule.safety, rule.reason, (Edit(document.source.path, Span(include.start, end), ""),))
    if text[include.span.end + 1 : include.end].strip():
        return fix._replace(safety=Safety.UNSAFE, reason="the comment on its line goes with it")
    return _cautious(include, fix)


def _cautious(include: Include, fix: Fix) -> Fix:
    if include.quote == '"':
        return fix._replace(safety=Safety.UNSAFE, reason="an include in quotes may be a file of the repository")
    return fix
