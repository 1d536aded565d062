"""The flags of ``func host start``, so that whatever drives the official tool can drive this one.

Some are options here under another name, some mean nothing here and are accepted with a line that
says so, and some ask for what this host does not do and are refused.
Specification: functions-python section 13.1.
"""

import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from typer.core import TyperCommand

from webpubsub.cli.console import fail, note


class Flag(NamedTuple):
    """A flag that is no option here, why, and whether a value follows it."""

    why: str
    takes_value: bool = False


#: Flags that mean nothing here.
IGNORED: Mapping[str, Flag] = {
    "--no-build": Flag("nothing is built"),
    "--timeout": Flag("the app has as long to start as it needs", takes_value=True),
    "-t": Flag("the app has as long to start as it needs", takes_value=True),
    "--debug": Flag("attach a debugger to this process"),
    "--pause-on-error": Flag("an error is shown and the app runs on"),
    "--offline": Flag("nothing is fetched from anywhere"),
    "--skip-azure-storage-check": Flag("no storage is needed"),
    "--python": Flag("the app is in Python"),
    "--runtime": Flag("there is one runtime", takes_value=True),
    "--json-output-file": Flag("redirect the standard output", takes_value=True),
    "--language-worker": Flag("the app runs in this process", takes_value=True),
}
#: Flags whose absence would surprise.
REFUSED: Mapping[str, Flag] = {
    "--useHttps": Flag("HTTPS is not served here; put a proxy that ends TLS in front"),
    "--cert": Flag("HTTPS is not served here; put a proxy that ends TLS in front"),
}
#: After it, all words are arguments of the worker's interpreter.
_REST = "--"
#: Options that take every word up to the next one.
_SEVERAL = "--functions"
#: By this, editors have the interpreter of the worker start a debugger.
_INTERPRETER_ARGUMENTS = "languageWorkers__python__arguments"


class FuncCommand(TyperCommand):
    """A command that understands the flags of ``func host start`` too."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse arguments in either spelling."""
        return super().parse_args(ctx, understood(args))


def understood(arguments: Sequence[str]) -> list[str]:
    """The arguments without flags that mean nothing here, and with an option for each of several
    values. Tells of the former, and ends the command for those that are refused."""
    left = list(arguments)
    kept: list[str] = []
    while left:
        word = left.pop(0)
        name, has_value, value = word.partition("=")
        if name in REFUSED:
            fail(f"{name}: {REFUSED[name].why}")
        if name in IGNORED:
            note(f"{name} has no effect: {IGNORED[name].why}")
            if IGNORED[name].takes_value and not has_value and left:
                left = left[1:] if left[0] != _REST else []
        elif name == _SEVERAL:
            values = value.split() if has_value else _values(left)
            kept += [item for one in values for item in (_SEVERAL, one)] or [word]
        else:
            kept.append(word)
    return kept


def tell_of_interpreter_arguments(environment: Mapping[str, str]) -> None:
    """Say how to have what the variable asks for; without it there would be no debugger, and nobody
    would say why."""
    arguments = environment.get(_INTERPRETER_ARGUMENTS)
    if arguments:
        note(
            f"{_INTERPRETER_ARGUMENTS} has no effect: the app runs in this process. The same for "
            f"it is: python {arguments} {sys.argv[0]} start"
        )


def _values(left: list[str]) -> list[str]:
    """Takes the words up to the next option, or all of them."""
    values = []
    while left and not left[0].startswith("-"):
        values.append(left.pop(0))
    return values
