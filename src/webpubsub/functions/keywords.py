"""Arguments that do not exist, met with the one that was probably meant."""

import functools
import inspect
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from webpubsub.protocol.spelling import did_you_mean

_P = ParamSpec("_P")
_R = TypeVar("_R")


def suggest_keywords(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """The same function; a keyword it does not take raises TypeError with a suggestion.

    The documentation of the bindings spells properties in camelCase, which is what people type
    first, and Python's own message has no suggestion before 3.13.
    """
    known = inspect.signature(function).parameters

    @functools.wraps(function)
    def checked(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        for name in kwargs:
            if name not in known:
                raise TypeError(
                    f"{function.__name__} has no argument '{name}'.{did_you_mean(name, known)}"
                )
        return function(*args, **kwargs)

    return checked
