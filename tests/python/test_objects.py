"""Methods of a library's objects: only where it is clear whose they are."""

from __future__ import annotations

from typing import Any

import pytest
from pytree import RULES

from cudamig import examples
from cudamig.model import Safety

MODULES = {"pl.Module": {"on_end": "use on_stop"}}
CLIENTS = {"kf.Client": {"create": "use train", "get": "use get_job"}}


def found(text: str, **args: Any) -> list[tuple[str, str]]:
    """Messages and reasons of a rule with these arguments, with the line that each stands on."""
    rule = RULES[0]._replace(
        matcher="python-object",
        anchors=(("import",),),
        args={"message": "{name}", **args},
        fix={},
        safety=Safety.MANUAL,
        since={},
        removed={},
        replacement_since={},
    )
    outcome = examples.run({"a.py": text}, [rule])
    assert not outcome.faults
    return [(text[finding.span.start : finding.span.end], finding.fix.reason) for finding in outcome.findings]


def test_methods_that_a_class_must_not_define() -> None:
    text = (
        "import pl\nclass A(pl.Module):\n    def on_end(self): ...\n    def other(self): ...\n"
        "class B(Mine):\n    def on_end(self): ...\ndef on_end(): ...\n"
    )
    assert found(text, derived=MODULES) == [("def on_end", "use on_stop")]


def test_methods_called_on_an_object() -> None:
    text = "from kf import Client as C\nc = C()\nc.create(1)\ndef f():\n    return c.get()\nc.other()\nd.create()\n"
    assert found(text, made=CLIENTS) == [("c.create", "use train"), ("c.get", "use get_job")]


@pytest.mark.parametrize(
    "text",
    [
        "from kf import Client\nc = Client()\nc = other()\nc.create()\n",
        "from kf import Client\ndef f(c):\n    c.create()\nc = Client()\n",
        "from mine import Client\nc = Client()\nc.create()\n",
        "import kf\nif kf.__version__ < '2':\n    c = kf.Client()\n    c.create()\n",
    ],
)
def test_an_object_that_may_be_another(text: str) -> None:
    assert found(text, made=CLIENTS) == []


def test_methods_that_nobody_else_has() -> None:
    text = "x.get_binding_shape(0)\n"
    args: dict[str, Any] = {"package": "trt", "called": {"get_binding_shape": "use names"}}
    assert found("import trt\nlog = trt.Logger()\n" + text, **args) == [("x.get_binding_shape", "use names")]
    assert found("import other\n" + text, **args) == []
    assert found("import trt\nlog = trt.Logger()\nnew = x.new\n" + text, unless=["new"], **args) == []
