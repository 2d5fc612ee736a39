"""Options of what compiles: shared by ``verify`` and ``fix --verify``."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cudamig.cli.options import usage_error
from cudamig.cli.progress import Bar
from cudamig.run import Session

if TYPE_CHECKING:
    from cudamig.verify.proof import Prover

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--compiler", "compilers", multiple=True, metavar="NAME", help="g++, clang++ or nvcc, or its path; repeatable."
    ),
    click.option("--torch-include", metavar="FOLDER", type=click.Path(), help="Headers of torch."),
    click.option("--python", metavar="PYTHON", help="The Python whose torch is compiled against."),
    click.option("--cuda-home", metavar="FOLDER", type=click.Path(), help="The CUDA toolkit."),
    click.option("-I", "include", multiple=True, metavar="FOLDER", help="One more include folder; repeatable."),
    click.option("-D", "define", multiple=True, metavar="NAME[=VALUE]", help="One more macro; repeatable."),
    click.option("--std", metavar="STD", help="C++ standard (default: what torch's builds use), c++17."),
    click.option("--arch", metavar="SM", help="Architecture for nvcc (default: the oldest that it can), sm_80."),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        default=600.0,
        show_default=True,
        metavar="SECONDS",
        help="For one compilation.",
    ),
)
NAMES = ("compilers", "torch_include", "python", "cuda_home", "include", "define", "std", "arch", "timeout")


def options(command: F) -> F:
    """Add the options that say what compiles."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def given(context: click.Context) -> list[str]:
    """Those of the options that stand on the command line."""
    return [
        parameter.opts[0]
        for parameter in context.command.params
        if parameter.name in NAMES
        and context.get_parameter_source(parameter.name) is click.core.ParameterSource.COMMANDLINE
    ]


@contextlib.contextmanager
def prover(session: Session, values: dict[str, Any]) -> Iterator[Prover]:
    """What compiles the units of a session, with a progress bar; exits with 2 where something for it is missing."""
    from cudamig.report import screen, verified
    from cudamig.verify import Missing
    from cudamig.verify.proof import open_prover
    from cudamig.verify.tools import Asked

    asked = Asked(**{name: values[name] for name in NAMES}, jobs=values["jobs"])
    try:
        with Bar("compiling") as bar, open_prover(asked, session.result(), bar.advance) as found:
            for line in verified.heading(found.tools):
                screen.say(line)
            yield found
    except Missing as error:
        usage_error(str(error))
