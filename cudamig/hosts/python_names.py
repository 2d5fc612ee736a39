"""What the names of a module stand for: every use of something imported, with its dotted name."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from cudamig.hosts.python_chains import Chain, dotted
from cudamig.hosts.python_expressions import EXPRESSIONS
from cudamig.hosts.python_guards import Guards
from cudamig.hosts.python_nodes import every
from cudamig.hosts.python_scopes import Binding, Import, Other, Scope
from cudamig.hosts.python_statements import STATEMENTS
from cudamig.hosts.python_walk import Walk

_FORMATTED: tuple[type[ast.expr], ...] = (ast.JoinedStr, getattr(ast, "TemplateStr", ast.JoinedStr))

_SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr)
_ROOT = re.compile(r"(?<![\w.])[^\W\d]\w*")  # the first part of a dotted name


class Use(NamedTuple):
    """A use of something imported: ``amp.autocast`` where ``amp`` is ``torch.cuda.amp``."""

    name: str  # torch.cuda.amp.autocast
    chain: Chain
    imports: tuple[Import, ...]  # one, or several that all bind the name to the same thing
    guarded: bool  # written for some versions only
    vague: bool = False  # another star import may bind the name instead

    @property
    def target(self) -> str:
        """What the first part of the name as written stands for: ``torch.cuda.amp``."""
        return self.imports[0].target


class Names:
    """The imports of a module and what resolves to them."""

    def __init__(self, tree: ast.Module) -> None:
        walk = Walk(tree, EXPRESSIONS | STATEMENTS)
        self._tree, self.chains, self._guards = tree, walk.chains, Guards()
        self._resolved: dict[tuple[Scope, str], tuple[Import, ...]] = {}
        self.module, self.imports, self.stars = walk.module, walk.imports, walk.stars

    def uses(self, roots: frozenset[str]) -> list[Use]:
        """Uses of imports from the packages ``roots`` (``{"torch"}``), in the order of the file.

        A name that is also bound in another way does not resolve. One that nothing binds comes from a star import.
        """
        local = {found.local for found in self.imports if found.target.partition(".")[0] in roots}
        stars = [star for star in self.stars if star.target.partition(".")[0] in roots]
        local |= self._rebound
        found = []
        for chain in self.chains:
            if stars and not hasattr(builtins, chain.root) and not chain.scope.lookup(chain.root):
                found += self._starred(chain, stars)
            imports = self.resolve(chain.scope, chain.root) if chain.root in local else ()
            if imports and imports[0].target.partition(".")[0] in roots:
                found.append(self._use(chain, imports))
        return sorted(found, key=lambda use: (use.chain.node.lineno, use.chain.node.col_offset))

    def _starred(self, chain: Chain, stars: list[Import]) -> list[Use]:
        """A use for each of the star imports that the name may come from."""
        vague = len(stars) < len(self.stars)
        found = [star.through(chain.root, f"{star.target}.{chain.root}") for star in stars]
        return [self._use(chain, (each,))._replace(vague=vague) for each in found]

    @cached_property
    def _rebound(self) -> frozenset[str]:
        """Names of the module that are assigned a name: ``amp = torch.cuda.amp``."""
        bound = self.module.bindings.items()
        return frozenset(name for name, (first, *_) in bound if isinstance(first, Other) and _renames(first))

    def _use(self, chain: Chain, imports: tuple[Import, ...]) -> Use:
        name = ".".join((imports[0].target, *chain.attributes))
        guarded = self._guards.use(chain.guard, name.partition(".")[0]) or any(map(self.fallback, imports))
        return Use(name, chain, imports, guarded)

    def resolve(self, scope: Scope, name: str) -> tuple[Import, ...]:
        """The imports that bind ``name`` as seen in ``scope``; empty when it is bound by anything else."""
        key = scope, name
        if key not in self._resolved:
            self._resolved[key] = ()  # what a name that is assigned itself stands for
            bound = scope.lookup(name)
            imports = tuple(binding for binding in bound if isinstance(binding, Import))
            same = len({found.target for found in imports}) == 1 and len(imports) == len(bound)
            self._resolved[key] = imports if same else self._assigned(scope, name, bound)
        return self._resolved[key]

    def _assigned(self, scope: Scope, name: str, bound: list[Binding]) -> tuple[Import, ...]:
        """What is imported and given another name by the only assignment of that, ``amp = torch.cuda.amp``."""
        home = scope.home(name)
        if home is None or len(bound) != 1 or not isinstance(bound[0], Other) or not _renames(bound[0]):
            return ()
        root, attributes = dotted(bound[0].value or ast.Constant(None))
        imports = self.resolve(home, root.id) if isinstance(root, ast.Name) else ()
        return tuple(found.through(name, ".".join((found.target, *attributes))) for found in imports[:1])

    def guarded(self, chain: Chain, root: str) -> bool:
        """Whether a name stands where code is for some versions of the package ``root`` only."""
        return self._guards.use(chain.guard, root)

    def fallback(self, found: Import) -> bool:
        """Whether an import stands under a version test, or in a ``try`` with a fallback."""
        return self._guards.fallback(found)

    @cached_property
    def every(self) -> list[ast.AST]:
        """All nodes of the module, the upper ones first."""
        return every(self._tree)

    @cached_property
    def exported(self) -> frozenset[str]:
        """The strings in statements of the module that name ``__all__``."""
        found: set[str] = set()
        for statement in self.every:
            nodes = every(statement) if isinstance(statement, _SIMPLE) else []
            if any(isinstance(node, ast.Name) and node.id == "__all__" for node in nodes):
                found.update(_strings(nodes))
        return frozenset(found)

    @cached_property
    def formatted(self) -> dict[int, ast.expr]:
        """The f-string around each node that stands in one, by ``id`` of the node.

        Before Python 3.12 the places of such nodes are unreliable, and quotes inside must differ from those around.
        """
        found: dict[int, ast.expr] = {}
        for node in self.every:
            if isinstance(node, _FORMATTED) and id(node) not in found:
                found.update((id(inner), node) for inner in every(node))
        return found

    def quoted(self, name: str) -> bool:
        """Whether a string takes an attribute of ``name``: code for ``eval``, an example in a docstring."""
        taken = re.compile(rf"\b{re.escape(name)}\.")
        return any(taken.search(text) for text in _strings(self.every))

    @cached_property
    def words(self) -> frozenset[str]:
        """Names in strings: those that ``globals()`` and ``getattr`` may look up, and those of annotations."""
        nodes = self.every
        found = {text for text in _strings(nodes) if text.isidentifier()}
        for text in _strings(inner for node in nodes for inner in _annotation(node)):
            found.update(_ROOT.findall(text))
        return frozenset(found)


def _renames(binding: Other) -> bool:
    """Whether an assignment that always runs gives a name, or an attribute of one, another name."""
    return binding.plain and isinstance(binding.value, (ast.Name, ast.Attribute))


def _annotation(node: ast.AST) -> Iterator[ast.AST]:
    """What an annotation that ``node`` has is made of."""
    for name in ("annotation", "returns"):
        annotation = getattr(node, name, None)
        if isinstance(annotation, ast.AST):
            yield from every(annotation)


def _strings(nodes: Iterable[ast.AST]) -> list[str]:
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
