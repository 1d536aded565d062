"""Answers to events are exactly the JSON objects the binding reads."""

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from webpubsub.protocol.responses import (
    ConnectEventResponse,
    EventErrorResponse,
    EventResponse,
    UserEventResponse,
)

Make = Callable[[], EventResponse]


@pytest.mark.parametrize(
    ("make", "members"),
    [
        (lambda: ConnectEventResponse(), {}),
        (lambda: ConnectEventResponse(user_id=""), {"userId": ""}),
        (lambda: ConnectEventResponse(groups=[], roles=()), {"groups": [], "roles": []}),
        (
            lambda: ConnectEventResponse(
                user_id="ada",
                groups=("a", "b"),
                roles=["webpubsub.sendToGroup"],
                subprotocol="p1",
                states={"n": 1, "o": {"t": True}, "nothing": None},
            ),
            {
                "userId": "ada",
                "groups": ["a", "b"],
                "subprotocol": "p1",
                "roles": ["webpubsub.sendToGroup"],
                "states": {"n": 1, "o": {"t": True}, "nothing": None},
            },
        ),
        (lambda: UserEventResponse(), {}),
        (lambda: UserEventResponse("hi"), {"data": "hi", "dataType": "text"}),
        (lambda: UserEventResponse({"a": 1}), {"data": '{"a":1}', "dataType": "json"}),
        (lambda: UserEventResponse(None, "json"), {"data": "null", "dataType": "json"}),
        (lambda: UserEventResponse(states={"n": 1}), {"states": {"n": 1}}),
        (
            lambda: EventErrorResponse("unauthorized", "no"),
            {"code": "unauthorized", "errorMessage": "no"},
        ),
        (lambda: EventErrorResponse("userError"), {"code": "userError", "errorMessage": ""}),
    ],
)
def test_only_what_was_given_is_said(make: Make, members: dict[str, Any]) -> None:
    """None means "not given"; empty values are given. Workers encode it with ``json.dumps``."""
    response = make()
    assert response == members
    assert list(response) == list(members)
    assert json.loads(json.dumps(response)) == members


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (
            lambda: ConnectEventResponse(userId="ada"),  # type: ignore[call-arg]
            TypeError,
            "ConnectEventResponse has no argument 'userId'. Did you mean 'user_id'?",
        ),
        (
            lambda: ConnectEventResponse(user_id=7),  # type: ignore[arg-type]
            TypeError,
            "user_id must be a str, not int",
        ),
        (
            lambda: ConnectEventResponse(groups="room"),
            TypeError,
            "groups must be a list of str; write groups=['room'].",
        ),
        (
            lambda: ConnectEventResponse(roles=[1]),  # type: ignore[list-item]
            TypeError,
            "every item of roles must be a str, not int",
        ),
        (
            lambda: ConnectEventResponse(groups=7),  # type: ignore[arg-type]
            TypeError,
            "groups must be a list of str, not int",
        ),
        (
            lambda: ConnectEventResponse(states=["a"]),  # type: ignore[arg-type]
            TypeError,
            "states must be a mapping",
        ),
        (
            lambda: ConnectEventResponse(states={"a": object()}),
            TypeError,
            "states must hold JSON values",
        ),
        (
            lambda: ConnectEventResponse(states={1: 2}),  # type: ignore[dict-item]
            TypeError,
            "every name in states must be a str, not int",
        ),
        (
            lambda: ConnectEventResponse(states={"\ud800": 1}),
            ValueError,
            "every name in states holds half of a surrogate pair",
        ),
        (
            lambda: ConnectEventResponse(states={"a": ["\ud800"]}),
            ValueError,
            "a value in states holds half of a surrogate pair",
        ),
        (
            lambda: ConnectEventResponse("ada"),  # type: ignore[call-arg]
            TypeError,
            "takes no arguments without a name, and got 1. By name it takes 'user_id', 'groups', ",
        ),
        (lambda: EventResponse(data="hi"), TypeError, "EventResponse has no argument 'data'."),
        (lambda: UserEventResponse(data_type="text"), TypeError, "there is no data"),
        (
            lambda: EventErrorResponse("user_error"),  # type: ignore[arg-type]
            ValueError,
            "not 'user_error'. Did you mean 'userError'?",
        ),
        (
            lambda: EventErrorResponse("userError", None),  # type: ignore[arg-type]
            TypeError,
            "message must be a str, not None",
        ),
    ],
)
def test_a_mistake_is_told_where_it_is_made(make: Make, error: type[Exception], text: str) -> None:
    """Names are suggested and types are named."""
    with pytest.raises(error) as caught:
        make()
    assert text in str(caught.value)


def test_states_become_plain_json_values() -> None:
    """A value that only msgspec can write is made plain, because the worker uses ``json.dumps``."""
    response = ConnectEventResponse(states={"s": {1: ("a", float("nan"))}})
    assert json.loads(json.dumps(response)) == {"states": {"s": {"1": ["a", None]}}}


def test_responses_can_be_copied() -> None:
    """Copies keep their type."""
    response = UserEventResponse("hi")
    for clone in (
        copy.copy(response),
        copy.deepcopy(response),
        pickle.loads(pickle.dumps(response)),
    ):
        assert clone == response
        assert type(clone) is UserEventResponse
