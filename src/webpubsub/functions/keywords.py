"""Arguments that a decorator does not take, met with those that it does."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from webpubsub.protocol.call_mistakes import call_mistake

_P = ParamSpec("_P")
_R = TypeVar("_R")


def suggest_keywords(decorator: Callable[_P, _R]) -> Callable[_P, _R]:
    """The same decorator; an argument it does not take raises TypeError with those it takes, and
    so does its use without any, as if it were the decorated function."""
    name = decorator.__name__

    @functools.wraps(decorator)
    def checked(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        places = list(args)[1:]  # without ``self``
        if not kwargs and inspect.isfunction(places[0] if places else None):
            raise TypeError(f"{name} is a call: write @app.{name}({_required(decorator)}).")
        mistake = call_mistake(name, decorator, places, kwargs)
        if mistake is not None:
            raise TypeError(mistake)
        return decorator(*args, **kwargs)

    return checked


def _required(function: Callable[..., Any]) -> str:
    parameters = inspect.signature(function).parameters.values()
    named = [one for one in parameters if one.kind is one.KEYWORD_ONLY]
    return ", ".join(f"{one.name}=..." for one in named if one.default is one.empty)
