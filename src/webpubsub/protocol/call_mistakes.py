"""Calls with arguments that do not fit, met with the names of those that do.

The documentation of the bindings spells names in camelCase, which is what people type first, and
Python's own messages say neither what was probably meant nor what there is.
"""

import inspect
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from webpubsub.protocol.spelling import did_you_mean, listed


def call_mistake(
    called: str, function: Callable[..., Any], arguments: Sequence[Any], given: Iterable[str]
) -> str | None:
    """What is wrong with a call of ``function``, known as ``called``, with these arguments, without
    ``self``, and these names; None for nothing. What is missing is left to Python, which names it.
    """
    places, named = _names(function)
    names = [*places, *named]
    for name in given:
        if name not in names:
            known = did_you_mean(name, names) or (f" It takes {listed(names)}." if names else "")
            return f"{called} has no argument '{name}'.{known}"
    extra = len(arguments) - len(places)
    return _too_many(called, names, len(places), extra) if extra > 0 else None


def _too_many(called: str, names: Sequence[str], places: int, extra: int) -> str:
    counted = "1 argument" if places == 1 else f"{places or 'no'} arguments"
    others = names[places:]
    mend = f" By name it takes {listed(others)}." if others else ""
    return f"{called} takes {counted} without a name, and got {places + extra}.{mend}"


@cache  # of the package's own functions, each of which is called for many of an app's
def _names(function: Callable[..., Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of arguments that have a place, and of those that have none."""
    parameters = inspect.signature(function).parameters.values()
    own = [one for one in parameters if one.name != "self"]
    return (
        tuple(one.name for one in own if one.kind is one.POSITIONAL_OR_KEYWORD),
        tuple(one.name for one in own if one.kind is one.KEYWORD_ONLY),
    )
