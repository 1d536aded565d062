"""Calls with arguments that do not fit."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from webpubsub.protocol.call_mistakes import call_mistake


def send(self: Any, data: Any, kind: Any = None, *, excluded: Any = None) -> None:
    """A method with arguments of both kinds."""


def close(self: Any, *, reason: Any = None) -> None:
    """A method whose arguments have names."""


def join(self: Any, user: Any, group: Any) -> None:
    """A method with two places."""


def leave(user: Any) -> None:
    """A function."""


def nothing(self: Any) -> None:
    """A method without arguments."""


@pytest.mark.parametrize(
    ("function", "arguments", "given"),
    [
        (send, ("hi",), {}),
        (send, ("hi", "text"), {"excluded": []}),
        (close, (), {"reason": "bye"}),
        (leave, ("ann",), {}),
        (join, (), {}),  # Python says what is missing
    ],
)
def test_calls_that_fit(function: Any, arguments: Sequence[Any], given: Mapping[str, Any]) -> None:
    """There is nothing to say."""
    assert call_mistake("call", function, arguments, given) is None


@pytest.mark.parametrize(
    ("function", "arguments", "given", "text"),
    [
        (send, (1,), {"Excluded": []}, "has no argument 'Excluded'. Did you mean 'excluded'?"),
        (send, (1,), {"x": 1}, "has no argument 'x'. It takes 'data', 'kind' or 'excluded'."),
        (send, (1,), {"self": 1}, "has no argument 'self'. It takes 'data', 'kind' or "),
        (nothing, (), {"x": 1}, "has no argument 'x'."),
        (
            send,
            (1, 2, 3),
            {},
            "takes 2 arguments without a name, and got 3. By name it takes 'excluded'.",
        ),
        (
            close,
            ("bye",),
            {},
            "takes no arguments without a name, and got 1. By name it takes 'reason'.",
        ),
        (join, (1, 2, 3), {}, "takes 2 arguments without a name, and got 3."),
        (dict.__init__, ({},), {}, "takes no arguments without a name, and got 1."),
        (leave, (1, 2), {}, "takes 1 argument without a name, and got 2."),
    ],
)
def test_calls_that_do_not_fit(
    function: Any, arguments: Sequence[Any], given: Mapping[str, Any], text: str
) -> None:
    """The error says what there is."""
    assert (call_mistake("call", function, arguments, given) or "").startswith(f"call {text}")
