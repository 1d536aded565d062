"""What clients ask for, in words."""

from typing import get_args

import pytest

from tests.dashboard.world import HELLO
from webpubsub.dashboard.lines.requests import _TITLES, KEEP_ALIVE, asked
from webpubsub.protocol.clients import requests as asks
from webpubsub.protocol.clients.requests import ClientRequest


def test_every_request_has_words() -> None:
    """Whatever a client may ask for."""
    assert set(get_args(ClientRequest)) == set(_TITLES)


@pytest.mark.parametrize(
    ("request_", "shown"),
    [
        (asks.JoinGroup(group="room"), ("request", "Join group room", "room")),
        (asks.SendEvent(event="e", message=HELLO), ("request", "Send event e", "")),
        (asks.Invoke(invocation_id="i", event="", target="t", message=HELLO),
         ("request", "Invoke t", "")),
        (asks.StreamFragment(stream_id="s", sequence_id=3, message=HELLO),
         ("request", "Stream s: fragment 3", "")),
        (asks.Ping(), (KEEP_ALIVE, "Ping", "")),
        (asks.SequenceAck(sequence_id=7), (KEEP_ALIVE, "Has received up to 7", "")),
    ],
    ids=str,
)  # fmt: skip
def test_kind_title_and_group(request_: ClientRequest, shown: tuple[str, str, str]) -> None:
    """What is sent all the time is of a kind of its own."""
    assert asked(request_) == shown
