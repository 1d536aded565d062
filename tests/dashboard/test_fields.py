"""The plain members of a value, without secrets."""

from typing import Any

import pytest

from tests.dashboard.world import user_event
from webpubsub.dashboard.fields import HIDDEN, fields_of, is_secret, plain
from webpubsub.protocol.operations import AddConnectionToGroup, CloseAllConnections


def test_members_that_say_something() -> None:
    """By their names in words; what is empty is left out."""
    operation = AddConnectionToGroup(hub="chat", group="room", connection_id="c")
    assert fields_of(operation) == {"hub": "chat", "group": "room", "connection id": "c"}
    assert fields_of(CloseAllConnections(hub="chat")) == {"hub": "chat"}


def test_signatures_and_payloads_are_elsewhere() -> None:
    """The signature of an event is made with the key."""
    fields = fields_of(user_event().connection_context)
    assert "signature" not in fields
    assert fields["user id"] == "alice"
    assert fields_of(user_event()) == {}


@pytest.mark.parametrize(
    "name",
    ["Cookie", "authorization", "x-functions-key", "code", "access_token", "Set-Cookie", "secret"],
)
def test_names_of_secrets(name: str) -> None:
    """What they hold is hidden, however deep it is."""
    assert is_secret(name)
    assert plain({"headers": {name: ["s3cret"]}}) == {"headers": {name: HIDDEN}}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"a": (1, 2)}, {"a": [1, 2]}),
        (frozenset({"x"}), ["x"]),
        (b"abc", "3 bytes"),
        (None, None),
        (1.5, 1.5),
        (3j, "3j"),
    ],
)
def test_values_as_json_can_hold_them(value: Any, shown: Any) -> None:
    """Whatever they are."""
    assert plain(value) == shown
