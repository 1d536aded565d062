"""Arguments that do not exist."""

import inspect
from typing import Any

import pytest

from webpubsub.functions.keywords import suggest_keywords


@suggest_keywords
def bind(hub: str, *, event_name: str = "e") -> str:
    """Something to call."""
    return f"{hub} {event_name}"


def test_a_good_call_is_passed_on() -> None:
    """The function and its signature stay what they were."""
    assert bind("h", event_name="n") == "h n"
    assert list(inspect.signature(bind).parameters) == ["hub", "event_name"]
    assert bind.__doc__ == "Something to call."


@pytest.mark.parametrize(
    ("keyword", "suggestion"),
    [
        ("eventName", " Did you mean 'event_name'?"),
        ("even_name", " Did you mean 'event_name'?"),
        ("Hub", " Did you mean 'hub'?"),
        ("zzz", ""),
    ],
)
def test_an_unknown_keyword(keyword: str, suggestion: str) -> None:
    """The documented camelCase name finds the one in Python's spelling."""
    call: Any = bind
    with pytest.raises(TypeError) as raised:
        call("h", **{keyword: 1})
    assert str(raised.value) == f"bind has no argument '{keyword}'.{suggestion}"


def test_other_mistakes_are_pythons_own() -> None:
    """A missing argument is reported as ever."""
    call: Any = bind
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'hub'"):
        call()
