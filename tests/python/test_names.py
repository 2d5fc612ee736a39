"""Which uses of names resolve to torch, and to what."""

from __future__ import annotations

import sys

import pytest

from cudamig.hosts.python import PythonDocument, parse
from cudamig.source import Source


def document(text: str) -> PythonDocument:
    return parse(Source("a.py", text.encode(), "python"))


def found(text: str) -> list[str]:
    """Dotted names of all uses of torch, in the order of the file; guarded ones in brackets."""
    uses = document(text).names.uses(frozenset(["torch"]))
    return [f"[{use.name}]" if use.guarded else use.name for use in uses]


RESOLVED = {
    "plain": ("import torch\ntorch.load(p)", ["torch.load"]),
    "alias": ("import torch as th\nth.load(p)", ["torch.load"]),
    "several in one": ("import os, torch as th\nos.x; th.load(p)", ["torch.load"]),
    "submodule binds package": ("import torch.cuda.amp\ntorch.load(p)", ["torch.load"]),
    "submodule alias": ("import torch.cuda.amp as amp\namp.autocast()", ["torch.cuda.amp.autocast"]),
    "from": ("from torch import load\nload(p)", ["torch.load"]),
    "from as": ("from torch import load as y\ny(p)", ["torch.load"]),
    "from package": ("from torch.cuda import amp\namp.autocast()", ["torch.cuda.amp.autocast"]),
    "package twice": (
        "import torch\nimport torch.nn as nn\nimport torch.utils.data\ntorch.a; nn.b",
        ["torch.a", "torch.nn.b"],
    ),
    "same twice": ("import torch\nimport torch\ntorch.a", ["torch.a"]),
    "attribute without call": ("import torch\nf = torch.load", ["torch.load"]),
    "call result": ("import torch\ntorch.load(p).x.y", ["torch.load"]),
    "decorator": ("import torch\n@torch.no_grad\ndef f(): ...", ["torch.no_grad"]),
    "default": ("import torch\ndef f(torch=torch.float): return torch.x", ["torch.float"]),
    "annotation": (
        "import torch\ndef f(a: torch.A, *b: torch.B, **c: torch.C) -> torch.D: ...",
        ["torch.A", "torch.B", "torch.C", "torch.D"],
    ),
    "partial": ("import torch, functools\nfunctools.partial(torch.load, a=1)", ["torch.load"]),
    "in function": ("def f():\n    import torch\n    return torch.a", ["torch.a"]),
    "not outside": ("def f():\n    import torch\ntorch.a", []),
    "global": ("def f():\n    global torch\n    import torch\ntorch.a", ["torch.a"]),
    "nonlocal": (
        "def f():\n    import torch\n    def g():\n        nonlocal torch\n        torch = 1\n    torch.a",
        [],
    ),
    "closure": (
        "def f():\n    from torch import a\n    def g(): return a.b\n    return lambda: a.c",
        ["torch.a.b", "torch.a.c"],
    ),
    "relative": ("from . import torch\ntorch.load(p)", []),
    "relative module": ("from .torch import load\nload(p)", []),
    "other package": ("import torchvision\nfrom torch_geometric import load\ntorchvision.x; load()", []),
    "star": ("from torch import *\nload(1), range(3)", ["torch.load"]),
    "star of a module": ("from torch.autograd import *\nVariable(1).y", ["torch.autograd.Variable"]),
    "star and a name of one's own": ("from torch import *\ndef load(p): ...\nload(1)", []),
    "two stars": ("from torch import *\nfrom torch.nn import *\nx", ["torch.x", "torch.nn.x"]),
    "relative star": ("from .torch import *\nload(p)", []),
    "module by another name": (
        "import torch\namp = torch.cuda.amp\namp.autocast()",
        ["torch.cuda.amp", "torch.cuda.amp.autocast"],
    ),
    "another name under a condition": ("import torch\nif x:\n    amp = torch.cuda.amp\namp.y", ["torch.cuda.amp"]),
    "another name, twice": ("import torch\na = torch.x\na = mine\na.y", ["torch.x"]),
    "a name of itself": ("import torch\na = a.b\nc = d.e\nd = c.f\na.x", []),
    "getattr": ("import torch\ngetattr(torch.cuda, 'amp')", ["torch.cuda", "torch.cuda.amp"]),
    "getattr of what is not known": ("import torch\ngetattr(torch, name)", ["torch"]),
    "star elsewhere": ("import torch\nfrom x import *\ntorch.a", ["torch.a"]),
    "rebound": ("import torch\ntorch = wrap(torch)\ntorch.load(p)", []),
    "two packages": ("import torch\nimport jax as torch\ntorch.a", []),
    "either import": ("if x:\n    from torch import load\nelse:\n    from mine import load\nload(p)", []),
    "parameter": ("import torch\ndef f(torch): torch.a\ntorch.b", ["torch.b"]),
    "star parameter": ("import torch\ndef f(*torch): torch.a\ndef g(**torch): torch.b\ndef h(*, torch): torch.c", []),
    "lambda parameter": ("import torch\nf = lambda torch: torch.a", []),
    "local": ("import torch\ndef f():\n    x = torch.a\n    torch = 1", []),
    "annotated local": ("import torch\ndef f():\n    torch: int\n    return torch.a", []),
    "augmented": ("import torch\ntorch += 1\ntorch.a", []),
    "for": ("import torch\ndef f():\n    for torch in x: torch.a", []),
    "with": ("import torch\ndef f():\n    with x as torch: torch.a", []),
    "except": ("import torch\ndef f():\n    try: g()\n    except E as torch: torch.a", []),
    "walrus": ("import torch\ndef f():\n    (torch := 1)\n    return torch.a", []),
    "walrus in comprehension": ("import torch\ndef f():\n    [torch := y for y in z]\n    return torch.a", []),
    "comprehension": ("import torch\n[torch.a for torch in torch.b if torch.c]", ["torch.b"]),
    "nested comprehension": ("import torch\n[torch.a for x in torch.b for torch in torch.c]", ["torch.b"]),
    "dict comprehension": ("import torch\n{torch.a: torch.b for x in torch.c}", ["torch.a", "torch.b", "torch.c"]),
    "generator": ("import torch\nf(torch.a for x in y)", ["torch.a"]),
    "class body": (
        "import torch\nclass C:\n    torch = 1\n    x = torch.a\n    def f(self): return torch.b",
        ["torch.b"],
    ),
    "class import": (
        "class C:\n    from torch import load\n    x = load(1)\n    def f(self): return load(2)",
        ["torch.load"],
    ),
    "class name": ("import torch\nclass torch: ...\ntorch.a", []),
    "function name": ("import torch\ndef torch(): ...\ntorch.a", []),
    "delete": ("import torch\ndel torch\ntorch.a", []),
    "match": ("import torch\ndef f(x):\n    match x:\n        case {'a': 1, **torch}: torch.a", []),
    "match as": ("import torch\ndef f(x):\n    match x:\n        case [1, *_] as torch: torch.a", []),
    "match class": ("import torch\nmatch x:\n    case torch.Tensor(): torch.a", ["torch.Tensor", "torch.a"]),
    "tuple target": ("import torch\na, (b, torch) = x\ntorch.a", []),
    "subscript": ("import torch\ntorch.a[torch.b:torch.c] = torch.d", ["torch.a", "torch.b", "torch.c", "torch.d"]),
    "f-string": ("import torch\nf'{torch.a:{torch.b}}'", ["torch.a", "torch.b"]),
    "await": (
        "import torch\nasync def f():\n async with torch.a: await torch.b()\n async for x in torch.c: ...",
        ["torch.a", "torch.b", "torch.c"],
    ),
    "try optional": ("try:\n    import torch\nexcept ImportError:\n    torch = None\ntorch.a", ["torch.a"]),
    "try other": ("try:\n    import torch\nexcept ImportError:\n    torch = fake\ntorch.a", []),
    "type checking": ("if TYPE_CHECKING:\n    from torch import A\ndef f(x: A): ...", ["torch.A"]),
}


@pytest.mark.parametrize(("text", "expected"), RESOLVED.values(), ids=RESOLVED)
def test_resolution(text: str, expected: list[str]) -> None:
    assert sorted(found(text)) == sorted(expected)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="syntax of Python 3.12")
def test_type_parameters() -> None:
    assert found("import torch\ndef f[torch](x: torch.a) -> torch.b: return torch.c\ntorch.d") == ["torch.d"]
    assert found("import torch\nclass C[T: torch.a](torch.b):\n    x = torch.c\ntype X = torch.d") == [
        f"torch.{name}" for name in "abcd"
    ]


GUARDED = {
    "version": "if torch.__version__ >= '2.4':\n    torch.a\nelse:\n    torch.b",
    "elif": "if x:\n    pass\nelif torch.__version__ >= '2.4':\n    torch.a\nelse:\n    torch.b",
    "annotated flag": "NEW: bool = torch.__version__ >= '2.4'\nif NEW:\n    torch.a\nelse:\n    torch.b",
    "flag": "NEW = torch.__version__ >= '2.4'\nif NEW:\n    torch.a\nelse:\n    torch.b",
    "flag of a flag": "OLD = torch.__version__ < '2.4'\nNEW = not OLD\nx = torch.a if NEW else torch.b",
    "flag of flags": "OLD = torch.__version__ < '2.4'\nNEW = x and not OLD\nif NEW:\n    torch.a\n    torch.b",
    "skipped test": "@skipIf(torch.__version__ > '2', 'old')\ndef f():\n    torch.a\n    torch.b",
    "skipped class": "@m.skipif(hasattr(torch, 'c'))\nclass A:\n    def f(self):\n        torch.a\n        torch.b",
    "unpacked": "major, minor = torch.__version__.split('.')[:2]\nif int(major) > 1:\n    torch.a\n    torch.b",
    "constant": "from m import TORCH_VERSION\nif TORCH_VERSION >= (2, 4):\n    torch.a\n    torch.b",
    "torch_version": "if args.torch_version > 2:\n    torch.a\n    torch.b",
    "helper": "from m import is_torch_greater_or_equal\nif is_torch_greater_or_equal('2.4'):\n    torch.a\n    torch.b",
    "short flag": "from m import TORCH_GE_24\nif TORCH_GE_24:\n    torch.a\n    torch.b",
    "packaging": "from packaging import version\nif version.parse(x) > v:\n    torch.a\n    torch.b",
    "Version": "from packaging.version import Version\nif Version(x) > v:\n    torch.a\n    torch.b",
    "digit_version": "from mmcv import digit_version\nif digit_version(x) > v:\n    torch.a\n    torch.b",
    "ternary": "x = torch.a if torch.__version__ > '2' else torch.b",
    "and": "x = hasattr(torch, 'a') and torch.a and torch.b",
    "hasattr": "if hasattr(torch, 'a'):\n    torch.a\nelse:\n    torch.b",
    "hasattr deep": "if not hasattr(torch.c, 'a'):\n    torch.a\nelse:\n    torch.b",
    "getattr": "if getattr(torch, 'a', None) is not None:\n    torch.a\n    torch.b",
    "getattr default": "x = getattr(torch, 'c', torch.a)\ny = getattr(torch, 'c', torch.b)",
    "signature": "import inspect\nif 'x' in inspect.signature(torch.c).parameters:\n    torch.a\n    torch.b",
    "code": "if 'x' in torch.c.__code__.co_varnames:\n    torch.a\n    torch.b",
    "keyword defaults": "if 'x' in torch.c.__kwdefaults__:\n    torch.a\nelse:\n    torch.b",
    "defaults kept": "new = torch.c.__kwdefaults__\nif new is not None:\n    torch.a\nelse:\n    torch.b",
    "defaults": "if len(torch.c.__defaults__) > 2:\n    torch.a\nelse:\n    torch.b",
    "early return": "def f():\n    if torch.__version__ > '2':\n        return torch.a\n    return torch.b",
    "early raise": "if torch.__version__ < '2':\n    raise E(torch.a)\ntorch.b",
    "try attribute": "try:\n    torch.a\nexcept AttributeError:\n    torch.b",
    "try type": "try:\n    torch.a\nexcept (ValueError, TypeError):\n    torch.b",
    "full version": "import np\nif np.version.full_version > '1.24':\n    torch.a\nelse:\n    torch.b",
    "try import": "try:\n    from torch.c import x\n    torch.a\nexcept ImportError:\n    torch.b",
    "suppress": "from contextlib import suppress\nwith suppress(AttributeError):\n    torch.a\n    torch.b",
    "inside function": "if torch.__version__ > '2':\n    def f(x=torch.a):\n        for y in x: return torch.b",
}


@pytest.mark.parametrize("text", GUARDED.values(), ids=GUARDED)
def test_code_for_some_versions_is_guarded(text: str) -> None:
    names = found(f"import torch\n{text}" + ("" if "raise" in text else "\ntorch.free"))
    assert {"[torch.a]", "[torch.b]"} <= set(names)
    assert "torch.a" not in names
    assert "torch.b" not in names
    assert ("torch.free" in names) == ("raise" not in text)


UNGUARDED = {
    "other condition": "if torch.cuda.is_available():\n    torch.a",
    "attribute of an object": "if hasattr(model, 'x'):\n    torch.a",
    "option": "if getattr(args, 'local_rank', 0):\n    torch.a",
    "similar name": "if torch_geometric or torch_level or torch2trt:\n    torch.a",
    "else of a try": "try:\n    x()\nexcept AttributeError:\n    pass\nelse:\n    torch.a",
    "after a try": "try:\n    x()\nexcept AttributeError:\n    pass\ntorch.a",
    "other exception": "try:\n    torch.a\nexcept (OSError, KeyError):\n    pass",
    "bare except": "try:\n    torch.a\nexcept:\n    pass",
    "after a plain if": "if torch.__version__ > '2':\n    pass\ntorch.a",
    "after another return": "def f():\n    if x:\n        return\n    torch.a",
    "optional torch": "try:\n    import torch\n    x = torch.a\nexcept ImportError:\n    pass",
}


@pytest.mark.parametrize("text", UNGUARDED.values(), ids=UNGUARDED)
def test_other_code_is_not(text: str) -> None:
    assert "torch.a" in found(f"import torch\n{text}")


FALLBACKS = [
    ("try:\n    from torch.cuda.amp import a\nexcept ImportError:\n    pass\na()", True),
    ("try:\n    from torch.cuda.amp import a\nexcept ImportError:\n    raise ImportError('a')\na()", False),
    ("try:\n    from torch.cuda.amp import a\nexcept Exception:\n    pass\na()", True),
    ("try:\n    from torch.cuda.amp import a\nexcept:\n    pass\na()", True),
    ("try:\n    import torch\n    from torch.cuda.amp import a\nexcept ImportError:\n    pass\na()", False),
    ("try:\n    from torch.cuda.amp import a\nexcept ValueError:\n    pass\na()", False),
    ("if args.amp:\n    from torch.cuda.amp import a\na()", False),
    ("import torch\nif torch.__version__ > '2':\n    from torch.cuda.amp import a\na()", True),
    ("try:\n    x()\nfinally:\n    from torch.cuda.amp import a\na()", False),
]


@pytest.mark.parametrize(("text", "guarded"), FALLBACKS)
def test_imports_with_a_fallback(text: str, guarded: bool) -> None:
    assert ("[torch.cuda.amp.a]" in found(text)) is guarded
    assert ("torch.cuda.amp.a" in found(text)) is not guarded


ROLES = {
    "torch.x()": "call",
    "@torch.x\ndef f(): ...": "decorator",
    "@torch.x()\ndef f(): ...": "call",
    "a: torch.x = 1": "annotation",
    "def f(a: Optional[torch.x | None]): ...": "annotation",
    "isinstance(a, torch.x)": "classinfo",
    "isinstance(a, (int, torch.x))": "classinfo",
    "isinstance(torch.x, a)": "value",
    "isinstance(a, f(torch.x))": "value",
    "class A(torch.x): ...": "base",
    "class A(metaclass=torch.x): ...": "value",
    "functools.partial(torch.x, 1)": "partial",
    "functools.partial(f, torch.x)": "value",
    "torch.x = 1": "store",
    "del torch.x": "store",
    "f(torch.x)": "value",
    "torch.x[0]": "value",
}


@pytest.mark.parametrize(("text", "role"), ROLES.items())
def test_roles(text: str, role: str) -> None:
    (use,) = document(f"import torch\n{text}").names.uses(frozenset(["torch"]))
    assert use.chain.role == role


HEAD = "import torch\nclass A(torch.X):\n    def __init__(self):\n        "
SUPERS = {
    "plain": (HEAD + "super().__init__(1)", True),
    "with arguments": (HEAD + "super(A, self).__init__(1)", True),
    "of another class": (HEAD + "super(B, self).__init__(1)", False),
    "another method": (HEAD + "super().step(1)", False),
    "in a comprehension": (HEAD + "[super(A, self).__init__(x) for x in y]", True),
    "generic": ("import torch\nclass A(torch.X):\n  def f[T](self: T): super().__init__(1)", True),
    "several bases": ("import torch\nclass A(Mixin, torch.X):\n  def f(self): super().__init__(1)", False),
    "no base": ("import torch\nclass A:\n  def f(self): super().__init__(1)\ntorch.X", False),
    "computed base": ("import torch\nclass A(f(torch.X)):\n  def f(self): super().__init__(1)", False),
    "no class": ("import torch\ndef f(self): super().__init__(1)\ntorch.X", False),
    "class in between": ("import torch\nclass A(torch.X):\n  class B:\n    def f(self): super().__init__(1)", False),
}


@pytest.mark.parametrize(("text", "there"), SUPERS.values(), ids=SUPERS)
def test_the_constructor_of_the_base(text: str, there: bool) -> None:
    if "[T]" in text and sys.version_info < (3, 12):
        pytest.skip("a newer syntax")
    uses = document(text).names.uses(frozenset(["torch"]))
    assert [use.name for use in uses if use.chain.role == "super"] == ["torch.X"] * there


def test_exported_and_looked_up_names() -> None:
    names = document("__all__ = ['a'] + ['b']\n__all__ += ('c',)\n__all__.append('d')\nx = 'e'\nf('no name')").names
    assert names.exported == {"a", "b", "c", "d"}
    assert names.words == {"a", "b", "c", "d", "e"}


@pytest.mark.parametrize(
    "text", ["__all__: list[str] = ['a']", "if x:\n    __all__ = ['a']\nelse:\n    __all__ = ['b']"]
)
def test_exported_names_in_other_places(text: str) -> None:
    assert "a" in document(text).names.exported


def test_names_in_annotations_that_are_strings() -> None:
    names = document("def f(a: 'A', b: X['B.b | C']) -> Union['list[D]', None]: 'no x'\ny: \"E['F']\" = 'no y'").names
    assert names.words >= set("ABCDEF")
    assert names.words.isdisjoint(["b", "no", "x", "y"])
