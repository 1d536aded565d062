"""Arguments that do not exist."""

import inspect
from typing import Any

import pytest

from webpubsub.functions.keywords import suggest_keywords


class App:
    """Something with a decorator."""

    @suggest_keywords
    def bind(self, *, hub: str, event_name: str = "e") -> str:
        """Something to call."""
        return f"{hub} {event_name}"


bind: Any = App().bind


def test_a_good_call_is_passed_on() -> None:
    """The function and its signature stay what they were."""
    assert bind(hub="h", event_name="n") == "h n"
    assert list(inspect.signature(bind).parameters) == ["hub", "event_name"]
    assert bind.__doc__ == "Something to call."


@pytest.mark.parametrize(
    ("keyword", "suggestion"),
    [
        ("eventName", "Did you mean 'event_name'?"),
        ("even_name", "Did you mean 'event_name'?"),
        ("Hub", "Did you mean 'hub'?"),
        ("zzz", "It takes 'hub' or 'event_name'."),
    ],
)
def test_an_unknown_keyword(keyword: str, suggestion: str) -> None:
    """The documented camelCase name finds the one in Python's spelling."""
    with pytest.raises(TypeError) as raised:
        bind(hub="h", **{keyword: 1})
    assert str(raised.value) == f"bind has no argument '{keyword}'. {suggestion}"


def test_arguments_without_names() -> None:
    """The error names the arguments."""
    words = "takes no arguments without a name, and got 2. By name it takes 'hub' or 'event_name'."
    with pytest.raises(TypeError, match=f"^bind {words}$"):
        bind("h", "e")


def test_a_decorator_that_is_not_called() -> None:
    """It would take the function for an argument."""

    def function() -> None:
        """Decorated with a mistake."""

    with pytest.raises(TypeError, match=r"^bind is a call: write @app.bind\(hub=\.\.\.\)\.$"):
        bind(function)


def test_other_mistakes_are_pythons_own() -> None:
    """A missing argument is reported as ever."""
    with pytest.raises(TypeError, match="missing 1 required keyword-only argument: 'hub'"):
        bind()
