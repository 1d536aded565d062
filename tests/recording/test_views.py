"""What clients see of a service."""

from typing import Any

import pytest

from webpubsub.recording.names import Names
from webpubsub.recording.received import Received
from webpubsub.recording.views import Views, seen_by_clients

CLIENT = "{client 1}"


def connect(*subprotocols: str) -> dict[str, Any]:
    """A client that is let in."""
    return {"kind": "connect", "client": CLIENT, "user": "a", "subprotocols": list(subprotocols)}


def answer(**outcome: Any) -> dict[str, Any]:
    """How the application has answered its connect event."""
    return {
        "kind": "answer",
        "client": CLIENT,
        "event": "connect",
        "outcome": outcome,
        "cause": 1,
    }


DELIVERY = {
    "kind": "delivery",
    "to": [CLIENT],
    "delivery": {"message": {"dataType": "text", "data": "hi"}, "group": "g", "from_user_id": "b"},
    "cause": 2,
}


def seen(*entries: dict[str, Any]) -> list[tuple[str, Any]]:
    """What the client of some entries has seen."""
    found = seen_by_clients(entries)
    return [(one["kind"], one["value"]) for one in found if one["kind"] != "connect"]


@pytest.mark.parametrize(
    ("subprotocols", "answered", "value"),
    [
        ([], {}, "hi"),
        (["mine"], {}, "hi"),
        (
            ["mine", "json.webpubsub.azure.v1"],
            {},
            {"from": "group", "group": "g", "fromUserId": "b", "dataType": "text", "data": "hi"},
        ),
        (
            ["protobuf.webpubsub.azure.v1"],
            {},
            {"from": "group", "group": "g", "dataType": "text", "data": "hi"},
        ),
        (["json.webpubsub.azure.v1", "mine"], {"subprotocol": "mine"}, "hi"),
    ],
)
def test_a_message_in_the_clients_own_protocol(
    subprotocols: list[str], answered: dict[str, str], value: Any
) -> None:
    """That which the application has chosen, if it has chosen one."""
    accepted = answer(type="ConnectAccepted", **answered)
    assert seen(connect(*subprotocols), accepted, DELIVERY) == [("message", value)]


@pytest.mark.parametrize(("status", "shown"), [(403, 403), (599, 599), (200, 500), (600, 500)])
def test_who_is_turned_away(status: int, shown: int) -> None:
    """With the status that the client was told."""
    value = f"turned away with status {shown}"
    assert seen(connect(), answer(type="EventFailed", status=status)) == [("goodbye", value)]


def test_what_nobody_has_caused_is_not_there() -> None:
    """Nor is that a client has left by itself."""
    alone = {name: value for name, value in DELIVERY.items() if name != "cause"}
    left = {"kind": "ended", "client": CLIENT, "reason": "", "step": 3}
    assert seen(connect(), alone, left) == []
    closed = {"kind": "ended", "client": CLIENT, "reason": "", "cause": 3}
    assert seen(connect(), closed) == [("goodbye", "the service has closed the connection")]


def test_what_cannot_be_read_is_left_out() -> None:
    """A file may have been edited."""
    assert seen(connect(), {**DELIVERY, "delivery": {"message": 3}}) == []


def test_the_id_of_a_client_that_is_not_told_it_does_not_count() -> None:
    """In place of all others are their names."""
    names = Names()
    views = Views(names)
    names.call("{client 2}", "an-id-that-is-long-enough")
    views.nameless.add(CLIENT)
    for text in ("you are {client 1}", "you are an-id-that-is-long-enough"):
        views.told("{client 2}", Received("message", text), 1)
    assert [one["value"] for one in views.entries] == ["you are [id]", "you are {client 2}"]


def test_secrets_are_not_kept() -> None:
    """As they are not in a recording."""
    views = Views(Names())
    views.told(CLIENT, Received("message", {"password": "x", "data": "AccessKey=abc;"}), 1)
    assert views.entries[0]["value"] == {"password": "[secret]", "data": "AccessKey=[secret];"}
